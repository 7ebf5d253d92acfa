"""A keeper gets what its shell has, and a front end tells what differs by now."""

import os
import threading
from pathlib import Path

import pytest

from swarm.adapters.user_network import variables
from swarm.bootstrap import keeper_environment
from swarm.plan.naming import HomePaths

SECRET = "https://user:correct-horse@mirror.test/simple"


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> HomePaths:
    """A home whose user has no variable of any package tool."""
    for name in list(os.environ):
        if variables.named([name]):
            monkeypatch.delenv(name)
    monkeypatch.setenv("SWARM_CONFIG", str(tmp_path / "config.toml"))
    home = tmp_path / "home"
    home.mkdir()
    return HomePaths(home)


def test_variables_travel_by_a_pipe_of_this_user_alone(
    paths: HomePaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = {"PIP_INDEX_URL": SECRET, "HOME": "/h\udcff\u00e9\n"}
    with keeper_environment.pipe(paths) as pipe:
        assert pipe.stat().st_mode & 0o777 == 0o600
        assert not keeper_environment.send(pipe, sent)
        monkeypatch.setenv(keeper_environment.PIPE, str(pipe))
        monkeypatch.setenv("HOME", "/before")
        monkeypatch.setenv("PIP_INDEX_URL", "")
        keeper = threading.Thread(target=keeper_environment.receive)
        keeper.start()
        while not keeper_environment.send(pipe, sent):
            keeper_environment.wait()
        keeper.join()

    assert {name: os.environ[name] for name in sent} == sent
    assert keeper_environment.PIPE not in os.environ
    assert not pipe.exists()


def test_a_keeper_whose_starter_died_goes_on_without(
    paths: HomePaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It does not wait for ever for a front end that was killed."""
    monkeypatch.setattr(keeper_environment, "PIPE_SECONDS", 0.05)
    with keeper_environment.pipe(paths) as pipe:
        monkeypatch.setenv(keeper_environment.PIPE, str(pipe))

        keeper_environment.receive()

    monkeypatch.setenv(keeper_environment.PIPE, str(pipe))
    keeper_environment.receive()


def test_a_pipe_at_its_end_before_anybody_wrote_is_read_on(
    paths: HomePaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On macOS it is so until a writer comes; here one comes and goes."""
    sent = {"PIP_INDEX_URL": SECRET}
    monkeypatch.setenv("PIP_INDEX_URL", "")
    with keeper_environment.pipe(paths) as pipe:
        monkeypatch.setenv(keeper_environment.PIPE, str(pipe))
        keeper = threading.Thread(target=keeper_environment.receive)
        keeper.start()
        # Blocks until the keeper reads, and is closed at once.
        with pipe.open("wb"):
            pass
        while keeper.is_alive() and not keeper_environment.send(pipe, sent):
            keeper_environment.wait()
        keeper.join()

    assert os.environ["PIP_INDEX_URL"] == SECRET


def test_what_differs_is_named_and_no_value_is_kept(
    paths: HomePaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Changed, taken away and come anew; a value that both have alike is not named."""
    monkeypatch.setenv("HTTPS_PROXY", "http://user:correct-horse@proxy.test:3128")
    monkeypatch.setenv("PIP_INDEX_URL", SECRET)
    monkeypatch.setenv("npm_config_registry", "https://npm.test/")
    keeper_environment.record(paths)

    assert keeper_environment.differences(paths, os.getpid()) == ()
    monkeypatch.setenv("PIP_INDEX_URL", SECRET + "/")
    monkeypatch.delenv("npm_config_registry")
    monkeypatch.setenv("GOPROXY", "")
    names = keeper_environment.differences(paths, os.getpid())

    assert names == ("GOPROXY", "PIP_INDEX_URL", "npm_config_registry")
    assert "`swarm keeper restart`" in keeper_environment.sentence(names)
    kept = paths.keeper_environment
    assert "correct-horse" not in kept.read_text()
    assert "mirror.test" not in kept.read_text()
    assert kept.stat().st_mode & 0o777 == 0o600


def test_the_variable_of_a_secret_counts(
    paths: HomePaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`env:` in the user's file, and in the file of a project in the home."""
    for file, name in (
        (paths.home.parent / "policy.toml", "CORP_TOKEN"),
        (paths.home / "projects" / "x-1" / "policy.toml", "PROJECT_TOKEN"),
    ):
        file.parent.mkdir(parents=True, exist_ok=True)
        text = f'source = "env:{name}"\nhosts = ["api.test"]\n'
        file.write_text(f'version = 1\n[secrets."a"]\n{text}')
        monkeypatch.setenv(name, "correct-horse")

    handed_over = keeper_environment.handed_over(paths)
    keeper_environment.record(paths)
    monkeypatch.setenv("CORP_TOKEN", "battery-staple")
    monkeypatch.setenv("OTHER_TOKEN", "correct-horse")

    assert handed_over["CORP_TOKEN"] == handed_over["PROJECT_TOKEN"] == "correct-horse"
    assert keeper_environment.differences(paths, os.getpid()) == ("CORP_TOKEN",)
    assert "OTHER_TOKEN" not in keeper_environment.handed_over(paths)


def test_the_variable_of_a_token_in_a_file_counts(
    paths: HomePaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(paths.home))
    (paths.home / ".npmrc").write_text("//npm.test/:_authToken=${CORP_TOKEN}\n")
    monkeypatch.setenv("CORP_TOKEN", "correct-horse")
    keeper_environment.record(paths)
    monkeypatch.setenv("CORP_TOKEN", "battery-staple")

    assert keeper_environment.handed_over(paths)["CORP_TOKEN"] == "battery-staple"
    assert keeper_environment.differences(paths, os.getpid()) == ("CORP_TOKEN",)


def test_a_policy_file_with_a_mistake_is_no_trouble_here(
    paths: HomePaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    (paths.home.parent / "policy.toml").write_text("version = \n")
    monkeypatch.setenv("PIP_INDEX_URL", SECRET)

    assert keeper_environment.handed_over(paths)["PIP_INDEX_URL"] == SECRET


@pytest.mark.parametrize("kept", ["", "[]", "{", '{"pid": 1}', '{"pid": "x"}'])
def test_a_keeper_that_left_nothing_readable_differs_in_nothing(
    paths: HomePaths, kept: str
) -> None:
    """One of an earlier version, or another process by now."""
    assert keeper_environment.differences(paths, 1) == ()
    paths.keeper_environment.write_text(kept)

    assert keeper_environment.differences(paths, 1) == ()
    assert keeper_environment.differences(paths, None) == ()
    assert keeper_environment.sentence(()) == ""
