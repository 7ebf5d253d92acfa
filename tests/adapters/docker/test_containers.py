"""The container engine, and the fake that stands for it, keep to one contract."""

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from swarm.adapters.docker import DockerContainers
from swarm.adapters.docker.containers import _container_event
from swarm.engine.host import images
from swarm.errors import PlanError, ProgramFailed, TimedOut, ToolError
from swarm.model.usage import Reading
from swarm.plan import hardening
from swarm.plan.naming import HOME_LABEL
from swarm.plan.specs import Mount, SandboxSpec
from swarm.ports import ContainerEvent, ContainerFacts, Containers
from tests.fakes import FakeContainers

PATIENCE = 60.0


@dataclass(frozen=True)
class World:
    """One engine, and the labels by which this test's things are found."""

    engine: Containers
    spec: SandboxSpec
    end: Callable[[str], None]
    """Make the container end by itself, with 3."""

    @property
    def labels(self) -> dict[str, str]:
        return {HOME_LABEL: self.spec.labels[HOME_LABEL]}


def _spec(image: str, seccomp: str) -> SandboxSpec:
    tag = f"test-{secrets.token_hex(4)}"
    return SandboxSpec(
        name=f"swarm-{tag}-1",
        image=image,
        argv=("bash", "-c", "read code; exit $code"),
        user="1000:1000",
        labels={HOME_LABEL: tag, "swarm.task": "1"},
        tmpfs={"/tmp": "rw", "/run": "rw"},
        seccomp=seccomp,
    )


