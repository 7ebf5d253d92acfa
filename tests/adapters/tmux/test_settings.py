"""The private server's settings are in force before the first program starts."""

import pytest

from swarm.adapters.tmux import Tmux
from swarm.adapters.tmux.server import PrivateServer
from swarm.adapters.tmux.settings import OPTIONS, STYLE, chain

COMMANDS = {"set-option", "bind-key", "unbind-key", "if-shell"}
SHELL = ["bash", "--norc", "--noprofile"]


@pytest.mark.parametrize(
    ("scope", "option", "value"),
    [
        ("-s", "set-clipboard", "external"),
        ("-s", "exit-empty", "off"),
        ("-g", "set-titles", "off"),
        ("-g", "update-environment", ""),
        ("-g", "status-style", STYLE),
        ("-gw", "allow-rename", "off"),
        ("-gw", "automatic-rename", "off"),
        ("-gw", "remain-on-exit", "on"),
    ],
)
def test_an_option_is_in_force(
    tmux: Tmux, socket: str, scope: str, option: str, value: str
) -> None:
    """Those that keep an agent's output away from the human's terminal."""
    tmux.open("a", ["cat"], {})

    shown = PrivateServer(socket).run("show-options", scope, "-v", option)

    assert shown.strip() == value


def test_the_chain_is_one_call_with_every_setting_in_it() -> None:
    """A `;` as a word of its own stands before each command."""
    words = chain()

    assert words[0] == ";"
    assert words.count("set-option") == len(OPTIONS)
    assert all(words[i + 1] in COMMANDS for i, w in enumerate(words) if w == ";")


def test_no_key_of_tmux_opens_a_shell(tmux: Tmux, socket: str) -> None:
    """Whoever is attached types to the agent, and can only leave."""
    tmux.open("a", SHELL, {})
    server = PrivateServer(socket)

    keys = "".join(server.run("list-keys", "-T", table) for table in ("prefix", "root"))

    for word in ("new-window", "split-window", "command-prompt", "respawn", "menu"):
        assert word not in keys
