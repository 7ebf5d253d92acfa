"""Finds the rule by which a change is counted only, by its words and their meaning.

A line has the words of the program. Through a symlink or a second name they may mean a
file that is work, and then no rule counts.
"""

from dataclasses import replace

from swarm.engine.sensor.path_groups import PathGroups
from swarm.engine.sensor.processes import Process
from swarm.engine.sensor.shown_files import ShownFiles
from swarm.engine.sensor.symlinks import Symlinks
from swarm.model import quiet
from swarm.model.activity import area
from swarm.model.quiet import Change


class ChangeRules:
    """Asks `model.quiet` about changes, with what is known of symlinks and files."""

    def __init__(self, links: Symlinks, shown_files: ShownFiles) -> None:
        self._links = links
        self._shown_files = shown_files

    def without_symlinks(self, change: Change) -> Change:
        """The change with its paths as they are without symlinks; UNKNOWN for any."""
        path = self._links.real(change.path, change.op)
        is_moved = change.op in ("rename", "link")
        other = self._links.real(change.other, "rename") if is_moved else change.other
        if path == change.path and other == change.other:
            return change
        return replace(change, path=path, other=other)

    def rule(self, change: Change, real: Change, process: Process) -> str:
        """The name of the rule that counts for both, or empty for none.

        `real` is the change as `without_symlinks` has it.
        """
        rule = self._rule(change, process)
        if rule and real != change and self._rule(real, process) != rule:
            rule = ""
        if not change.result and self._shown_files.see_name(real, rule):
            rule = ""
        return rule

    def _rule(self, change: Change, process: Process) -> str:
        if self._shown_files.has(change.path):
            return ""
        rule = quiet.of_change(change, process.command.program)
        is_gone = change.op in ("unlink", "rmdir") and not change.result
        if not rule and is_gone and area(change.path) == "scratch":
            return quiet.TEMPORARY
        is_folder = change.op == "mkdir" and not change.result
        if not rule and is_folder and PathGroups.is_generated(change.path):
            return quiet.FOLDERS
        return rule
