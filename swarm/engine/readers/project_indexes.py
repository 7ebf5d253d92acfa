"""Says which package indexes of a project's own the gate would deny its tasks."""

import time
from collections.abc import Iterable
from pathlib import Path

from swarm.engine.readers import policy
from swarm.model.detected import ProjectIndex
from swarm.model.safe_text import safe_line
from swarm.plan.naming import HomePaths
from swarm.policy import explain
from swarm.policy.rules import Policy

_USUAL_PORT = 443


def sentences(
    paths: HomePaths, root: Path, indexes: Iterable[ProjectIndex]
) -> list[str]:
    """One for each index, with the line that opens a denied one.

    None for what nobody has to know of: an allowed one that wants no secret. Blocks
    about a second, while the tools are asked for their public defaults.
    """
    indexes = tuple(indexes)
    if not indexes:
        return []
    in_force = policy.new_task_policy(paths, root).policy
    return [line for index in indexes if (line := _sentence(in_force, index))]


def _sentence(in_force: Policy, index: ProjectIndex) -> str:
    attempt = explain.attempt(index.host, index.port)
    verdict = explain.explain(in_force, attempt, time.time()).verdict
    place = index.host if index.port == _USUAL_PORT else f"{index.host}:{index.port}"
    words = [f"{place} ({safe_line(index.file, 100)})"]
    if verdict.denial:
        line = explain.way_out(verdict.denial, attempt).replace(
            f"{attempt.host}:{attempt.port}", place
        )
        words.append(f"denied until you allow it: {line}")
    if index.secrets:
        names = ", ".join(safe_line(name, 60) for name in index.secrets[:3])
        words.append(f"its login is {names}: a [secrets] table of your policy has it")
    return "; ".join(words) if words[1:] else ""
