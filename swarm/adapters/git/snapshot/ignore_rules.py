"""The rules of one ignore file, as git reads them."""

from dataclasses import dataclass, field

from swarm.adapters.git.snapshot.glob import Glob, Token, glob
from swarm.errors import ToolError

_SPECIAL = b"*?[\\"
_BOM = b"\xef\xbb\xbf"
_WORK = 50_000_000
"""Steps of matching in one look; a step is about a seventh of a microsecond."""


@dataclass(slots=True)
class Work:
    """The work that may still be done for one look."""

    steps: int = _WORK

    def spend(self, steps: int) -> None:
        """Count steps; ToolError over the limit."""
        self.steps -= steps
        if self.steps < 0:
            raise ToolError(
                "git snapshot: the worktree's ignore rules take too long to apply",
                hint="look at the `.gitignore` files that the agent wrote; simplify "
                "or remove them, then look again",
            )


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of an ignore file."""

    line: bytes
    number: int
    """The later of two rules that match counts."""
    negated: bool
    directories_only: bool


@dataclass(slots=True)
class _Latest:
    """The latest of several rules for the same names."""

    of_all: Rule | None = None
    of_directories: Rule | None = None

    def add(self, rule: Rule) -> None:
        if rule.directories_only:
            self.of_directories = rule
        else:
            self.of_all = rule

    def pick(self, is_directory: bool) -> Rule | None:
        if not is_directory or not self.of_directories:
            return self.of_all
        return _later(self.of_all, self.of_directories)


@dataclass(slots=True)
class _Globbed:
    """A pattern with wildcards, behind a beginning that has none."""

    beginning: bytes
    rest: Glob
    on_name: bool
    """It is matched with a path's last name alone."""
    rules: _Latest = field(default_factory=_Latest)


class RuleFile:
    """All rules of a file; the work of matching grows with their number alone."""

    def __init__(self, content: bytes) -> None:
        self._names: dict[bytes, _Latest] = {}
        self._endings: dict[bytes, _Latest] = {}
        self._paths: dict[bytes, _Latest] = {}
        globs: dict[tuple[bytes, tuple[Token, ...], bool], _Globbed] = {}
        for number, line in enumerate(content.removeprefix(_BOM).split(b"\n")):
            self._add(line, number, globs)
        self._globs = list(globs.values())
        self._ending_lengths = sorted({len(ending) for ending in self._endings})

    def match(self, path: bytes, is_directory: bool, work: Work) -> Rule | None:
        """The rule that decides on a path below the file's directory, if one does."""
        name = path.rsplit(b"/", 1)[-1]
        found = [self._names.get(name), self._paths.get(path)]
        for length in self._ending_lengths:
            if length > len(name):
                break
            found.append(self._endings.get(name[len(name) - length :]))
        latest = None
        for rules in found:
            if rules:
                latest = _later(latest, rules.pick(is_directory))
        work.spend(len(found) + len(self._globs))
        for each in self._globs:
            rule = each.rules.pick(is_directory)
            if _later(latest, rule) is latest:
                continue
            text = name if each.on_name else path
            if not text.startswith(each.beginning):
                continue
            text = text[len(each.beginning) :]
            if each.rest.may_match(text):
                work.spend(each.rest.cost(text))
                if each.rest.matches(text):
                    latest = rule
        return latest

    def _add(
        self,
        line: bytes,
        number: int,
        globs: dict[tuple[bytes, tuple[Token, ...], bool], _Globbed],
    ) -> None:
        if not line or line.startswith(b"#"):
            return
        pattern = _without_trailing_spaces(line.removesuffix(b"\r").split(b"\0", 1)[0])
        negated = pattern.startswith(b"!")
        pattern = pattern[negated:]
        directories_only = pattern.endswith(b"/")
        pattern = pattern[: len(pattern) - directories_only]
        on_name = b"/" not in pattern
        pattern = pattern.removeprefix(b"/")
        rule = Rule(line.strip(), number, negated, directories_only)
        plain = _plain_length(pattern)
        if plain == len(pattern):
            table = self._names if on_name else self._paths
            table.setdefault(pattern, _Latest()).add(rule)
        elif (
            on_name
            and pattern[:1] == b"*"
            and _plain_length(pattern[1:]) == (len(pattern) - 1)
        ):
            self._endings.setdefault(pattern[1:], _Latest()).add(rule)
        else:
            # A pattern of a name is matched whole, one of a path from its first
            # wildcard on: so `x**/y` is `x` and then `**/y`.
            beginning = b"" if on_name else pattern[:plain]
            rest = glob(pattern[len(beginning) :])
            if rest:
                key = (beginning, rest.tokens, on_name)
                globbed = _Globbed(beginning, rest, on_name)
                globs.setdefault(key, globbed).rules.add(rule)


def _later(one: Rule | None, other: Rule | None) -> Rule | None:
    if not one or not other:
        return one or other
    return one if one.number >= other.number else other


def _plain_length(pattern: bytes) -> int:
    return next(
        (place for place, byte in enumerate(pattern) if byte in _SPECIAL), len(pattern)
    )


def _without_trailing_spaces(line: bytes) -> bytes:
    """The line without the spaces at its end that no backslash escapes."""
    end = len(line)
    while end and line[end - 1] == ord(" "):
        end -= 1
    backslashes = end - len(line[:end].rstrip(b"\\"))
    return line[: end + (backslashes % 2 and end < len(line))]
