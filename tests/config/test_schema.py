"""A size, a count and a key are read strictly."""

import subprocess
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from swarm.config.schema import Budget, Checkpoint, Config, Gate, Size

SIZE = TypeAdapter(Size)


@pytest.mark.parametrize(
    ("text", "size"),
    [("512MiB", 512 << 20), ("4 gib", 4 << 30), ("1KiB", 1 << 10), ("7b", 7), (5, 5)],
)
def test_a_size_is_bytes_with_a_unit(text: Any, size: int) -> None:
    assert SIZE.validate_python(text) == size


@pytest.mark.parametrize("text", ["lots", "1.5GiB", "1GB", "0", -1, True, ""])
def test_what_is_no_size_is_refused(text: Any) -> None:
    """`GB` could mean either of two numbers."""
    with pytest.raises(ValidationError):
        SIZE.validate_python(text)


def test_tokens_may_be_written_short() -> None:
    assert Budget(tokens="1.5M", dollars=0).tokens == 1_500_000  # type: ignore[arg-type]  # as TOML has it


def test_an_unknown_key_is_refused() -> None:
    with pytest.raises(ValidationError, match="extra_forbidden"):
        Checkpoint(minutes=1, keep=1, kep=2)  # type: ignore[call-arg]  # the mistake


def test_a_setting_does_not_change_later() -> None:
    checkpoint = Checkpoint(minutes=1, keep=1)

    with pytest.raises(ValidationError):
        checkpoint.keep = 2


PREFIX = TypeAdapter(Config.__annotations__["branch_prefix"])
PLACE = TypeAdapter(Config.__annotations__["worktrees"])


@pytest.mark.parametrize(
    "prefix", ["swarm/", "", "me/agents/", "agents-", "ünï/", "a.b/", "v1.", "@x/"]
)
def test_a_branch_prefix_begins_a_branch(prefix: str) -> None:
    """Asked of git itself."""
    branch = f"{PREFIX.validate_python(prefix)}1-fix"

    words = ["git", "check-ref-format", f"refs/heads/{branch}"]
    assert subprocess.run(words, check=False).returncode == 0


@pytest.mark.parametrize(
    "prefix",
    [
        "/",
        "-x",
        "a//",
        "a..b",
        ".a/",
        "a/.b",
        "a.lock/",
        "a~",
        "a^",
        "a:",
        "a?",
        "a*",
        "a[",
        "a\\",
        "a@{",
        "a./",
        "@/",
        "refs/heads/",
    ],
)
def test_what_begins_no_branch_is_refused(prefix: str) -> None:
    with pytest.raises(ValidationError, match="branch's name"):
        PREFIX.validate_python(prefix)


@pytest.mark.parametrize("prefix", ["a b", "a\n", "\x7f", "x" * 200])
def test_a_branch_prefix_is_short_and_printable(prefix: str) -> None:
    with pytest.raises(ValidationError, match="branch's name"):
        PREFIX.validate_python(prefix)


@pytest.mark.parametrize("place", ["", "/fast/trees", "~/trees", "/with blank/ü"])
def test_worktrees_lie_at_an_absolute_place(place: str) -> None:
    assert PLACE.validate_python(place) == place


@pytest.mark.parametrize("place", ["trees", "./trees", "../x", "~other/x", "/a\nb"])
def test_a_place_that_depends_on_where_one_is_is_refused(place: str) -> None:
    with pytest.raises(ValidationError, match="absolute path"):
        PLACE.validate_python(place)


GATE = {"preset": "open", "ready": 0, "hosts": {}, "upstream_password": ""}


@pytest.mark.parametrize(
    "text",
    ["auto", "none", "http://p.corp:3128", "https://me:pw@[::1]:1/", "http://p.corp"],
)
def test_an_upstream_is_a_word_or_a_url(text: str) -> None:
    """A URL is one of http or https, which the gate speaks."""
    assert Gate(**GATE, upstream=text).upstream == text  # type: ignore[arg-type]  # as TOML has it


@pytest.mark.parametrize(
    "text",
    [
        "",
        "p.corp:3128",
        "socks5://p:1",
        "http://",
        "http://me:hu/sh@p:1",
        "http://p:1/x",
    ],
)
def test_what_is_no_upstream_is_refused_without_quoting_it(text: str) -> None:
    """It may hold a password."""
    with pytest.raises(ValidationError) as raised:
        Gate(**GATE, upstream=text)  # type: ignore[arg-type]  # as TOML has it

    assert "proxy.corp:3128" in raised.value.errors()[0]["msg"]
    assert "hu/sh" not in str(raised.value)


def test_a_password_is_named_by_its_source() -> None:
    """Written out in the place of a source, it is not quoted either."""
    with pytest.raises(ValidationError) as raised:
        Gate(**{**GATE, "upstream": "none", "upstream_password": "hush"})  # type: ignore[arg-type]  # as TOML has it

    assert "hush" not in str(raised.value)
