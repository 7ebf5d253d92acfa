"""Turns one task's raw lines of the sensor into actions and activity by path."""

import errno
from collections.abc import Callable, Iterable
from dataclasses import replace

from swarm.engine.sensor import line_actions
from swarm.engine.sensor.batch_builder import BatchBuilder
from swarm.engine.sensor.change_rules import ChangeRules
from swarm.engine.sensor.delete_bursts import DeleteBursts
from swarm.engine.sensor.flag_marks import OBEYED, FlagMarks
from swarm.engine.sensor.flags import Flags
from swarm.engine.sensor.line_actions import Line
from swarm.engine.sensor.losses import Losses
from swarm.engine.sensor.missing_tools import MissingTools
from swarm.engine.sensor.open_files import OpenFiles
from swarm.engine.sensor.ordinary_writes import WRITES, OrdinaryWrites
from swarm.engine.sensor.path_groups import PathGroups
from swarm.engine.sensor.path_sums import PathSums
from swarm.engine.sensor.processes import Process, Processes
from swarm.engine.sensor.sessions import Sessions
from swarm.engine.sensor.shown_files import ShownFiles, is_work
from swarm.engine.sensor.symlinks import UNKNOWN, Symlinks
from swarm.model import quiet
from swarm.model.activity import Action, Batch, Leftover, PathActivity, area, relative
from swarm.model.quiet import Change, Command

_NO_CHANGE = frozenset({"open", "utime", "xattr"})


