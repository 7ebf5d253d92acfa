"""Texts of the user's for an agent at work: given once it can take them, and verified.

A text goes by the agent's side channel, or is pasted where the agent says that it is
ready, its screen shows nothing else, and nothing is asked. It is given once: that it
will be is recorded before, and a keeper that dies in between leaves it to a person.
"""

from swarm.agents import registry
from swarm.agents.description import Agent
from swarm.agents.starting import as_typed
from swarm.engine.arrival_watch import Given
from swarm.engine.context import EngineContext
from swarm.engine.side_channels.hub import SideChannels
from swarm.engine.side_channels.task_channel import TaskChannel
from swarm.engine.tasks import arrivals
from swarm.engine.tasks.typed_prompt import shows_prompt
from swarm.errors import IllegalMove, SwarmError
from swarm.model import agent_screen, events
from swarm.model.agent_state import AgentState
from swarm.model.question import FollowUp
from swarm.model.task import State, Task

MOST_WAITING = 20
MOST_LOOKS = 60
"""Looks for a sign that a text arrived, of which there is one a second at most."""
HELD_LOOKS = 10
"""Looks for one that the prompt holds still: its Enter was not taken."""


def can_wait(agent: Agent) -> bool:
    """Whether it has a way to say that it is ready, or takes a text at any time."""
    return agent.side.sends or bool(agent.cues.get("ready"))


def queue(
    context: EngineContext, channels: SideChannels, task: Task, number: int, text: str
) -> bool:
    """Take a text; True if it waits still. Called under the task's lock.

    IllegalMove if too many wait already.
    """
    if len(task.follow_ups) >= MOST_WAITING:
        raise IllegalMove(
            f"{MOST_WAITING} texts wait for task {task.id} already",
            hint=f"see what it does: `swarm attach {task.id}`",
        )
    context.journal.record(task.id, events.FollowUpQueued(number, text))
    look(context, channels, task.id)
    waiting = context.read().tasks.get(task.id).follow_ups
    return any(each.id == number and not each.way for each in waiting)


def look(context: EngineContext, channels: SideChannels, task_id: int) -> None:
    """Give the oldest text if that can be, or see whether it arrived.

    Called under the task's lock; blocks for the pause of Enter.
    """
    task = context.read().tasks.get(task_id)
    if not task.follow_ups or task.state is not State.LIVE or task.paused:
        return
    first = task.follow_ups[0]
    agent = registry.find(task.agent)
    if first.way:
        _verify(context, agent, task, first)
        return
    channel = channels.channel(task_id) if agent.side.sends else None
    if channel and _takes_now(channel, agent, task):
        context.arrivals.begin(task_id, Given(first.id))
        context.journal.record(task_id, events.FollowUpGiven(first.id, "channel"))
        try:
            channel.send_text(first.id, first.text, agent)
        except SwarmError as error:
            _settle(context, task_id, first.id, "", error.message)
    elif _is_ready(context, agent, task):
        seen = arrivals.sight(context, agent, task_id)
        context.arrivals.begin(task_id, arrivals.before(seen, first.id))
        context.journal.record(task_id, events.FollowUpGiven(first.id, "paste"))
        text = as_typed(agent, first.text)
        try:
            context.panes.send(context.names(task_id).pane, text, enter=True)
        except SwarmError as error:
            _settle(context, task_id, first.id, "", error.message)


def _takes_now(channel: TaskChannel, agent: Agent, task: Task) -> bool:
    """True unless the text would wait for the agent's prompt, and nobody tells."""
    if not agent.side.types:
        return True
    return channel.is_at_rest(task) and not task.questions


def _is_ready(context: EngineContext, agent: Agent, task: Task) -> bool:
    """By its state, and by its screen as it is at this moment."""
    status = task.agent_status
    is_at_rest = status is not None and status.state is AgentState.READY
    is_asked = task.questions or task.awaits_prompt or task.model.open_requests
    if not is_at_rest or is_asked or task.screen != agent_screen.READY:
        return False
    return shows_prompt(context, agent, task.id)


def _verify(context: EngineContext, agent: Agent, task: Task, text: FollowUp) -> None:
    """Settle it once there is a sign, or so many looks had none.

    Of one that went by the channel only that can tell (`TaskChannel`).
    """
    given, failure = context.arrivals.look(task.id, text.id), ""
    if text.way == "paste":
        seen = arrivals.sight(context, agent, task.id)
        if arrivals.has_arrived(seen, task, text, given):
            _settle(context, task.id, text.id, text.way, "")
            return
        if given.looks >= HELD_LOOKS and seen.holds(text.text):
            failure = "it stands in its prompt, and was not sent: press Enter there"
    if given.looks >= MOST_LOOKS and not failure:
        failure = "there is no sign that it arrived: look whether it is there"
    if failure:
        _settle(context, task.id, text.id, text.way, failure)


def _settle(
    context: EngineContext, task_id: int, number: int, way: str, failure: str
) -> None:
    context.journal.record(task_id, events.FollowUpSettled(number, way, failure))
    context.arrivals.end(task_id)
