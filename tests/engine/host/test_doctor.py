"""The doctor finds what is wrong, says how to mend it, and mends what is safe."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from swarm.adapters.system import System
from swarm.cli import doctor as command
from swarm.engine.host import images
from swarm.engine.host.check import Check
from swarm.engine.host.doctor import Machine, examine, fix_all, version_of
from swarm.engine.host.kernel import Kernel
from swarm.engine.host.machine_checks import GIB
from swarm.engine.host.room import Room
from swarm.errors import ToolError, ToolMissing
from swarm.plan.gate_containers import GateNames
from swarm.plan.naming import HomePaths, TaskNames
from swarm.ports import ContainerEngineFacts, ContainerFacts
from swarm.store.journal import Journal
from tests.builders import queued

HEALTHY = ContainerEngineFacts(
    "28.0", True, "2", "overlay2", ("runc",), True, "unix:///s"
)


class SmallEngine:
    """As much of an engine, and of its images, as the doctor asks for."""

    def __init__(self) -> None:
        self.info: ContainerEngineFacts | None = HEALTHY
        self.containers: dict[str, dict[str, str]] = {}
        self.homes: list[str] = []
        self.running: set[str] = set()
        self.built = {images.tag(name) for name in images.names()}

    def facts(self) -> ContainerEngineFacts:
        if self.info is None:
            raise ToolMissing("docker does not answer")
        return self.info

    def all(self, labels: dict[str, str]) -> list[ContainerFacts]:
        return [
            ContainerFacts(name, name, known, self._status(name))
            for name, known in self.containers.items()
            if labels.items() <= known.items()
        ]

    def _status(self, name: str) -> str:
        return "running" if name in self.running else "exited"

    def volumes(self, labels: dict[str, str]) -> list[str]:
        return list(self.homes)

    def remove(self, name: str) -> None:
        del self.containers[name]

    def remove_volume(self, name: str) -> None:
        self.homes.remove(name)

    def image_id(self, reference: str) -> str | None:
        return "sha256:1" if reference in self.built else None


@pytest.fixture
def engine() -> SmallEngine:
    return SmallEngine()


@pytest.fixture
def machine(tmp_path: Path, engine: SmallEngine) -> Machine:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    kernel = tmp_path / "kernel"
    kernel.mkdir()
    (kernel / "meminfo").write_text("MemTotal: 9 kB\nMemAvailable: 16777216 kB\n")
    (kernel / "modules").write_text("nf_tables 1 0 - Live\n")
    (kernel / "btf").touch()
    whole: Any = engine
    return Machine(
        places=HomePaths(home),
        sandboxes=whole,
        images=whole,
        tmux=lambda: "tmux 3.3a",
        git=lambda: "git version 2.39.5",
        room=lambda _path: Room(50 * GIB, 99 * GIB, 9_000_000, 9_999_999),
        system=System("Linux", "6.1.0"),
        config=tmp_path / "config.toml",
        kernel=Kernel(kernel, kernel, kernel / "btf"),
    )


def grades(checks: list[Check]) -> dict[str, str]:
    return {check.name: check.grade for check in checks}


def check(machine: Machine, name: str) -> Check:
    return next(one for one in examine(machine) if one.name == name)


def test_a_healthy_machine_is_fine(machine: Machine) -> None:
    assert set(grades(examine(machine)).values()) == {"ok"}


@pytest.mark.parametrize(
    ("change", "name", "grade"),
    [
        ({"cgroup": "1"}, "cgroup", "warn"),
        ({"storage": "vfs"}, "storage", "warn"),
        ({"seccomp": False}, "seccomp", "fail"),
    ],
)
def test_what_the_engine_lacks_is_told_with_a_way_out(
    machine: Machine,
    engine: SmallEngine,
    change: dict[str, Any],
    name: str,
    grade: str,
) -> None:
    engine.info = replace(HEALTHY, **change)

    assert check(machine, name).grade == grade
    assert check(machine, name).remedy


def test_without_an_engine_the_rest_is_still_checked(
    machine: Machine, engine: SmallEngine
) -> None:
    engine.info = None
    found = grades(examine(machine))

    assert found["container engine"] == "fail"
    assert found["git"] == found["tmux"] == found["database"] == "ok"
    assert "leftovers" not in found


def missing() -> str:
    raise ToolMissing("tmux is not installed")


@pytest.mark.parametrize("tmux", [lambda: "tmux 3.1c", missing])
def test_an_old_tool_fails_as_a_missing_one_does(
    machine: Machine, tmux: Callable[[], str]
) -> None:
    found = check(replace(machine, tmux=tmux), "tmux")

    assert (found.grade, found.remedy) == (
        "fail",
        "install tmux 3.2 or newer (`apt-get install tmux`)",
    )


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("tmux 3.3a", (3, 3)),
        ("tmux next-3.5", (3, 5)),
        ("git version 2.39.5 (Apple Git-154)", (2, 39)),
        ("tmux master", (0, 0)),
    ],
)
def test_a_version_is_read_from_what_tools_say(
    text: str, version: tuple[int, int]
) -> None:
    assert version_of(text) == version


def test_a_kernel_without_what_is_coming_is_a_warning(
    machine: Machine, tmp_path: Path
) -> None:
    bare = replace(machine, kernel=Kernel(tmp_path, tmp_path, tmp_path / "none"))
    found = grades(examine(bare))

    assert (found["nftables"], found["sensor"]) == ("warn", "warn")
    assert (found["memory"], found["inotify"]) == ("ok", "ok")


def test_room_is_looked_at_where_the_home_and_the_engine_s_files_are(
    machine: Machine, engine: SmallEngine, tmp_path: Path
) -> None:
    root = tmp_path / "engine"
    root.mkdir()
    engine.info = replace(HEALTHY, root=str(root))
    no_inodes = Room(50 * GIB, 99 * GIB, 12, 9_999_999)
    asked: list[Path] = []

    def room(path: Path) -> Room:
        asked.append(path)
        return no_inodes

    short = replace(machine, room=room)

    assert check(short, "disk of home").grade == "fail"
    assert "12 inodes" in check(short, "disk of images").finding
    assert {*asked} == {machine.places.home, root}


@pytest.mark.parametrize(
    ("here", "kernel"),
    [
        (System("Darwin", "23.4.0"), "6.10.14-linuxkit"),
        (System("Linux", "6.1.0"), "6.10.14-linuxkit"),
        (System("Darwin", "23.4.0"), ""),
    ],
)
def test_an_engine_on_another_machine_is_not_judged_by_this_one_s_kernel(
    machine: Machine, engine: SmallEngine, tmp_path: Path, here: System, kernel: str
) -> None:
    """Docker Desktop's is in a virtual machine; a context may lead to another host."""
    engine.info = replace(HEALTHY, kernel=kernel, root=str(tmp_path))
    bare = Kernel(tmp_path, tmp_path, tmp_path / "none")
    found = grades(examine(replace(machine, system=here, kernel=bare)))

    assert found["engine's machine"] == "ok"
    assert not found.keys() & {"nftables", "sensor", "inotify", "disk of images"}


