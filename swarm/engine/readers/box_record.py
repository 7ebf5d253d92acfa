"""Reads what was recorded of the repository that a task's box has."""

import json

from swarm.errors import SwarmError
from swarm.model import box_contents
from swarm.model.box_contents import BoxContents
from swarm.model.safe_text import safe_line
from swarm.plan.naming import HomePaths


def read(paths: HomePaths, task_id: int) -> BoxContents:
    """The record of the launch; empty before that. SwarmError if it is damaged."""
    try:
        body = json.loads(paths.box_contents(task_id).read_bytes())
        return box_contents.from_json(body)
    except FileNotFoundError:
        return BoxContents()
    except (ValueError, TypeError, KeyError) as error:
        raise SwarmError(
            f"the record of what the box of task {task_id} has cannot be read: "
            f"{safe_line(str(error), 200)}"
        ) from error
