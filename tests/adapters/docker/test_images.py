"""Images are built by the real engine, and found again by their tag."""

import secrets
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from swarm.adapters.docker import DockerContainers
from swarm.adapters.docker.images import DockerImages, _build_context
from swarm.engine.host import images as images_module
from swarm.engine.host.images import LOCAL, UPSTREAM
from swarm.errors import Cancelled, ToolError
from swarm.ports import Images
from tests.fakes import FakeImages


@pytest.fixture
def images() -> Iterator[DockerImages]:
    images = DockerImages()
    yield images
    images._connection.close()


@pytest.fixture
def reference(images: DockerImages) -> Iterator[str]:
    """A tag of the test's own; its image is removed again."""
    reference = f"swarm-test/{secrets.token_hex(4)}:1"
    yield reference
    if images.image_id(reference):
        with images._connection.call("rmi") as client:
            client.remove_image(reference)


def test_an_image_is_built_and_listed_by_its_prefix(
    images: DockerImages, reference: str
) -> None:
    """The context is in memory; each step is reported."""
    steps: list[str] = []
    # Of this test alone: the engine would take a step of another's, which may go.
    content = reference.encode()
    files = {"Dockerfile": b"FROM scratch\nCOPY file /file\n", "file": content}

    images.build(reference, files, {}, steps.append)

    (facts,) = images.tagged(reference.split(":")[0])
    assert facts.reference == reference
    assert facts.id == images.image_id(reference)
    assert any("COPY file" in step for step in steps)


def test_a_failed_build_names_its_error_and_the_last_step(
    images: DockerImages, reference: str
) -> None:
    files = {"Dockerfile": b"FROM scratch\nCOPY missing /file\n"}

    with pytest.raises(
        ToolError, match=f"docker build {reference}: .*missing"
    ) as error:
        images.build(reference, files, {}, lambda _: None)

    assert "COPY missing" in error.value.hint
    assert images.image_id(reference) is None


def test_no_image_of_no_registry_is_pulled(images: DockerImages) -> None:
    """A registry that is not there is an answer and no error: there are other ways."""
    assert not images.pull("swarm-test.invalid/none:1", 10.0)


def test_equal_files_make_equal_bytes() -> None:
    """Otherwise the engine's build cache would never hit."""
    first = _build_context({"a": b"1", "b": b"2"}).read()
    second = _build_context({"b": b"2", "a": b"1"}).read()

    assert first == second != _build_context({"a": b"1", "b": b"3"}).read()


def test_a_proxy_of_a_build_is_in_no_layer_and_no_history(
    images: DockerImages, reference: str
) -> None:
    """A step sees it, password and all; the image and what it was made of do not."""
    base = next(one for one in (UPSTREAM, LOCAL) if images.image_id(one))
    url = "http://me:hush-4711@host.docker.internal:9"
    dockerfile = (
        f"FROM {base}\n"
        "RUN case $http_proxy:$HTTPS_PROXY in *hush*4711*:*hush*4711*) ;; *) exit 1;; "
        "esac; grep -q host.docker.internal /etc/hosts\nRUN env > /seen-by-nobody; rm "
        "/seen-by-nobody\nENV X=1\n"
    )
    arguments = {"http_proxy": url, "HTTPS_PROXY": url}
    images.build(reference, {"Dockerfile": dockerfile.encode()}, arguments, print)

    with images._connection.call("inspect") as client:
        untyped: Any = client
        layers = untyped.history(reference)
        told = [str(layers)]
        told += [
            str(untyped.inspect_image(layer["Id"]))
            for layer in layers
            if layer["Id"].startswith("sha256:")
        ]
    assert len(told) > 2
    assert not [text for text in told if "hush-4711" in text]


def test_a_step_that_repeats_the_proxy_is_reported_without_its_password(
    images: DockerImages, reference: str
) -> None:
    base = next(one for one in (UPSTREAM, LOCAL) if images.image_id(one))
    dockerfile = (
        f"FROM {base}\n"
        f'RUN : {reference}; echo "no proxy: $http_proxy"; '
        'echo "no proxy: $http_proxy" >&2; exit 3\n'
    )
    arguments = {"http_proxy": "http://me:hush%2F4711@p.corp:9"}
    words: list[str] = []

    with pytest.raises(ToolError) as caught:
        images.build(
            reference, {"Dockerfile": dockerfile.encode()}, arguments, words.append
        )

    words += [caught.value.message, caught.value.hint]
    assert any("p.corp:9" in word for word in words)
    assert "hush" not in str(words)