@pytest.mark.parametrize(
    ("here", "start", "install"),
    [
        (System("Darwin", "23.4.0"), "Docker Desktop", "brew install tmux"),
        (System("Linux", "5.15-microsoft-standard-WSL2"), "WSL integration", "apt-get"),
        (System("Linux", "6.1.0"), "systemctl start docker", "apt-get install tmux"),
    ],
)
def test_a_remedy_is_one_that_the_system_has(
    machine: Machine, engine: SmallEngine, here: System, start: str, install: str
) -> None:
    engine.info = None
    there = replace(machine, system=here, tmux=missing)

    assert start in check(there, "container engine").remedy
    assert install in check(there, "tmux").remedy
    if not here.is_tried:
        assert "not tried" in check(there, "system").finding


def test_an_engine_whose_clock_is_another_is_told_of(
    machine: Machine, engine: SmallEngine
) -> None:
    engine.info = replace(HEALTHY, clock_ahead=-40.0)

    assert check(machine, "clock").grade == "warn"


def test_a_home_that_others_may_read_is_closed(machine: Machine) -> None:
    machine.places.home.chmod(0o755)
    said: list[str] = []

    checks = fix_all(examine(machine), said.append)

    assert grades(checks)["home"] == "ok"
    assert said == [f"chmod 0700 {machine.places.home}"]
    assert check(machine, "home").grade == "ok"


