"""Why a model's host refuses a task, and the way out, in words for a person."""

from swarm.model.limits import REFUSED_WORDS, ModelRefusal
from swarm.model.safe_text import safe_line
from swarm.model.task import State, Task

WIDTH = 120
"""Characters of the service's own sentence."""


def sentence(refusal: ModelRefusal) -> str:
    """Such as `the model's host does not take the key: HOST answered 401`."""
    told = f"{REFUSED_WORDS[refusal.why]}: {safe_line(refusal.host, 80)} answered"
    said = f" ({safe_line(refusal.text, WIDTH)})" if refusal.text else ""
    return f"{told} {refusal.status}{said}"


def way_out(refusal: ModelRefusal, task_id: int, agent: str) -> str:
    """What a person can do, and how the task goes on then."""
    name = safe_line(agent, 40)
    ways = {
        "key": "`swarm doctor` says where its key or login is read; put it right",
        "model": f'set a model that it knows: `model = "…"` in `[agents.{name}]`',
        "credit": "pay at the service, or take another key",
        "forbidden": "ask for the right at the service, or take another key or model",
    }
    return f"{ways[refusal.why]}, then `swarm retry --continue {task_id}`"


def of_live(task: Task) -> str:
    """The sentence for a task that goes on; an ended one has it in its reason."""
    is_shown = task.state is State.LIVE and task.refusal
    return sentence(task.refusal) if is_shown and task.refusal else ""


def hint_of_live(task: Task) -> str:
    """The way out of that; its agent waits or tries again meanwhile."""
    if not of_live(task) or not task.refusal:
        return ""
    return way_out(task.refusal, task.id, task.agent)
