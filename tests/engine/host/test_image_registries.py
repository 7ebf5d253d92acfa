"""An image of ours says in a label where its tools fetch from by default."""

import secrets
from collections.abc import Iterator

import pytest

from swarm.adapters.docker import DockerImages
from swarm.engine.host import image_registries, images
from tests.fakes import FakeImages

LINES = [
    "Step 6/6 : RUN",
    "swarm-registries pip https://pip.example/simple https://files.example\n",
    "swarm-registries go https://go.example:8443,direct https://second.example|x",
    "swarm-registries gem *** CURRENT SOURCES *** https://gems.example/",
    "swarm-registries npm undefined",
    "swarm-registries Bad https://bad.example",
    'swarm-registries yarn "https://quoted.example/$(x)"',
    "rubbish https://rubbish.example",
]


def test_the_answers_of_a_build_are_the_addresses_of_each_tool() -> None:
    assert image_registries.answers(LINES) == {
        "pip": ["https://pip.example/simple", "https://files.example"],
        "go": ["https://go.example:8443", "https://second.example"],
        "gem": ["https://gems.example/"],
    }


@pytest.mark.parametrize(
    ("label", "defaults"),
    [
        ('{"npm": ["https://npm.example/"]}', {"npm": ("https://npm.example/",)}),
        ('{"npm": [3, "https://npm.example/"]}', {"npm": ("https://npm.example/",)}),
        ('{"npm": "https://npm.example/"}', {}),
        ("[]", {}),
        ("rubbish", {}),
        ("", {}),
    ],
)
def test_a_label_of_another_shape_names_nothing(
    label: str, defaults: dict[str, tuple[str, ...]]
) -> None:
    engine = FakeImages(labels={"a:1": label})

    assert image_registries.recorded(engine, ["none:1", "a:1"]) == defaults


def test_without_an_engine_nothing_is_known_and_nothing_is_raised() -> None:
    assert image_registries.recorded(FakeImages(down=True), ["a:1"]) == {}


def test_an_engine_that_refuses_is_reported() -> None:
    """The image is good without its label."""
    told: list[str] = []

    image_registries.record(FakeImages(refusal="no"), "a:1", told.append)

    assert told == ["the tools in a:1 were not asked: docker build: no"]


@pytest.fixture
def engine() -> Iterator[DockerImages]:
    engine = DockerImages()
    yield engine
    engine._connection.close()


def test_the_tools_of_a_real_image_are_asked(engine: DockerImages) -> None:
    """pip by its own model; npm by what was kept of it while the image was built."""
    reference = f"swarm-test/{secrets.token_hex(4)}:1"
    dockerfile = (
        f"FROM {images.tag('base')}\nUSER root\n"
        f"RUN mkdir -p {image_registries.FOLDER} \\\n"
        f" && echo https://npm.example/ > {image_registries.FOLDER}/npm\nUSER 1000\n"
    )
    engine.build(reference, {"Dockerfile": dockerfile.encode()}, {}, lambda _: None)
    try:
        image_registries.record(engine, reference, lambda _: None)
        recorded = image_registries.recorded(engine, [reference])
    finally:
        engine.untag(reference)

    assert recorded["npm"] == ("https://npm.example/",)
    assert len(recorded["pip"]) == 2
    assert engine.image_id(f"{reference}-asked") is None