def test_a_broken_config_is_named(machine: Machine) -> None:
    machine.config.write_text("max_running = none\n")

    found = check(machine, "config")

    assert found.grade == "fail"
    assert str(machine.config) in found.finding


def test_a_mistake_in_the_policy_is_named(machine: Machine) -> None:
    """With file, line and key; a rule for what many share is a warning."""
    file = machine.config.with_name("policy.toml")
    file.write_text('version = 1\n[[allow]]\nhots = "a.example"\n')
    broken = check(machine, "policy")
    file.write_text('version = 1\n[[allow]]\nhost = "*.github.io"\n')
    wide = check(machine, "policy")

    assert (broken.grade, f"{file}:3: allow.hots" in broken.finding) == ("fail", True)
    assert wide.grade == "warn"


def test_an_expired_secret_is_named_with_its_line(machine: Machine) -> None:
    file = machine.config.with_name("policy.toml")
    head = 'version = 1\n[secrets.a]\nsource = "env:A"\nhosts = ["a.example"]\n'
    file.write_text(head + "expires = 2099-01-01T00:00:00Z\n")
    still_good = check(machine, "policy")
    file.write_text(head + "expires = 2020-01-01T00:00:00Z\n")
    expired = check(machine, "policy")

    assert still_good.grade == "ok"
    assert (expired.grade, f"{file}:2: secrets.a expired" in expired.finding) == (
        "warn",
        True,
    )


def test_a_keeper_of_another_shell_is_told_of(machine: Machine) -> None:
    other = replace(machine, keeper_differs=lambda: "they differ in HTTPS_PROXY")

    assert check(machine, "keeper").grade == "ok"
    assert check(other, "keeper").grade == "warn"
    assert "HTTPS_PROXY" in check(other, "keeper").finding
    assert check(other, "keeper").remedy == "swarm keeper restart"


def test_whether_the_gate_runs_is_told(machine: Machine, engine: SmallEngine) -> None:
    """Not running is no fault: it starts with the first task."""
    idle = check(machine, "gate")
    names = GateNames(machine.places.tag)
    engine.containers[names.gate] = names.labels("gate")
    engine.running.add(names.gate)

    assert (idle.grade, "first task" in idle.finding) == ("ok", True)
    assert "runs" in check(machine, "gate").finding


def test_a_database_from_a_newer_swarm_is_named(machine: Machine) -> None:
    machine.places.database.write_bytes(b"no database at all, but longer than a page")

    assert check(machine, "database").grade == "fail"
    assert check(machine, "leftovers").grade == "warn"


def test_an_image_that_is_not_built_can_be_built(
    machine: Machine, engine: SmallEngine
) -> None:
    engine.built.clear()
    found = check(machine, "image base")

    assert (found.grade, found.remedy) == ("warn", "`swarm image build base`")
    assert found.fix is not None


def test_a_fix_that_fails_says_so(machine: Machine) -> None:
    def fails(_progress: object) -> None:
        raise ToolError("docker build: no disk", hint="make room")

    (found,) = fix_all([Check("image", "warn", "old", "build it", fails)], print)

    assert (found.grade, found.finding, found.remedy) == (
        "fail",
        "docker build: no disk",
        "make room",
    )


def test_leftovers_are_named_before_they_go_and_tasks_keep_theirs(
    machine: Machine, engine: SmallEngine
) -> None:
    journal, places = Journal(machine.places.database), machine.places
    kept = journal.queue(queued)
    journal.close()
    for number in (kept.id, 99):
        names = TaskNames(places.tag, number)
        engine.containers[names.sandbox] = names.labels()
        engine.homes.append(names.home_volume)
        (places.worktree(number) / "src").mkdir(parents=True)
        places.task(number).mkdir(parents=True)
    (places.worktree(0).parent / "notes").mkdir()
    said: list[str] = []

    fix_all(examine(machine), said.append)

    gone = TaskNames(places.tag, 99)
    assert said == [
        f"removing container {gone.sandbox}",
        f"removing volume {gone.home_volume}",
        "removing worktree 99",
    ]
    assert list(engine.containers) == [TaskNames(places.tag, kept.id).sandbox]
    assert not places.worktree(99).exists()
    assert places.worktree(kept.id).exists()
    assert (places.worktree(0).parent / "notes").exists()


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> HomePaths:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    monkeypatch.setenv("SWARM_HOME", str(home))
    monkeypatch.setenv("SWARM_CONFIG", str(tmp_path / "config.toml"))
    return HomePaths(home)


