"""Only a file whose bytes could change is given to git."""

import pytest

from swarm.adapters.git.checkout_bytes.attributes import Attributes
from swarm.adapters.git.checkout_bytes.candidates import Candidate, candidates
from swarm.adapters.git.settings import Settings
from swarm.model.review import Change

ONE = Change("a", "added", 0, 0o100644, "0", "1")
PROGRAMS = Settings((("filter.lfs.smudge", "lfs"), ("filter.seal.clean", "seal")))


def chosen(**values: str) -> list[Candidate]:
    autocrlf, eol = values.pop("autocrlf", ""), values.pop("core_eol", "")
    answer = "".join(f"a\0{name}\0{value}\0" for name, value in values.items())
    attributes = Attributes(b"", {}, {}, {}, b"", b"", autocrlf, eol)
    return candidates([ONE], answer, attributes, PROGRAMS)


@pytest.mark.parametrize(
    ("values", "conversions"),
    [
        ({}, ()),
        ({"text": "set"}, ()),
        ({"text": "auto", "eol": "lf"}, ()),
        ({"text": "unset", "eol": "crlf"}, ()),
        ({"eol": "crlf"}, ("eol=crlf",)),
        ({"text": "set", "core_eol": "crlf"}, ("core.eol=crlf",)),
        ({"autocrlf": "true"}, ("core.autocrlf",)),
        ({"autocrlf": "input"}, ()),
        ({"autocrlf": "true", "text": "unset"}, ()),
        ({"ident": "set"}, ("ident",)),
        ({"filter": "seal"}, ()),
        ({"filter": "unknown"}, ()),
    ],
)
def test_what_could_change(
    values: dict[str, str], conversions: tuple[str, ...]
) -> None:
    """Attributes and settings, each by its own name."""
    found = [each.conversions for each in chosen(**values)]

    assert found == ([conversions] if conversions else [])


def test_a_smudge_program_is_named() -> None:
    """One that is in the user's settings."""
    assert [each.program for each in chosen(filter="lfs")] == ["lfs"]
