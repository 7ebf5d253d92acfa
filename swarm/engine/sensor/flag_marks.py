"""Puts flags on the activity of paths, and takes them back."""

from collections.abc import Callable

from swarm.engine.sensor import line_actions
from swarm.engine.sensor.batch_builder import BatchBuilder
from swarm.engine.sensor.flags import Flags
from swarm.engine.sensor.line_actions import Line
from swarm.engine.sensor.path_groups import PathGroups
from swarm.engine.sensor.shown_files import ShownFiles
from swarm.model import quiet
from swarm.model.activity import PathActivity

OBEYED = "git in the sandbox obeys it"


class FlagMarks:
    """Marks what `flags` says; a flag that is news is an action of its own."""

    def __init__(
        self, flags: Flags, shown_files: ShownFiles, is_of_base: Callable[[str], bool]
    ) -> None:
        """`is_of_base` answers for a path of the sandbox."""
        self._flags = flags
        self._shown_files = shown_files
        self._is_of_base = is_of_base

    def mark(
        self, line: Line, path: str, activity: PathActivity, batch: BatchBuilder
    ) -> None:
        """Flag what was done to a path, or withdraw its flags if it is gone.

        What is quiet is not flagged, nor what is in folders with other people's code.
        """
        if line["op"] in ("unlink", "rmdir") and self.withdraw(path, activity):
            return
        if quiet.is_rule(activity.group) or not PathGroups.FOREIGN.isdisjoint(
            activity.group.split("/")
        ):
            return
        level, note = self._flags.of(line, path)
        if level:
            activity.level, activity.note, activity.group = level, note, ""
            activity.is_gone = False
            if self._flags.is_news(path, note):
                flagged = line_actions.action(
                    line, path, "file", level=level, note=note
                )
                batch.add(flagged)
        elif quiet.is_obeyed_by_git(path):
            activity.note = OBEYED

    def withdraw(self, path: str, activity: PathActivity) -> bool:
        """Withdraw a path's flags; not if it was run, or is in the base."""
        if self._shown_files.was_run(path) or self._is_of_base(path):
            return False
        self._flags.withdraw(path)
        activity.is_gone = True
        if activity.level:
            activity.level, activity.note = "", f"withdrawn: {activity.note}"
        return True