def test_this_machine_runs_sandboxes(paths: HomePaths) -> None:
    """The real engine, tmux and git."""
    found = grades(examine(replace(command.machine(), way_out=lambda: None)))

    assert found["container engine"] == found["tmux"] == found["git"] == "ok"
    assert "fail" not in found.values()


def test_an_engine_that_is_nowhere_is_a_finding(paths: HomePaths) -> None:
    where = f"unix://{paths.home}/none.sock"
    done = subprocess.run(
        [sys.executable, "-m", "swarm", "doctor", "--json"],
        # A proxy that is not there: nothing of this test leaves the machine.
        env={
            **os.environ,
            "DOCKER_HOST": where,
            "HTTPS_PROXY": "http://me:hush@127.0.0.1:9",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    found = json.loads(done.stdout)[0]
    proxy = next(one for one in json.loads(done.stdout) if one["name"] == "proxy")

    assert (done.returncode, found["name"], found["ok"]) == (
        1,
        "container engine",
        "fail",
    )
    assert where in found["found"]
    assert "systemctl start docker" in found["mend"]
    assert "http://127.0.0.1:9 (HTTPS_PROXY)" in proxy["found"]
    assert "hush" not in done.stdout + done.stderr


def test_a_way_out_that_cannot_be_read_is_a_finding(machine: Machine) -> None:
    """The source of the proxy's password, for one."""

    def broken() -> None:
        raise ToolError("the secret cannot be read", hint="see [gate]")

    found = check(replace(machine, way_out=broken), "proxy")

    assert (found.grade, found.remedy) == ("fail", "see [gate]")


def test_the_lines_of_logins_stand_among_the_others(machine: Machine) -> None:
    line = Check("login claude", "warn", "revoked: x", "`swarm login claude`")

    assert check(replace(machine, credentials=lambda: [line]), "login claude") == line


def test_a_trial_that_fails_is_a_finding(machine: Machine) -> None:
    """As it would be for every task on an engine that sees other files."""

    def blind(_trial: object) -> None:
        raise ToolError("it shows other files", hint="use another engine")

    found = check(replace(machine, attempt=blind), "sandbox")

    assert (found.grade, found.remedy) == ("fail", "use another engine")
    assert check(machine, "sandbox").grade == "ok"


def test_nothing_is_tried_without_an_image(
    machine: Machine, engine: SmallEngine
) -> None:
    engine.built.clear()

    assert check(machine, "sandbox").grade == "warn"


def test_an_engine_that_refuses_itself_gives_its_own_way_out(
    machine: Machine, engine: SmallEngine
) -> None:
    """The general advice is for one that does not answer."""

    def elsewhere() -> ContainerEngineFacts:
        raise ToolError("the engine is on another machine", hint="unset DOCKER_HOST")

    engine.facts = elsewhere  # type: ignore[method-assign]

    assert check(machine, "container engine").remedy == "unset DOCKER_HOST"


def test_an_engine_s_folder_that_only_root_sees_is_left_out(
    machine: Machine, engine: SmallEngine, tmp_path: Path
) -> None:
    """One that remaps users closes it; a name too long fails for root as well."""
    engine.info = replace(HEALTHY, root="/" + "x" * 300)

    assert "disk of images" not in grades(examine(machine))


def test_an_engine_that_stops_answering_is_one_finding(
    machine: Machine, engine: SmallEngine
) -> None:
    def silent(_reference: str) -> str | None:
        raise ToolMissing("docker does not answer")

    engine.image_id = silent  # type: ignore[method-assign,assignment]
    found = grades(examine(machine))

    assert found["images"] == found["sandbox"] == "fail"
    assert found["git"] == "ok"
