"""`swarm ide`: an editor attached to a task's box, or on a read-only copy."""

import os
import shlex
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path

from swarm.adapters import editors, terminal
from swarm.bootstrap import home
from swarm.cli import exit_codes, output
from swarm.cli.argument_types import task_id
from swarm.cli.keeper_client import ask
from swarm.engine.readers import files_copy
from swarm.errors import SwarmError
from swarm.model import project
from swarm.model.safe_text import safe_line
from swarm.model.task import State, Task
from swarm.model.wishes import TakeSnapshot
from swarm.plan import editor
from swarm.plan.naming import HomePaths, TaskNames
from swarm.store.connection import ReadConnection
from swarm.store.task_queries import TaskQueries


def ide_arguments(parser: ArgumentParser) -> None:
    """The id, and the way."""
    add = parser.add_argument
    add("id", type=task_id, metavar="ID")
    add("--copy", action="store_true", help="open a read-only copy of its files")
    add("--editor", metavar="PROGRAM", help="with this one, as `idea` or `code`")


def ide(args: Namespace) -> int:
    """Attach if that can be had, else say why not and open the copy."""
    paths = home.ensure_paths()
    tasks = TaskQueries(ReadConnection(paths.database))
    task = tasks.get(args.id)
    choice = project.of_plan(tasks.plan(task.id))
    wanted = choice.extensions
    window = _Window(paths, task, args.editor or "", wanted)
    reason = "" if args.copy else window.obstacle()
    if args.copy or reason:
        if reason:
            output.note(f"{reason}; so a read-only copy is opened")
        return window.open_copy()
    for words in editor.WORDS:
        output.note(words)
    if wanted:
        names = safe_line(", ".join(wanted), 400)
        output.note(f"it puts the project's extensions into the box: {names}")
    return window.attach()


class _Window:
    """An editor's window for one task, with settings and variables of its own."""

    def __init__(
        self, paths: HomePaths, task: Task, wanted: str, extensions: Sequence[str]
    ) -> None:
        self._paths, self._task, self._wanted = paths, task, wanted
        folder = paths.editor(task.id)
        self._data, self._gnupg = folder / "data", folder / "no-gpg"
        for each in (self._data / "User", self._gnupg):
            each.mkdir(parents=True, exist_ok=True, mode=0o700)
        (self._data / "User" / "settings.json").write_text(editor.settings(extensions))
        self._environment = editor.environment(os.environ, str(self._gnupg))
        path = self._environment.get("PATH", os.defpath)
        names = (wanted,) if wanted else editors.CODE
        self._program = editors.first_installed(names, path)

    @property
    def _is_code(self) -> bool:
        return Path(self._program).name in editors.CODE

    def obstacle(self) -> str:
        """Why no editor can be attached; empty if one can."""
        if self._task.state is not State.LIVE:
            return f"task {self._task.id} is {self._task.state}, and no box of it runs"
        if not self._program:
            name = self._wanted or "VS Code (`code`)"
            return f"{name} is not on PATH"
        if not self._is_code:
            return f"{self._wanted} attaches by SSH, and a box has no server for that"
        if not editors.has_extension(
            self._program, str(self._data), editor.EXTENSION, self._environment
        ):
            return f"VS Code has no extension {editor.EXTENSION}"
        return ""

    def attach(self) -> int:
        """Open the work folder in the box."""
        names = TaskNames(self._paths.tag, self._task.id, self._task.name)
        return self._run(editor.attached(names.sandbox), is_attached=True)

    def open_copy(self) -> int:
        """Open the files of the newest snapshot, which nobody can change there."""
        place = files_copy.read_only(self._paths, self._task, self._tree())
        output.out(str(place))
        if self._program and self._is_code:
            return self._run(str(place), is_attached=False)
        own = os.environ.get("VISUAL", "")
        argv = [self._program] if self._program else shlex.split(own)
        if not argv:
            path = self._environment.get("PATH", os.defpath)
            argv = [editors.first_installed(("xdg-open", "open"), path)]
        if not argv[0]:
            output.note("no editor was found; open that folder in yours")
            return exit_codes.DONE
        return _status(terminal.foreground([*argv, str(place)], self._environment))

    def _tree(self) -> str:
        if self._task.removed:
            raise SwarmError(
                f"task {self._task.id} is removed",
                hint=f"`git branch NAME {self._task.kept_ref}` brings its work back"
                if self._task.kept_ref
                else "",
            )
        if self._task.state in (State.LIVE, State.STOPPED, State.LOST):
            return str(ask(self._paths, TakeSnapshot(self._task.id))["tree"])
        if not self._task.review.tree:
            raise SwarmError(f"task {self._task.id} has no files to look at yet")
        return self._task.review.tree

    def _run(self, place: str, is_attached: bool) -> int:
        argv = editor.argv(self._program, str(self._data), place, is_attached)
        return _status(terminal.foreground(argv, self._environment))


def _status(status: int) -> int:
    if status:
        output.note(f"the editor ended with {status}")
    return exit_codes.FAILED if status else exit_codes.DONE