class Interpreter:
    """Reads one task's lines in order, and asks its parts about each.

    What is remembered of earlier lines is in the parts.
    """

    def __init__(self, is_in_base: Callable[[str], bool]) -> None:
        """`is_in_base` answers if the base commit has a path of the worktree."""
        self._is_in_base = is_in_base
        self._processes = Processes()
        self._groups = PathGroups()
        self._bursts = DeleteBursts()
        self._losses = Losses(is_in_base)
        self._missing = MissingTools()
        self._sessions = Sessions()
        self._ordinary = OrdinaryWrites()
        self._links = Symlinks()
        self._flags = Flags()
        self._open_files = OpenFiles()
        self._shown_files = ShownFiles()
        self._sums = PathSums(self._open_files)
        self._rules = ChangeRules(self._links, self._shown_files)
        self._marks = FlagMarks(self._flags, self._shown_files, self._is_of_base)

    @property
    def leftovers(self) -> list[Leftover]:
        """Processes of the agent's that ended with their sandbox."""
        return self._sessions.leftovers

    def read(self, lines: Iterable[Line]) -> Batch:
        """The batch of these lines; a line that cannot be read is counted as lost."""
        batch = BatchBuilder()
        for line in lines:
            try:
                if line["op"] not in WRITES or not self._read_ordinary(line, batch):
                    self._read_line(line, batch)
            except (KeyError, TypeError, ValueError, OverflowError):
                batch.lost += 1
        batch.actions += self._losses.take_new()
        batch.actions += self._bursts.take_new(self._losses.has_told)
        batch.path_groups = self._groups.take_new()
        batch.wanted = self._missing.take_new()
        batch.finish()
        return batch

    def _read_line(self, line: Line, batch: BatchBuilder) -> None:
        match line["op"]:
            case "exec":
                self._missing.count_exec(line)
                if int(line.get("result", 0)) != -errno.ENOENT:
                    self._read_command(line, batch)
            case "exit":
                self._missing.count_exit(line)
                batch.ends.append(line_actions.end(line))
                self._end(line)
            case "denied" | "io_uring" | "compat":
                self._read_call(line, batch)
            # Logs that an older sensor wrote, and that are not stored yet, say `reach`.
            case "send_refused" | "reach":
                batch.add(line_actions.refused_send(line))
            case "lost" | "overflow" | "blind":
                batch.lost += int(line.get("events", 1))
                self._processes.forget()
            case _:
                self._read_file_line(line, batch)

    def _read_command(self, line: Line, batch: BatchBuilder) -> None:
        """Store a command; from now on its process' changes are its own."""
        action = self._sessions.with_human(line, line_actions.command(line))
        if action.result:
            batch.add(action)
            return
        command = Command(action.path, action.argv)
        parent = self._processes.parent_of(line)
        rule = quiet.of_command(command, parent.command if parent else None)
        self._processes.start(command, parent if rule else None, action.pid)
        if parent and parent.is_fan_out and not rule:
            self._processes.name_for_losses(action.pid, parent)
        if not rule:
            batch.add(action)
            self._show_what_ran(action, batch)
            return
        batch.add(replace(action, quiet=rule, level="", note=""))

    def _end(self, line: Line) -> None:
        self._sessions.end(line)
        pid = int(line["pid"])
        self._losses.keep_edits(self._processes.of(line))
        self._losses.end(pid)
        self._processes.end(pid)

    def _show_what_ran(self, action: Action, batch: Batch) -> None:
        """A file in a sandbox that was run is counted under nothing from then on."""
        for path in self._shown_files.see_run(action):
            batch.ran.append(path)
            if activity := batch.paths.get(path):
                activity.group = ""

    def _read_call(self, line: Line, batch: BatchBuilder) -> None:
        action = line_actions.call(line)
        process = self._processes.of(line)
        rule = quiet.of_call(action.op, process.command.program)
        batch.add(replace(action, quiet=rule))

    def _read_file_line(self, line: Line, batch: BatchBuilder) -> None:
        path = self._open_files.path_of(line)
        if not path:
            return
        result = int(line.get("result", 0))
        op = str(line["op"])
        if op in _NO_CHANGE and result >= 0:
            return
        process = self._processes.of(line)
        other = str(line.get("from", ""))
        mode = self._flags.mode(line, path)
        change = Change(op, path, other, mode, min(result, 0))
        real = self._rules.without_symlinks(change)
        rule = self._rules.rule(change, real, process)
        activity = self._activity(line, path, rule, process, batch)
        if not rule and real.path != path and is_work(path, real.path):
            activity.group = ""
        if rule and rule != quiet.PROBES:
            batch.credit(process.shown, housekeeping=1)
        elif activity.group and not rule:
            batch.credit(process.shown, generated=1)
        if result < 0:
            self._record_refusal(line, activity, rule, batch)
            return
        if self._flags.takes_back(line, path):
            self._marks.withdraw(path, activity)
        self._flags.see(line, path)
        self._marks.mark(line, path, activity, batch)
        if real.path != path and quiet.is_obeyed_by_git(real.path):
            activity.note, activity.group = OBEYED, ""
        lost = change if UNKNOWN in (real.path, real.other) else real
        self._losses.read(lost, int(line.get("size", 0)), float(line["at"]), process)
        self._links.see(line, path)
        if op == "rename":
            self._record_rename(line, real.other, rule, batch)
        if op in ("unlink", "rmdir"):
            self._bursts.count_delete(line, path)

    def _read_ordinary(self, line: Line, batch: BatchBuilder) -> bool:
        """Count a write of which the path and the mode say nothing.

        False, and nothing is counted, if something else has a say, or happened to the
        path before: the line is to be read like any other.
        """
        path = line.get("path")
        if not isinstance(path, str):
            return False
        folder, _, name = path.rpartition("/")
        process = self._processes.of(line)
        if (
            process.git_verb
            or not self._ordinary.has(line, folder, name)
            or self._shown_files.has(path)
            or self._flags.is_known(path)
        ):
            return False
        time, op = float(line["at"]), line["op"]
        activity = batch.paths.get(path)
        if activity is None:
            group = self._groups.of_folder(folder, time)
            batch.paths[path] = self._sums.first(line, path, time, group)
        elif quiet.is_rule(activity.group):
            return False
        else:
            group = activity.group
            self._sums.add(line, activity)
        if op == "create":
            self._open_files.remember(line, path)
        if group:
            batch.credit(process.shown, generated=1)
        self._losses.count_write(path, time)
        return True

    def _activity(
        self, line: Line, path: str, rule: str, process: Process, batch: Batch
    ) -> PathActivity:
        """The path's activity in this batch, with the line added."""
        time, op = float(line["at"]), str(line["op"])
        activity = batch.paths.get(path)
        is_first = activity is None
        if activity is None:
            activity = PathActivity(path, op, time, time, group=rule)
            batch.paths[path] = activity
        if rule == quiet.TEMPORARY:
            activity.group = rule
        elif not rule and (is_first or quiet.is_rule(activity.group)):
            activity.group = self._group(line, path, process)
        self._sums.add(line, activity)
        return activity

    def _group(self, line: Line, path: str, process: Process) -> str:
        """The generated folder that a path is counted under; empty for none."""
        if self._shown_files.has(path):
            return ""
        program = process.command.program.rpartition("/")[2]
        name = program or str(line.get("comm", ""))
        # A sensor that does not see who did it names nobody.
        is_by_tool = not name or quiet.is_tool(name)
        return self._groups.of(path, float(line["at"]), is_by_tool)

    def _record_refusal(
        self, line: Line, activity: PathActivity, rule: str, batch: BatchBuilder
    ) -> None:
        activity.denied += 1
        refused = line_actions.refused_change(line, activity.path)
        batch.add(replace(refused, quiet=rule))

    def _record_rename(
        self, line: Line, real_source: str, rule: str, batch: BatchBuilder
    ) -> None:
        """A rename removes its source, and may replace another file."""
        path, source = str(line["path"]), str(line.get("from", ""))
        is_open = self._open_files.has_bytes(path)
        replaces_file = is_open or self._existed(path, batch)
        if source:
            was_run = self._shown_files.was_run_outside_stores(real_source)
            is_known = real_source != UNKNOWN and not was_run
            is_own = is_known and not self._is_of_base(real_source)
            source_rule = rule or (quiet.TEMPORARY if is_own else "")
            renamed = {**line, "op": "renamed", "bytes": 0}
            process = self._processes.of(line)
            activity = self._activity(renamed, source, source_rule, process, batch)
            self._marks.withdraw(source, activity)
        is_shown = area(path) == "worktree" and not batch.paths[path].group
        # A lock is how git writes its settings.
        if replaces_file and is_shown and source != f"{path}.lock":
            note = "replaced a file that existed"
            batch.add(line_actions.action(line, path, "file", note=note))

    def _is_of_base(self, path: str) -> bool:
        return area(path) == "worktree" and self._is_in_base(relative(path))

    def _existed(self, path: str, batch: Batch) -> bool:
        activity = batch.paths.get(path)
        return (activity is not None and activity.count > 1) or self._is_of_base(path)
