"""What a human wrote wrongly is named with file, line and key; nothing is guessed."""

from pathlib import Path

import pytest

from swarm.config.load import load
from swarm.errors import ConfigError
from swarm.model.toolchain import NO_TOOLCHAIN


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    """Every key has a default; the shipped file is the documentation."""
    config = load(tmp_path / "absent.toml")

    assert (config.max_running, config.sandbox.memory) == (4, 4 << 30)


def test_a_user_changes_one_key_and_keeps_the_rest(tmp_path: Path) -> None:
    """Tables are merged, not replaced."""
    file = tmp_path / "config.toml"
    file.write_text('max_running = 2\n[sandbox]\nmemory = "512MiB"\n')

    config = load(file)

    assert (config.max_running, config.sandbox.memory, config.sandbox.pids) == (
        2,
        512 << 20,
        512,
    )


def test_a_version_may_be_named(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("version = 1\nmax_running = 2\n")

    assert load(file).max_running == 2


WRONG = ("2", "0", '"1"', "1.0", "true", "[1]")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("max_runing = 2\n", r":1: max_runing: unknown key"),
        ("\n[sandbox]\nmemory = 'lots'\n", r":3: sandbox\.memory"),
        ("max_running = 0\n", r":1: max_running"),
        *((f"\nversion = {wrong}\n", r":2: version: a number") for wrong in WRONG),
        ("[sandbox]\nprivileged = true\n", r":2: sandbox\.privileged: unknown key"),
        ("max_running = = 2\n", r"not valid TOML.*line 1"),
        ('[sensor]\nkeep = "1GiB"\n[checkpoint]\nkeep = 0\n', r":4: checkpoint\.keep"),
        ('[merge]\nstrategy = "force"\n', r":2: merge\.strategy"),
    ],
)
def test_a_mistake_is_named_with_file_line_and_key(
    tmp_path: Path, text: str, says: str
) -> None:
    """The message is enough to mend it without a search."""
    file = tmp_path / "config.toml"
    file.write_text(text)

    with pytest.raises(ConfigError, match=says) as caught:
        load(file)
    assert str(file) in caught.value.message


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            'stop_grace = 1\n[agents.cluade]\nmode = "ask"\n',
            r":2: agents\.cluade: there is no agent 'cluade'; did you mean claude\?",
        ),
        ("[agents]\ngemni = {}\n", r":2: agents\.gemni: .*did you mean gemini\?"),
        ('agent = "codx"\n', r":1: agent: .*did you mean codex\?"),
        ('[sandbox]\nagents = ["claude", "pie"]\n', r":2: sandbox\.agents: .* pi\?"),
        ('agent = "zzzzzz"\n', r"agents has none of that name"),
        ('agent = "own-one"\n', r"mean own-two\?"),
        ('agent = "../claude"\n', r":1: agent: there is no agent"),
    ],
)
def test_an_agent_that_there_is_not_is_refused_with_the_nearest(
    tmp_path: Path, text: str, says: str
) -> None:
    file = tmp_path / "config.toml"
    file.write_text(text)
    (tmp_path / "agents").mkdir()
    (tmp_path / "agents" / "own-two.toml").write_text("")

    with pytest.raises(ConfigError, match=says) as caught:
        load(file)

    assert str(file) in caught.value.message


def test_an_agent_of_the_users_may_be_set(tmp_path: Path) -> None:
    """Its file stands beside the settings; a mistake in it is another matter."""
    file = tmp_path / "config.toml"
    file.write_text('agent = "mine"\n[agents.mine]\nmode = "ask"\n')
    (tmp_path / "agents").mkdir()
    (tmp_path / "agents" / "mine.toml").write_text("")

    assert load(file).agents["mine"].mode == "ask"


def test_a_wish_s_stacks_and_packages_go_before_the_settings(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[sandbox]\nstacks = ["python"]\npackages = ["jq"]\n')
    sandbox = load(file).sandbox

    assert str(sandbox.toolchain()) == "python,jq"
    assert str(sandbox.toolchain(stacks=["c"])) == "c,jq"
    assert sandbox.toolchain((), ()) == NO_TOOLCHAIN
