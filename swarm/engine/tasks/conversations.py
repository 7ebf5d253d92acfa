"""Finds the id of a task's conversation: in its stream, or in the files of its home.

Both are the agent's. They are read in bounds, an id is taken by a strict pattern alone,
and the home is looked at in a box of its own.
"""

from collections.abc import Iterator

from swarm.agents.description import Agent
from swarm.engine.context import EngineContext
from swarm.engine.host import images
from swarm.errors import SwarmError
from swarm.model import conversation, events
from swarm.model.task import Task
from swarm.plan import home_listing

HEAD = 1 << 20
"""Bytes of a stream that are read from its begin, and of its end."""
TAIL_LINES = 200
SECONDS = 20.0
"""The longest time that a look at a home may take."""


def find(context: EngineContext, agent: Agent, task: Task) -> str:
    """The id that is known, or found now; empty if there is none.

    A new one is recorded. Blocks for up to a second; trouble is recorded and is none.
    """
    if agent.conversation.id in ("none", "chosen"):
        return task.conversation
    is_headless = context.plan(task).way == "headless"
    if is_headless and task.conversation:
        return task.conversation
    try:
        found = _in_stream(context, task) if is_headless else ""
        source = "stream" if found else "file"
        found = found or _in_home(context, agent, task)
    except SwarmError as error:
        trouble = events.Trouble("conversation", error.message)
        context.journal.record(task.id, trouble)
        return task.conversation
    if found and found != task.conversation:
        context.journal.record(task.id, events.ConversationFound(found, source))
    return found or task.conversation


def is_begun(context: EngineContext, agent: Agent, task: Task) -> bool:
    """False only if the agent's data says where a transcript is, and there is none."""
    transcript = agent.state.transcript.removeprefix("~/")
    if not transcript or not task.conversation:
        return True
    pattern = transcript.replace("{conversation}", task.conversation)
    try:
        return bool(_listed(context, task, pattern))
    except SwarmError:
        return True


def _in_stream(context: EngineContext, task: Task) -> str:
    box = context.names(task.id).sandbox
    if context.containers.inspect(box) is None:
        return ""
    head = context.containers.log_head(box, HEAD)
    tail = context.containers.logs(box, TAIL_LINES)[-HEAD:]
    return conversation.in_stream(_lines(head)) or conversation.in_stream(_lines(tail))


def _lines(output: bytes) -> Iterator[str]:
    return iter(output.decode("utf-8", "replace").splitlines())


def _in_home(context: EngineContext, agent: Agent, task: Task) -> str:
    pattern = agent.conversation.file.removeprefix("~/")
    if not conversation.is_pattern(pattern):
        return ""
    listed = _listed(context, task, conversation.as_glob(pattern))
    return conversation.in_paths(pattern, iter(listed))


def _listed(context: EngineContext, task: Task, pattern: str) -> list[str]:
    volume = context.names(task.id).home_volume
    spec = home_listing.lister(
        context.plan(task).sandbox, volume, images.tag("gate"), pattern
    )
    return home_listing.listed(
        context.containers.run(spec, home_listing.LIMIT, SECONDS)
    )
