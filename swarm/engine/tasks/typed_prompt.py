"""Types the prompt of an agent that takes none as an argument, once it is ready.

It is typed once. A keeper that dies while it types leaves that to a person: the next
one cannot know how much of it arrived, and what is asked twice is done twice.
"""

from swarm.agents import cues, registry
from swarm.agents.description import Agent
from swarm.agents.starting import as_typed
from swarm.engine.context import EngineContext
from swarm.errors import SwarmError
from swarm.model import agent_screen, events
from swarm.model.agent_state import AgentState
from swarm.model.task import State


def type_if_ready(context: EngineContext, task_id: int) -> None:
    """Type it if the agent's screen says it is ready; blocks for the pause of Enter.

    Called under the task's lock. A failure is recorded, and a person types it then.
    """
    task = context.read().tasks.get(task_id)
    waits = task.awaits_prompt == "ready" and task.screen == agent_screen.READY
    if task.state is not State.LIVE or task.paused or not waits:
        return
    last = context.read().events.last(events.TaskContinued, task_id)
    text = last.prompt if last else task.prompt
    prompt = as_typed(registry.find(task.agent), text)
    context.journal.record(task_id, events.PromptTyping())
    try:
        context.panes.send(context.names(task_id).pane, prompt, enter=True)
    except SwarmError as error:
        trouble = events.Trouble("prompt", f"it could not be typed: {error.message}")
        context.journal.record(task_id, trouble)
    else:
        context.journal.record(task_id, events.PromptTyped(len(prompt)))


def shows_prompt(context: EngineContext, agent: Agent, task_id: int) -> bool:
    """True if the agent's screen of this moment is its prompt, and nothing else.

    What was seen at the last look may be covered by a dialog by now.
    """
    pane = context.names(task_id).pane
    screen = context.panes.capture([pane]).get(pane)
    if screen is None:
        return False
    return cues.read_screen(agent, screen.text).state is AgentState.READY


def tell_if_cut_short(context: EngineContext, task_id: int) -> None:
    """At a keeper's start: a prompt that was being typed when the last one died."""
    task = context.read().tasks.get(task_id)
    if task.state is State.LIVE and task.awaits_prompt == "typing":
        reason = "the keeper ended while it typed the prompt: look whether it is there"
        cut = (events.Trouble("prompt", reason), events.PromptTyped(0))
        context.journal.record(task_id, *cut)
