"""An agent, its version, its way to run and its mode, in words."""

from swarm.model.task import Task


def agent_short(task: Task) -> str:
    """The agent and its mode, for a narrow place."""
    return f"{task.agent} {task.mode}".strip()


def agent_words(task: Task) -> str:
    """Such as `claude 2.1.332, mode ask, headless`; the usual is left out.

    The words are the user's and the package's; a screen makes them harmless.
    """
    name = f"{task.agent} {task.agent_version}".strip()
    mode = f"mode {task.mode}" if task.mode else ""
    # An agent without a mode has one way to run alone.
    way = "headless" if task.way == "headless" and task.mode else ""
    return ", ".join(filter(None, (name, mode, way)))
