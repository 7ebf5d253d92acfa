"""An image of one's own works, or is refused by name before anything is made."""

import io
import os
import re
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from swarm.adapters.docker import DockerContainers, DockerImages
from swarm.engine.host import image_check, images
from swarm.engine.host.image_check import Stand
from swarm.errors import PlanError, ToolError
from swarm.model.task import State
from swarm.plan.naming import HomePaths
from tests.built_image import BUSYBOX, built
from tests.engine.keeper_harness import KeeperHarness, new_sample_repository
from tests.fakes import ChangedEngine, FakeContainers

USER = "70001:70001"
ARM64_ELF = b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x02\x00\xb7\x00" + bytes(44)
NO_SHELL = "no shell that uid 70001 can run"
ODD = """
ENV PATH=/opt/only HOME=/root LD_PRELOAD=/nowhere.so BASH_ENV=/nowhere ENV=/nowhere
ENV HTTP_PROXY=http://corp.invalid:1 ALL_PROXY=socks5://corp.invalid:2
ENV PYTHONSTARTUP=/nowhere JAVA_TOOL_OPTIONS=-Xmx9m GIT_CONFIG_COUNT=1
ENV GIT_CONFIG_KEY_0=a.b GIT_CONFIG_VALUE_0=c
VOLUME ["/workspace", "/home/agent", "/home/agent/.cache", "/tmp", "/data"]
USER nobody-here
WORKDIR /nowhere
ENTRYPOINT ["/nowhere"]
CMD ["x"]
HEALTHCHECK --interval=1s CMD /bin/touch /workspace/healthy
STOPSIGNAL SIGUSR1
ONBUILD RUN /nowhere
"""
LOOK = """
export PATH=/bin
test "$(id -un)" = agent && test "$(pwd)" = /workspace && cd && pwd > here || exit 1
touch .cache/x /tmp/x || exit 2
cp here /workspace/here
echo "$HOME $HTTP_PROXY $ALL_PROXY" > /workspace/set
echo "$JAVA_TOOL_OPTIONS" | grep -q -- '-Xmx9m .*proxyHost' || exit 3
echo "$GIT_CONFIG_COUNT $GIT_CONFIG_KEY_0 $GIT_CONFIG_KEY_1" >> /workspace/set
"""


@pytest.fixture(scope="module")
def docker() -> Iterator[DockerContainers]:
    docker = DockerContainers()
    yield docker
    docker.close()


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., str]]:
    """Makes an image of files, or by lines of a Dockerfile on the one of busybox."""
    door, made = DockerImages(), list[str]()

    def make(files: dict[str, bytes | str] | None = None, lines: str = "") -> str:
        reference = f"swarm-test-image:{os.getpid()}-{len(made)}"
        made.append(reference)
        if files is not None:
            tar = tmp_path_factory.mktemp("image") / "root.tar"
            tar.write_bytes(packed(files))
            door.import_tar(tar, reference)
        if lines:
            base = reference if files is not None else built("busybox", BUSYBOX)
            dockerfile = f"FROM {base}\n{lines}\n".encode()
            door.build(reference, {"Dockerfile": dockerfile}, {}, lambda _line: None)
        return reference

    yield make
    for reference in made:
        door.untag(reference)
    door.close()