@pytest.fixture(params=["real", "fake"])
def either(request: pytest.FixtureRequest, images: DockerImages) -> Images:
    """The engine's images, and the fake that stands for them."""
    return images if request.param == "real" else FakeImages()


def test_an_image_is_there_from_its_build_until_it_is_forgotten(
    either: Images, reference: str
) -> None:
    """By the engine and by the fake alike; what has no label has an empty one."""
    prefix, files = reference.split(":")[0], {"Dockerfile": b"FROM scratch\nCOPY . /\n"}
    assert (either.image_id(reference), either.tagged(prefix)) == (None, [])

    either.build(reference, files, {}, lambda _: None)
    (facts,) = either.tagged(prefix)
    assert (facts.reference, facts.id) == (reference, either.image_id(reference))
    assert either.label(reference, "swarm.none") == ""

    either.untag(reference)
    assert either.image_id(reference) is None
    assert either.label(reference, "swarm.none") == ""
    assert not either.pull(reference.replace("swarm-test", "swarm-test.invalid"), 5.0)


def test_a_build_is_ended_from_another_thread_and_leaves_nothing(
    images: DockerImages, reference: str
) -> None:
    """Its container goes, too; whoever asks once more is told the same."""
    ids: list[str] = []
    running = threading.Event()

    def progress(line: str) -> None:
        if line.startswith("---> Running in"):
            ids.append(line.rpartition(" ")[2])
        if line == "it runs":
            running.set()

    base = images_module.tag("base")
    text = f"FROM {base}\nRUN echo it runs; sleep 600\n"
    with ThreadPoolExecutor(1) as pool:
        build = pool.submit(
            images.build, reference, {"Dockerfile": text.encode()}, {}, progress
        )
        assert running.wait(120)
        images.stop()
        with pytest.raises(Cancelled, match=f"docker build {reference}: it was ended"):
            build.result(60)
    with pytest.raises(Cancelled):
        images.build(reference, {"Dockerfile": b"FROM scratch"}, {}, progress)

    other = images.another()
    assert other.image_id(reference) is None
    containers = DockerContainers()
    for _ in range(1200):
        if containers.inspect(ids[-1]) is None:
            break
        threading.Event().wait(0.1)
    assert containers.inspect(ids[-1]) is None
    other.close()
    containers.close()


def test_what_has_no_name_is_removed_while_others_remove_theirs(
    images: DockerImages, reference: str
) -> None:
    """The engine's own prune is refused while another, of any label, is under way."""
    labels = [f"swarm.test={secrets.token_hex(4)}" for _ in range(8)]
    for label in labels:
        # The next build takes the name of the one before, which has none then.
        text = f"FROM scratch\nLABEL {label}\n".encode()
        images.build(reference, {"Dockerfile": text}, {}, lambda _line: None)
    kept = labels.pop()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(images.prune, labels))
    images.prune(kept)

    assert [unnamed(images, label) for label in labels] == [[]] * 7
    assert images.label(reference, "swarm.test") == kept.partition("=")[2]


def test_what_is_younger_stays(images: DockerImages, reference: str) -> None:
    label = f"swarm.test={secrets.token_hex(4)}"
    for text in (f"FROM scratch\nLABEL {label}\n", "FROM scratch\nLABEL a=b\n"):
        files = {"Dockerfile": text.encode()}
        images.build(reference, files, {}, lambda _line: None)

    images.prune(label, 3600.0)
    assert len(unnamed(images, label)) == 1
    images.prune(label)
    assert unnamed(images, label) == []


def unnamed(images: DockerImages, label: str) -> list[str]:
    """The images with the label that have no reference."""
    with images._connection.call("image ls") as client:
        rows = client.images(filters={"dangling": True, "label": [label]})
    return [str(row["Id"]) for row in rows]
