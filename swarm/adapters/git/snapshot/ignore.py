"""The files that the worktree's own rules ignore; git itself never goes there."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from swarm.adapters.git.snapshot.ignore_rules import Rule, RuleFile, Work
from swarm.adapters.git.task_git import TaskGit

IGNORED = "ignored"
NEWLY_IGNORED = "ignored by a rule that the agent added"


def ignored(
    task: TaskGit,
    paths: list[str],
    rules: dict[str, bytes],
    base_rules: dict[str, bytes],
) -> dict[str, str]:
    """The paths that a rule ignores, each with its reason: IGNORED or NEWLY_IGNORED.

    The rules are applied here and not by git, which an agent's pattern could keep busy
    for ever. `rules` are the worktree's `.gitignore` files, `base_rules` the base's;
    the user's own rules count too. ToolError if they would take too long.
    """
    if not paths:
        return {}
    exclude = task.review_git / "info" / "exclude"
    personal = exclude.read_bytes() if exclude.exists() else b""
    matcher = _Matcher(rules, base_rules, personal)
    reasons = ((path, matcher.reason(os.fsencode(path))) for path in paths)
    return {path: reason for path, reason in reasons if reason}


@dataclass(frozen=True, slots=True)
class _Directory:
    """What holds for all that is in a directory."""

    reason: str
    """The reason why it is ignored itself, so that no rule below counts."""
    files: tuple[tuple[bytes, RuleFile], ...]
    """The rule files in force, the deepest first, each with its directory."""


class _Matcher:
    def __init__(
        self,
        rules: Mapping[str, bytes],
        base_rules: Mapping[str, bytes],
        personal: bytes,
    ) -> None:
        self._rules = {os.fsencode(path): content for path, content in rules.items()}
        self._base_lines = {
            os.fsencode(path): {line.strip() for line in content.splitlines()}
            for path, content in base_rules.items()
        }
        self._personal = RuleFile(personal)
        self._directories: dict[bytes, _Directory] = {}
        self._work = Work()

    def reason(self, path: bytes, is_directory: bool = False) -> str:
        """The reason why a path is ignored; empty if it is not."""
        parent = self._directory(path[: path.rfind(b"/") + 1])
        if parent.reason:
            return parent.reason
        for directory, file in parent.files:
            rule = file.match(path[len(directory) :], is_directory, self._work)
            if rule:
                return self._reason_of(rule, directory + b".gitignore")
        rule = self._personal.match(path, is_directory, self._work)
        return "" if not rule or rule.negated else IGNORED

    def _reason_of(self, rule: Rule, source: bytes) -> str:
        if rule.negated:
            return ""
        is_old = rule.line in self._base_lines.get(source, ())
        return IGNORED if is_old else NEWLY_IGNORED

    def _directory(self, directory: bytes) -> _Directory:
        """The directory of this name, which ends with a slash unless it is the top."""
        # From the top, so that a deep path takes no deep recursion.
        missing = []
        while directory not in self._directories:
            missing.append(directory)
            if not directory:
                break
            directory = directory[: directory.rfind(b"/", 0, -1) + 1]
        for directory in reversed(missing):
            self._directories[directory] = self._look_at(directory)
        return self._directories[missing[0] if missing else directory]

    def _look_at(self, directory: bytes) -> _Directory:
        parent_files: tuple[tuple[bytes, RuleFile], ...] = ()
        if directory:
            parent = self._directories[directory[: directory.rfind(b"/", 0, -1) + 1]]
            reason = parent.reason or self.reason(directory[:-1], is_directory=True)
            if reason:
                return _Directory(reason, ())
            parent_files = parent.files
        content = self._rules.get(directory + b".gitignore")
        if content is None:
            return _Directory("", parent_files)
        return _Directory("", ((directory, RuleFile(content)), *parent_files))
