"""Chooses the files whose bytes a checkout could change by attribute or setting."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from swarm.adapters.git.checkout_bytes.attributes import Attributes
from swarm.adapters.git.settings import Settings
from swarm.model.review import Change, CheckoutBytes
from swarm.model.safe_text import safe_line

_ENCODING = "working-tree-encoding"
_UNSET = ("unspecified", "unset")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A changed file, and what could change its bytes."""

    ATTRIBUTES: ClassVar = ("text", "crlf", "eol", "ident", "filter", _ENCODING)

    change: Change
    conversions: tuple[str, ...] = ()
    """As `model.review.CheckoutBytes` has them."""
    encodes: bool = False
    """More than line ends and `$Id$` could change."""
    refused: str = ""
    """The reason for which git refuses to write the file."""
    program: str = ""
    """The user's filter that would run."""

    @property
    def path(self) -> str:
        """The path of the change."""
        return self.change.path

    def not_converted(self) -> CheckoutBytes:
        """The answer where git has not been asked."""
        return CheckoutBytes(
            conversions=self.conversions, program=self.program, unknown=self.refused
        )


def candidates(
    changes: Iterable[Change],
    answer: str,
    attributes: Attributes,
    settings: Settings,
) -> list[Candidate]:
    """The changes that git's answer of `check-attr -z` concerns."""
    values = _values(answer)
    programs = {
        key.split(".", 1)[1].rsplit(".", 1)[0]
        for key, _ in settings.drivers()
        if key.startswith("filter.") and key.endswith((".smudge", ".process"))
    }
    found = (
        _candidate(change, values.get(change.path, {}), attributes, programs)
        for change in changes
    )
    return [each for each in found if each.conversions or each.refused or each.program]


def _values(answer: str) -> dict[str, dict[str, str]]:
    """Git's answer in threes: path, attribute, value."""
    fields = answer.split("\0")
    values: dict[str, dict[str, str]] = {}
    for path, name, value in zip(
        fields[0::3], fields[1::3], fields[2::3], strict=False
    ):
        values.setdefault(path, {})[name] = value
    return values


def _candidate(
    change: Change,
    values: dict[str, str],
    attributes: Attributes,
    programs: set[str],
) -> Candidate:
    encoding = values.get(_ENCODING, "unspecified")
    program = values.get("filter", "")
    refused = ""
    if encoding in ("set", "unset"):
        refused = f"git refuses to write it: {_ENCODING} has no value"
    return Candidate(
        change,
        tuple(_conversions(values, attributes)),
        encodes=encoding != "unspecified",
        refused=refused,
        program=safe_line(program, 80) if program in programs else "",
    )


def _conversions(values: dict[str, str], attributes: Attributes) -> Iterator[str]:
    encoding = values.get(_ENCODING, "unspecified")
    if encoding not in ("unspecified", "set", "unset"):
        yield f"{_ENCODING}={safe_line(encoding, 60)}"
    if values.get("ident") == "set":
        yield "ident"
    if cause := _crlf(values, attributes):
        yield cause


def _crlf(values: dict[str, str], attributes: Attributes) -> str:
    """The reason for which text could get CRLF; empty if it does not."""
    if values.get("text") == "unset" or values.get("eol") == "lf":
        return ""
    if values.get("eol") == "crlf":
        return "eol=crlf"
    if not attributes.writes_crlf:
        return ""
    return "core.autocrlf" if attributes.autocrlf else "core.eol=crlf"