def packed(files: dict[str, bytes | str]) -> bytes:
    """A tar of executable files; a text is a link's target."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.mode = 0o755
            if isinstance(content, str):
                entry.type, entry.linkname = tarfile.SYMTYPE, content
                tar.addfile(entry)
            else:
                entry.size = len(content)
                tar.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def look(
    docker: DockerContainers, home: Path, reference: str, program: str = "bash"
) -> image_check.ImageLook:
    return image_check.look(docker, HomePaths(home), Stand(reference, USER, program))


def left(docker: DockerContainers, home: Path) -> list[object]:
    """What a look has left behind."""
    labels = {"swarm.home": HomePaths(home).tag}
    return [*docker.all(labels), *docker.volumes(labels), *home.iterdir()]


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"readme": b"nothing runs here"}, NO_SHELL),
        ({"bin/sh": "/nowhere/sh"}, NO_SHELL),
        ({"bin/sh": "sh"}, NO_SHELL),
        ({"bin/sh/x": b""}, NO_SHELL),
        ({"bin/sh": b"#!/nowhere\n"}, NO_SHELL),
        ({"bin/sh": ARM64_ELF}, "are for another machine"),
    ],
    ids=["none", "broken link", "loop", "folder", "no interpreter", "machine"],
)
def test_an_image_without_a_shell_is_refused(
    docker: DockerContainers,
    tmp_path: Path,
    image: Callable[..., str],
    files: dict[str, bytes | str],
    words: str,
) -> None:
    """By its name, with what to add; nothing is left of the look."""
    reference = image(files)

    with pytest.raises(PlanError, match=words) as refused:
        look(docker, tmp_path, reference)

    assert reference in refused.value.message
    assert refused.value.hint
    assert not left(docker, tmp_path)


@pytest.mark.parametrize(
    ("lines", "words", "line"),
    [
        ("VOLUME /workspace/build", "/workspace/build", "remove `VOLUME"),
        ("VOLUME /x/../gitdir/objects", "volume of its own", "remove `VOLUME"),
        ('RUN ["touch", "/workspace"]', "else at /workspace", "RUN rm -rf /workspace"),
        ("RUN mkdir -p /etc/passwd", "else at /etc/passwd", "RUN rm -rf /etc/passwd"),
        ("RUN mkdir -p /etc/group", "else at /etc/group", "RUN rm -rf /etc/group"),
        ("RUN rm -rf /tmp; touch /tmp", "else at /tmp", "RUN rm -rf /tmp"),
        ("RUN rm -rf /run; touch /run", "else at /run", "RUN rm -rf /run"),
        ("RUN rm -rf /tmp; ln -s tmp /tmp", "else at /tmp", "RUN rm -rf /tmp"),
        ("RUN touch /home", "else at /home/agent", "for f in /home;"),
        ("RUN mkdir /home; touch /home/agent", "else at /home/agent", "RUN rm -rf"),
        ("RUN touch /.cargo", "else at /.cargo/config.toml", "for f in /.cargo;"),
        ("RUN ln -s a /a; ln -s /a /etc/ssl", "else at /etc/ssl/", "for f in /etc "),
        ("RUN ln -s /workspace /workspace", "else at /workspace", "RUN rm -rf"),
        ("RUN touch /home\nUSER 1234", "else at /home/agent", "`USER 0`, `RUN rm"),
        ("RUN touch /workspace\nUSER 5:6", "at /workspace", "and `USER 5:6`"),
        ("RUN touch /workspace\nUSER 0:6", "at /workspace", ": `RUN rm -rf"),
        ("RUN chmod 700 /bin\nUSER 7", "no shell", "`USER 0`, `RUN chmod -Rf a"),
        ("RUN chmod 700 /bin", "no shell .* permission denied", "RUN chmod -Rf a"),
    ],
)
def test_what_stands_in_the_way_of_a_sandbox_is_named(
    docker: DockerContainers,
    tmp_path: Path,
    image: Callable[..., str],
    lines: str,
    words: str,
    line: str,
) -> None:
    """With the line that mends it, if there is one to add."""
    reference = image(lines=lines)

    with pytest.raises(PlanError, match=words) as refused:
        look(docker, tmp_path, reference)

    assert line in refused.value.hint
    assert not left(docker, tmp_path)
    added = re.findall("`((?:USER|RUN) .*?)`", refused.value.hint)
    if added and "/etc/" not in words:  # without accounts no build runs anything
        assert look(docker, tmp_path, image(lines="\n".join([lines, *added])))


ENDLESS = r"RUN printf '#!/bin/sh\nsleep 1000\n' > /bin/bash && chmod 755 /bin/bash"


def test_an_image_whose_shell_does_not_end_is_refused(
    docker: DockerContainers,
    tmp_path: Path,
    image: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each image after it would wait for the look as well."""
    monkeypatch.setattr(image_check, "SECONDS", 1.0)
    reference = image(lines=ENDLESS)

    with pytest.raises(PlanError, match="does not come to an end") as refused:
        look(docker, tmp_path, reference)

    assert (reference in refused.value.message, bool(refused.value.hint)) == (True,) * 2
    assert not left(docker, tmp_path)