@pytest.fixture(params=["fake", "real"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    if request.param == "fake":
        fake = FakeContainers()
        spec = _spec("an/image:1", "{}")
        yield World(fake, spec, lambda name: fake.end(name, 3))
        return
    docker = DockerContainers()
    spec = _spec(images.reference(docker, "base"), images.seccomp_profile())
    yield World(docker, spec, lambda name: _type(docker, name, b"3\n"))
    for facts in docker.all({HOME_LABEL: spec.labels[HOME_LABEL]}):
        docker.remove(facts.name)
    for volume in docker.volumes({HOME_LABEL: spec.labels[HOME_LABEL]}):
        docker.remove_volume(volume)
    for network in docker.networks({HOME_LABEL: spec.labels[HOME_LABEL]}):
        docker.remove_network(network)
    docker.close()


def _type(docker: DockerContainers, name: str, text: bytes) -> None:
    """Write to the container's terminal, as an attached human does."""
    to: Any = docker
    with to._connection.call("attach") as client:
        socket = client.attach_socket(name, params={"stdin": 1, "stream": 1})
        socket._sock.sendall(text)
        socket._response.close()
        socket.close()


def _until(done: Callable[[], bool]) -> None:
    deadline, pause = time.monotonic() + PATIENCE, threading.Event()
    while not done():
        assert time.monotonic() < deadline
        pause.wait(0.01)


def _status(world: World) -> str:
    facts = world.engine.inspect(world.spec.name)
    return facts.status if facts else "absent"


def test_a_container_lives_as_it_is_told(world: World) -> None:
    """created, running, paused, running, exited, gone."""
    engine, name = world.engine, world.spec.name
    engine.create(world.spec)
    seen = [_status(world)]
    engine.start(name)
    seen.append(_status(world))
    engine.pause(name)
    engine.pause(name)
    seen.append(_status(world))
    engine.resume(name)
    engine.resume(name)
    seen.append(_status(world))
    engine.kill(name)
    _until(lambda: _status(world) == "exited")
    engine.remove(name)
    engine.remove(name)

    assert seen == ["created", "running", "paused", "running"]
    assert _status(world) == "absent"


def test_the_exit_status_is_kept(world: World) -> None:
    """However the container ended."""
    world.engine.create(world.spec)
    world.engine.start(world.spec.name)
    world.end(world.spec.name)
    _until(lambda: _status(world) == "exited")

    facts = world.engine.inspect(world.spec.name)

    assert facts is not None
    assert facts.exit_code == 3


def test_a_name_is_given_once(world: World) -> None:
    """Two keepers, or one that forgot, cannot make it twice."""
    world.engine.create(world.spec)

    with pytest.raises(ToolError, match="in use"):
        world.engine.create(world.spec)


def test_an_image_that_is_not_there_is_named(world: World) -> None:
    """And nothing is made."""
    with pytest.raises(ToolError, match="no/such"):
        world.engine.create(replace(world.spec, image="no/such:1"))
    assert world.engine.all(world.labels) == []
    assert world.engine.image_id("no/such:1") is None


def test_what_is_absent_cannot_be_started_but_can_be_removed(world: World) -> None:
    """Undo steps run in any state."""
    with pytest.raises(ToolError):
        world.engine.start("swarm-test-nobody")
    world.engine.remove("swarm-test-nobody")
    world.engine.remove_volume("swarm-test-nobody")


def test_a_file_of_an_image_is_read_without_running_it(world: World) -> None:
    """What is not there, a link and a directory are empty; nothing stays behind."""
    engine, image = world.engine, world.spec.image

    assert engine.image_file(image, "/etc/passwd", world.labels).startswith(b"root:")
    for path in ("/etc/none", "/etc/mtab", "/etc"):
        assert engine.image_file(image, path, world.labels) == b""
    assert engine.all(world.labels) == []
    with pytest.raises(ToolError, match="such image"):
        engine.image_file("swarm/none:1", "/etc/passwd", world.labels)


def test_ours_are_found_by_label_and_others_are_not(world: World) -> None:
    """Clean-up never sees what is not ours."""
    world.engine.create(world.spec)
    world.engine.make_volume(f"{world.spec.name}-home", world.spec.labels)
    world.engine.make_volume(f"{world.spec.name}-home", world.spec.labels)

    assert [f.name for f in world.engine.all(world.labels)] == [world.spec.name]
    assert world.engine.volumes(world.labels) == [f"{world.spec.name}-home"]
    assert world.engine.all({HOME_LABEL: "of-nobody"}) == []


def test_a_volume_that_is_gone_is_not_made_anew_by_who_mounts_it(world: World) -> None:
    """The engine's own would be empty and nobody's."""
    volume = f"{world.spec.name}-home"
    spec = replace(world.spec, mounts=(Mount("volume", volume, "/home/agent"),))

    with pytest.raises(ToolError, match=f"its volume {volume} is gone"):
        world.engine.create(spec)
    assert world.engine.all(world.labels) == []
    assert world.engine.volumes(world.labels) == []

    world.engine.make_volume(volume, world.spec.labels)
    world.engine.create(spec)
    assert [facts.name for facts in world.engine.all(world.labels)] == [spec.name]


def test_a_network_is_made_once_and_removed_once(world: World) -> None:
    """Both are fine to ask for twice."""
    name = f"{world.spec.name}-net"
    world.engine.make_network(name, world.spec.labels)
    world.engine.make_network(name, world.spec.labels)
    made = world.engine.networks(world.labels)
    world.engine.remove_network(name)
    world.engine.remove_network(name)

    assert (made, world.engine.networks(world.labels)) == ([name], [])


def test_a_conversation_goes_both_ways_and_ends(world: World) -> None:
    """Lines in, lines out; whoever reads is let go when it is hung up."""
    spec = replace(world.spec, argv=("cat",), terminal=False, listens=True)
    world.engine.create(spec)
    world.engine.start(spec.name)
    talk = world.engine.talk(spec.name)
    talk.send('{"a": "é"}')
    talk.send("two")
    lines = talk.lines()
    heard = [next(lines), next(lines)]
    threading.Timer(0.1, talk.close).start()

    assert (heard, list(lines)) == (['{"a": "é"}', "two"], [])
    again = world.engine.talk(spec.name)
    again.send("three")
    assert next(again.lines()) == "three"
    again.close()


def test_ending_what_has_ended_is_fine(world: World) -> None:
    """A human may press stop while the agent ends by itself."""
    world.engine.create(world.spec)
    world.engine.start(world.spec.name)
    world.engine.kill(world.spec.name)
    _until(lambda: _status(world) == "exited")

    world.engine.kill(world.spec.name)
    world.engine.stop(world.spec.name, 1.0)

    assert _status(world) == "exited"


def test_news_tells_of_starts_and_ends_until_it_is_closed(world: World) -> None:
    """The stream is how the keeper knows; nothing polls."""
    heard: list[ContainerEvent] = []
    began = time.time() - 1

    def listen() -> None:
        heard.extend(world.engine.news(world.labels, began))

    world.engine.create(world.spec)
    thread = threading.Thread(target=listen)
    thread.start()
    world.engine.start(world.spec.name)
    world.end(world.spec.name)
    _until(lambda: _status(world) == "exited")
    world.engine.remove(world.spec.name)
    threading.Event().wait(0.3 if isinstance(world.engine, DockerContainers) else 0.0)
    world.engine.close()
    thread.join(PATIENCE)

    told = [news.action for news in heard if news.action in ("start", "die", "destroy")]
    assert told == ["start", "die", "destroy"]
    assert next(news.exit_code for news in heard if news.action == "die") == 3


def test_readings_come_while_it_runs_and_end_with_it(world: World) -> None:
    """Of what is paused too; whoever reads is let go, not left waiting."""
    limits = world.spec.limits
    world.engine.create(world.spec)
    world.engine.start(world.spec.name)
    readings = world.engine.stats(world.spec.name)
    first = next(readings)
    world.engine.pause(world.spec.name)
    frozen = next(readings)
    world.engine.resume(world.spec.name)
    world.end(world.spec.name)
    rest = list(readings)

    assert (first.memory_limit, first.pids_limit) == (limits.memory, limits.pids)
    assert first.pids >= 1
    assert first.memory > 0
    assert first.at <= frozen.at
    assert all(reading.at > frozen.at for reading in rest)
    assert list(world.engine.stats(world.spec.name)) == []


def test_readings_end_when_the_door_is_closed(world: World) -> None:
    """A keeper that ends does not wait for the next one."""
    heard: list[Reading] = []
    world.engine.create(world.spec)
    world.engine.start(world.spec.name)
    thread = threading.Thread(
        target=lambda: heard.extend(world.engine.stats(world.spec.name))
    )
    thread.start()
    deadline = time.monotonic() + PATIENCE
    while thread.is_alive() and time.monotonic() < deadline:
        world.engine.close()
        thread.join(0.05)

    assert not thread.is_alive()


def test_readings_of_what_is_absent_are_refused(world: World) -> None:
    """By name, as every other call."""
    with pytest.raises(ToolError, match="swarm-test-nobody"):
        next(world.engine.stats("swarm-test-nobody"))


def test_what_runs_keeps_the_floor_and_a_weakened_one_is_seen() -> None:
    """The check on `inspect` passes for ours and fails for each lowered line."""
    docker = DockerContainers()
    ours = _spec(images.reference(docker, "base"), images.seccomp_profile())
    weakened = {
        "capabilities": replace(ours, cap_drop=()),
        "capabilities are not all dropped": replace(ours, cap_add=("CHOWN",)),
        "no-new-privileges": replace(ours, security=()),
        "root file system": replace(ours, read_only=False),
        "network": replace(ours, network="bridge"),
        "seccomp": replace(ours, seccomp=""),
        "is root": replace(ours, user="0:0"),
    }
    try:
        docker.create(ours)
        facts = docker.inspect(ours.name)
        assert facts is not None
        assert hardening.inspected_faults(facts.raw) == []
        for fault, spec in weakened.items():
            docker.remove(ours.name)
            docker.create(spec)
            facts = docker.inspect(ours.name)
            assert facts is not None
            found = hardening.inspected_faults(facts.raw)
            assert any(fault in line for line in found), (fault, found)
    finally:
        docker.remove(ours.name)
        docker.close()


@pytest.mark.parametrize("has_terminal", [True, False])
def test_the_begin_of_an_output_is_read_within_its_limit(has_terminal: bool) -> None:
    """The first bytes, of a container that runs and of one that has ended."""
    docker = DockerContainers()
    flood = "echo first; head -c 300000 /dev/zero | tr '\\0' x; echo last"
    spec = replace(
        _spec(images.reference(docker, "base"), images.seccomp_profile()),
        terminal=has_terminal,
        argv=("bash", "-c", flood),
    )
    try:
        docker.create(spec)
        docker.start(spec.name)
        _until(lambda: b"last" in docker.logs(spec.name, 1))
        head = docker.log_head(spec.name, 1000)
        assert head.startswith(b"first")
        assert len(head) == 1000
        assert docker.log_head(spec.name, 1 << 20).rstrip().endswith(b"last")
    finally:
        docker.remove(spec.name)
        docker.close()


@pytest.mark.parametrize("script", ["sleep 1000", "exec >&- 2>&-; sleep 1000"])
def test_a_one_shot_container_that_does_not_end_is_ended(script: str) -> None:
    """It runs what an image or an agent brought; nobody waits for that without end."""
    docker = DockerContainers()
    spec = _spec(images.reference(docker, "base"), images.seccomp_profile())
    endless = replace(spec, terminal=False, argv=("bash", "-c", script))
    try:
        with pytest.raises(TimedOut, match="did not end within 1 seconds"):
            docker.run(endless, 100, seconds=1)

        assert docker.inspect(spec.name) is None
    finally:
        docker.remove(spec.name)
        docker.close()


def test_nothing_runs_in_a_one_shot_container_that_is_refused() -> None:
    docker = DockerContainers()
    spec = _spec(images.reference(docker, "base"), images.seccomp_profile())
    seen = []

    def refuse(facts: ContainerFacts | None) -> None:
        assert facts is not None
        seen.append(facts.status)
        raise PlanError("weak")

    try:
        with pytest.raises(PlanError, match="weak"):
            docker.run(replace(spec, terminal=False), 100, require=refuse)

        assert (seen, docker.inspect(spec.name)) == (["created"], None)
    finally:
        docker.remove(spec.name)
        docker.close()


def test_a_one_shot_container_gives_what_it_printed_within_its_limit() -> None:
    """Bytes are exact; an error is its exit status and its last words."""
    docker = DockerContainers()
    spec = replace(
        _spec(images.reference(docker, "base"), images.seccomp_profile()),
        terminal=False,
    )
    try:
        said = replace(spec, argv=("bash", "-c", r"printf 'a\0b\r\n'; echo no >&2"))
        assert docker.run(said, 100) == b"a\0b\r\n"
        flood = replace(spec, argv=("bash", "-c", "yes"))
        with pytest.raises(ToolError, match="more than 5000 bytes"):
            docker.run(flood, 5000)
        fails = replace(spec, argv=("bash", "-c", "echo broken >&2; exit 4"))
        with pytest.raises(ProgramFailed, match="exit 4: broken"):
            docker.run(fails, 100)
        assert docker.inspect(spec.name) is None
    finally:
        docker.close()


@pytest.mark.parametrize(
    ("code", "number"),
    [("3", 3), ("-1", -1)]
    + [(text, None) for text in ("", "\N{SUPERSCRIPT TWO}", "--5", "9" * 5000, "5\n")],
    ids=ascii,
)
def test_an_image_s_label_in_place_of_an_exit_status_raises_nothing(
    code: str, number: int | None
) -> None:
    """The engine puts the image's labels over its own words."""
    news = _container_event(
        {"Action": "die", "Actor": {"Attributes": {"exitCode": code, "name": "n"}}}
    )

    assert news.exit_code == number
