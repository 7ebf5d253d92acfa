"""Images are built by the real engine, and found again by their tag."""

import secrets
from collections.abc import Iterator

import pytest

from swarm.adapters.docker.images import DockerImages, _build_context
from swarm.errors import ToolError


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
    files = {"Dockerfile": b"FROM scratch\nCOPY file /file\n", "file": b"x"}

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
