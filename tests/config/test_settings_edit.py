"""One list of config.toml is changed; what a person wrote beside it stays."""

import tomllib

import pytest

from swarm.config.settings_edit import with_list
from swarm.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("", ""),
        ("# mine\nagent = 'claude'\n", "# mine\nagent = 'claude'\n"),
        ("[sandbox]\npids = 99 # few\n[gate]\nready = 1\n", "pids = 99 # few\n"),
        ("[sandbox]\ncaches = ['npm'] # one\n", "[sandbox]\n"),
        ("sandbox.pids = 99\n", "sandbox.pids = 99\n"),
        ("sandbox = { pids = 99 }\n", "pids = 99"),
    ],
)
def test_a_list_is_set(text: str, kept: str) -> None:
    changed = with_list(text, "sandbox", "caches", ("pip", "maven"))

    assert tomllib.loads(changed)["sandbox"]["caches"] == ["pip", "maven"]
    assert kept in changed


@pytest.mark.parametrize("text", ["[sandbox", "sandbox = 1\n", "[[sandbox]]\n"])
def test_what_only_a_human_can_change_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="config"):
        with_list(text, "sandbox", "caches", ("pip",))
