"""A repository that the user moved: its tasks follow it."""

from contextlib import ExitStack
from pathlib import Path
from typing import Any

from swarm.adapters.git.repository import Repository, commit_named
from swarm.adapters.git.task_repository import task_git
from swarm.adapters.git.worktree.reconnect import reconnect
from swarm.engine.context import EngineContext
from swarm.engine.egress.repository_policy import project_file
from swarm.errors import Refused, SwarmError
from swarm.model import events
from swarm.model.safe_text import safe_line
from swarm.model.task import State, Task
from swarm.model.wishes import MoveRepository


def moved(context: EngineContext, wish: MoveRepository) -> dict[str, Any]:
    """Have the tasks of every repository at or below the old path follow to the new.

    Refused, with nothing changed, unless each is where it should be and holds the
    commits that its tasks began at. Answers `tasks`, the ids that moved, and `live`:
    sandboxes that go on with the objects of the old place.
    """
    old, new = Path(wish.old), Path(wish.new)
    tasks = [
        task
        for task in context.read().tasks.all(removed=True)
        if Path(task.repo).is_relative_to(old)
    ]
    if not tasks:
        known = sorted({task.repo for task in context.read().tasks.all(removed=True)})
        raise SwarmError(
            f"no task was started in {safe_line(wish.old)}",
            hint=f"tasks know of {', '.join(map(safe_line, known[:5])) or 'none'}",
        )
    with ExitStack() as locks:
        for task in tasks:
            locks.enter_context(context.locks.of(task.id))
        places = {task.repo: new / Path(task.repo).relative_to(old) for task in tasks}
        opened = {repo: _opened(context, at) for repo, at in places.items()}
        for task in tasks:
            _require_base(opened[task.repo], task)
        for repo, repository in opened.items():
            _move_project_files(context, Path(repo), repository.root)
        for task in tasks:
            _follow(context, task, opened[task.repo])
    return {
        "tasks": [task.id for task in tasks],
        "live": [task.id for task in tasks if task.state is State.LIVE],
    }


def _opened(context: EngineContext, path: Path) -> Repository:
    repository = Repository.open(path, context.paths.home)
    if repository.root != path.resolve():
        raise Refused(
            f"{safe_line(str(path))} is a directory of "
            f"{safe_line(str(repository.root))}, and no repository of its own",
            hint="name the repository's own directory",
        )
    return repository


def _require_base(repository: Repository, task: Task) -> None:
    if task.removed or commit_named(repository.git, task.base):
        return
    raise Refused(
        f"{safe_line(str(repository.root))} is not the repository of task {task.id}: "
        f"it does not hold the commit {task.base[:12]} that the task began at",
        hint=f"if it is, and git has collected that commit: `swarm rm {task.id}` first",
    )


def _move_project_files(context: EngineContext, old: Path, new: Path) -> None:
    """The user's grants and trust lie in a folder that the path names."""
    source = project_file(context.paths, old).parent
    target = project_file(context.paths, new).parent
    if source.is_dir() and not target.exists():
        source.rename(target)


def _follow(context: EngineContext, task: Task, repository: Repository) -> None:
    event = events.RepositoryMoved(task.repo, str(repository.root))
    # Before the directories: a path that was written twice is as good as once.
    moved_task = context.journal.record(task.id, event) or task
    if not task.removed:
        reconnect(task_git(context.paths, moved_task, repository))
