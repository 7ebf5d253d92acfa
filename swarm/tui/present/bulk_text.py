"""What a key would do to all marked tasks, in sentences."""

from collections.abc import Sequence

from swarm.model import task_actions
from swarm.model.format import plural
from swarm.model.task import Task
from swarm.tui.present.task_appearance import numbered_name

SHOWN = 8
"""Tasks that a question names; the others are counted."""
WORDS = {
    "stop": "their work is kept",
    "kill": "ends every process at once; files that are written are kept",
    "retry": "new tasks with the same prompts; each may cost as much again",
    "continue": "fresh sandboxes over their files; each takes its conversation up",
    "discard": "gives the work up; the files stay until it is removed, so u undoes",
    "rm": "worktree, branch, container and home go; a ref keeps the work of each; "
    "for {seconds} s u keeps them all, also from another dashboard",
}
"""What a human should know before the answer, by the verb."""


def applicable(
    verb: str, tasks: Sequence[Task]
) -> tuple[list[Task], list[tuple[Task, str]]]:
    """The tasks that the verb can be applied to, and the others with the reason."""
    judged = [(task, task_actions.obstacle(verb, task)) for task in tasks]
    fit = [task for task, reason in judged if not reason]
    return fit, [(task, reason) for task, reason in judged if reason]


def question(verb: str, tasks: Sequence[Task], seconds: int) -> list[str]:
    """The lines of the dialog that asks about these tasks."""
    fit, others = applicable(verb, tasks)
    unmerged = sum(bool(task_actions.unmerged_work(task)) for task in fit)
    work = f", {unmerged} with work that is not merged" if unmerged else ""
    name = "remove" if verb == "rm" else verb
    lines = [f"{name.capitalize()} {plural(len(fit), 'task')}{work}?", ""]
    lines += [f"  {_line(task)}" for task in fit[:SHOWN]]
    if len(fit) > SHOWN:
        lines.append(f"  and {len(fit) - SHOWN} more")
    if others:
        first, reason = others[0]
        more = f", and {len(others) - 1} more" if len(others) > 1 else ""
        stays = f"{len(others)} {'stays' if len(others) == 1 else 'stay'} as"
        they = "it is" if len(others) == 1 else "they are"
        lines += ["", f"{stays} {they}: {numbered_name(first, 30)} {reason}{more}"]
    return [*lines, "", WORDS[verb].format(seconds=seconds)]


def _line(task: Task) -> str:
    work = task_actions.unmerged_work(task)
    return f"{numbered_name(task, 40)}{f': {work}' if work else ''}"


def none_fits(verb: str, tasks: Sequence[Task]) -> str:
    """The reason why the verb fits none of the tasks; empty if it fits one."""
    if not tasks or any(not task_actions.obstacle(verb, task) for task in tasks):
        return ""
    task, reason = tasks[0], task_actions.obstacle(verb, tasks[0])
    return f"{plural(len(tasks), 'task')} marked: {numbered_name(task, 30)} {reason}"


def note(marked: int, hidden: int, going: int, seconds: float) -> str:
    """The edge of the task list: what is marked, and what is about to go."""
    parts = []
    if going and seconds > 0:
        go, them = ("goes", "it") if going == 1 else ("go", "them")
        tasks = plural(going, "task")
        parts.append(f"{tasks} {go} in {seconds:.0f} s, u keeps {them}")
    elif going:
        parts.append(f"removing {plural(going, 'task')}, u keeps the rest")
    if marked:
        unseen = f", {hidden} not shown" if hidden else ""
        parts.append(f"{marked} marked{unseen}, Esc unmarks")
    return " · ".join(parts)
