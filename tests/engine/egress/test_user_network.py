"""The engine's one reading of the user's network follows the user's files."""

import threading
from pathlib import Path

import pytest

from swarm.adapters.user_network import defaults
from swarm.engine.egress import policy_resolver, user_network
from swarm.engine.host import image_registries
from swarm.model import events
from swarm.model.task import State
from swarm.model.user_network import ParentProxy, Registry, UserNetwork
from swarm.plan.naming import HomePaths
from tests.engine.keeper_harness import PATIENCE, KeeperHarness


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("NPM_CONFIG_REGISTRY", "npm_config_registry", "NPM_CONFIG_USERCONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    # The labels of images are this machine's, and of no test.
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")
    return tmp_path


def test_an_edit_of_the_user_s_files_counts_in_a_process_that_runs(home: Path) -> None:
    """The keeper runs for weeks."""
    (home / ".npmrc").write_text("registry=https://first.example/")
    first = user_network.current().endpoints()["npm"]
    (home / ".npmrc").write_text("registry=https://second.example/")

    assert first == ("first.example:443",)
    assert user_network.current().endpoints()["npm"] == ("second.example:443",)


def test_a_user_without_a_home_is_no_error(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/nonexistent")

    assert "npm" not in user_network.current().endpoints()


def test_the_reading_holds_the_parent_proxy(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the variables say, or as the setting does; never the password."""
    monkeypatch.setenv("HTTPS_PROXY", "http://me:hush@p.corp:3128")

    found = user_network.current()
    assert found.proxy == ParentProxy(
        "http://p.corp:3128", has_password=True, origin="HTTPS_PROXY"
    )
    assert "hush" not in repr(found)
    assert user_network.current("none").proxy is None


def test_what_is_not_known_is_told_in_one_sentence(home: Path) -> None:
    (home / ".npmrc").write_text("registry=https://npm.example/")
    (home / ".cargo").mkdir()
    (home / ".cargo" / "config.toml").write_text("[source")

    told = list(
        user_network.warnings(
            user_network.current(), ("npm", "go", "rubygems", "alpine")
        )
    )

    assert told == [
        "~/.cargo/config.toml is no TOML at end of document",
        "where go, gem fetch from by default is not known on this machine; "
        "name it in the tool's own settings, or with [[allow]]",
    ]


def test_the_host_of_cargo_s_downloads_is_told_until_its_index_said_so() -> None:
    default = Registry("cargo", "https://index.example/", is_default=True)
    downloads = Registry("cargo", "https://static.example/", "downloads")

    (told,) = user_network.warnings(UserNetwork((default,)), ())

    assert told.startswith("where cargo downloads from is known once it has fetched")
    assert not list(user_network.warnings(UserNetwork((default, downloads)), ()))


def test_the_stamp_changes_with_the_user_s_registries_alone(home: Path) -> None:
    """By it those tasks that are at work get what the user's files say now."""
    stamp = user_network.NetworkStamp()
    later = user_network.LOOK_SECONDS
    (home / ".npmrc").write_text("registry=https://first.example/")
    first = stamp.at(1)

    (home / ".npmrc").write_text("fund=false\nregistry=https://first.example/")
    same = stamp.at(1 + later)
    (home / ".npmrc").write_text("registry=https://second.example/")

    assert same == first
    assert stamp.at(1 + later) == first
    assert stamp.at(1 + 2 * later) != first


def test_the_images_that_agents_work_in_know_what_the_host_does_not(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A default is one for a tool that the user's settings leave alone."""
    labels = {"npm": ("https://npm.example/",), "yarn": ("https://yarn.example/",)}
    monkeypatch.setattr(image_registries, "recorded", lambda *_: labels)
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/other.sock")
    (home / ".yarnrc").write_text('registry "https://mine.example/"')

    network = user_network.current()

    assert network.endpoints()["npm"] == ("npm.example:443",)
    assert network.endpoints()["yarn"] == ("mine.example:443",)
    assert network.chosen()["mine.example:443"] == "~/.yarnrc: registry"


def test_defaults_that_come_late_are_no_edit_of_a_file(
    harness: KeeperHarness, sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A keeper asks the tools at its start; no policy is put in force again for it."""
    looks, asked, is_answered = list[Path](), list[object](), threading.Event()
    files_stamp = policy_resolver.files_stamp

    def counted(paths: HomePaths) -> object:
        looks.append(paths.home)
        return files_stamp(paths)

    def answer(*question: object) -> dict[str, tuple[str, ...]]:
        asked.append(question)
        if len(asked) > 1:
            return {}
        is_answered.wait(PATIENCE)
        return {"conda": ("https://conda.example/",)}

    monkeypatch.setattr(policy_resolver, "files_stamp", counted)
    monkeypatch.setattr(user_network, "_learned", {})
    monkeypatch.setattr(user_network, "LOOK_SECONDS", 0.0)
    monkeypatch.setattr(defaults, "ask", answer)
    harness.start_keeper()
    harness.until(lambda: bool(asked), "the question")
    task = harness.new_task(sample, "sleep 1000")
    harness.until_state(task, State.LIVE)
    seen = len(looks)
    harness.until(lambda: len(looks) > seen + 2, "looks before the answer")
    is_answered.set()
    seen = len(looks)
    harness.until(lambda: len(looks) > seen + 5, "looks after it")

    told = [known.event for known in harness.queries.events.after(task=task)]
    reasons = [event.why for event in told if isinstance(event, events.PolicyApplied)]
    assert reasons == ["launch"]
