"""A terminal is called by a name that this machine knows, or is told to be none."""

from pathlib import Path

import pytest

from swarm.adapters import terminal_type
from swarm.errors import ToolError


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A machine with two terminals, one of them in macOS's layout."""
    for name in ("k/kitty-of-tests", "6d/mac-of-tests"):
        file = tmp_path / ".terminfo" / name
        file.parent.mkdir(parents=True)
        file.touch()
    return {"HOME": str(tmp_path)}


@pytest.mark.parametrize(
    ("name", "usable"),
    [
        ("kitty-of-tests", "kitty-of-tests"),
        ("mac-of-tests", "mac-of-tests"),
        ("ghostty-of-tests", terminal_type.FALLBACK),
        ("../etc/passwd", terminal_type.FALLBACK),
    ],
)
def test_a_name_that_the_machine_does_not_know_is_replaced(
    environment: dict[str, str], name: str, usable: str
) -> None:
    assert terminal_type.usable({**environment, "TERM": name}, "draw") == usable


def test_folders_that_variables_name_count(tmp_path: Path) -> None:
    (tmp_path / "own/x").mkdir(parents=True)
    (tmp_path / "own/x/x-own").touch()
    for variable in ("TERMINFO", "TERMINFO_DIRS"):
        environment = {variable: f"{tmp_path}/own", "TERM": "x-own"}

        assert terminal_type.usable(environment, "draw") == "x-own"


@pytest.mark.parametrize("name", ["dumb", "unknown", "", None])
def test_what_is_no_terminal_is_told_with_a_way_out(name: str | None) -> None:
    environment = {} if name is None else {"TERM": name}
    with pytest.raises(ToolError, match="this terminal cannot draw: TERM is") as error:
        terminal_type.usable(environment, "draw")

    assert "TERM=xterm-256color" in error.value.hint