def test_nothing_of_an_image_runs_in_a_weaker_container(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The floor is read back before the look, too."""
    home = tmp_path / "home"
    home.mkdir()
    engine = ChangedEngine(tmp_path / "s")
    engine.host_config = {"PidsLimit": 0}
    monkeypatch.setenv("DOCKER_HOST", engine.url)
    docker = DockerContainers()
    try:
        with pytest.raises(PlanError, match="weaker than asked for: no pids limit"):
            look(docker, home, built("busybox", BUSYBOX), "a-third")

        assert not left(docker, home)
    finally:
        docker.close()
        engine.close()


def test_an_image_is_swarm_s_own_by_its_content_alone(tmp_path: Path) -> None:
    """Another of that name may be built on it, and lack or hide what tasks need."""
    mine, ours = "swarm/base:mine", images.tag("base")
    fake = FakeContainers((mine, ours))

    def home_is_open(reference: str) -> bool:
        stand = Stand(reference, USER, "bash")
        return image_check.look(fake, HomePaths(tmp_path), stand).traits.home_is_open

    assert (home_is_open(mine), home_is_open(ours)) == (False, True)


def test_a_home_that_cannot_be_written_to_is_named(
    docker: DockerContainers, tmp_path: Path
) -> None:
    with pytest.raises(ToolError, match="the look at an image"):
        look(docker, tmp_path / "gone", built("busybox", BUSYBOX), "another")


def test_an_image_of_one_static_program_is_stood_on(
    docker: DockerContainers, tmp_path: Path
) -> None:
    """Its own shell, without git, with a home that has to be opened."""
    reference = built("busybox", BUSYBOX)

    traits = look(docker, tmp_path, reference).traits

    assert (traits.shell, traits.has_git, traits.home_is_open) == ("sh", False, False)
    with pytest.raises(PlanError, match="has no swarm-agent"):
        look(docker, tmp_path, reference, "swarm-agent")
    assert not left(docker, tmp_path)


@pytest.mark.parametrize(
    "name", ["Foo Bar", "-x", "UPPER", "a/../b", "", "x:y z", "x@sha256:0", "../x"]
)
def test_what_can_be_no_name_of_an_image_is_refused(name: str) -> None:
    with pytest.raises(ToolError, match="no image's name") as refused:
        images.reference(FakeContainers((name,)), name)

    assert "[sandbox] image" in refused.value.hint


@pytest.mark.parametrize(
    "name",
    [
        "debian",
        "debian:trixie",
        "registry.corp.example:5000/team/img:1.0_a",
        f"ghcr.io/a/b@sha256:{'0' * 64}",
        f"localhost/x:1@sha256:{'0' * 64}",
        f"sha256:{'0' * 64}",
        "0123456789ab",
    ],
)
def test_an_image_that_is_not_here_is_named(name: str) -> None:
    """Its name is one: only what it stands for is missing."""
    images.require(FakeContainers((name,)), name)

    with pytest.raises(ToolError, match=f"there is no image {name}") as refused:
        images.require(FakeContainers(()), name)

    assert f"docker pull {name}" in refused.value.hint


def test_the_oddest_image_works(
    harness: KeeperHarness, tmp_path: Path, image: Callable[..., str]
) -> None:
    """All that an image may set, at once; and an image that lacks is no task."""
    reference, bare = image(lines=ODD), image({"readme": b""})
    sample = new_sample_repository(tmp_path / "sample")
    harness.start_keeper()
    harness.configure(f'[sandbox]\nimage = "{bare}"')
    refused = harness.wish("new", repo=str(sample), prompt="x", command="true")
    harness.configure(f'[sandbox]\nimage = "{reference}"')

    task = harness.until_taken_in(harness.new_task(sample, LOOK))

    assert (refused.outcome, bare in refused.message) == ("refused", True)
    assert (task.id, task.state, task.exit_code) == (1, State.STOPPED, 0)
    worktree = harness.paths.worktree(task.id)
    assert (worktree / "here").read_text() == "/home/agent\n"
    proxy = "http://127.0.0.1:3128"
    assert (worktree / "set").read_text().splitlines() == [
        f"/home/agent {proxy} {proxy}",
        "2 a.b safe.directory",
    ]
    assert not (worktree / "healthy").exists()
