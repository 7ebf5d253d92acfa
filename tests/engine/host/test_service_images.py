"""An image of a service is named by what is in it, and built on the base."""

import pytest

from swarm.engine.host import images, service_images
from tests.fakes import FakeImages


def test_every_recipe_has_an_image_of_a_name_of_its_own() -> None:
    tags = {name: images.tag(name) for name in service_images.names()}

    assert len(set(tags.values())) == len(tags)
    assert tags["services/redis"].startswith("swarm/services/redis:")
    assert all(map(images.is_own, tags.values()))
    assert all(map(images.is_current, tags.values()))
    assert images.full_name("redis") == "services/redis"


@pytest.mark.parametrize("name", service_images.names())
def test_the_build_gets_every_file_that_it_copies(name: str) -> None:
    engine = FakeImages((images.UPSTREAM, images.tag("base")))

    full = images.build(engine, name, lambda _line: None)

    assert engine.image_id(full)
    text = engine.files["Dockerfile"].decode()
    copied = text.split("COPY ")[1].split(" /usr")[0].split()
    assert set(copied) == set(engine.files) - {"Dockerfile"}
    assert "USER 65300:65300" in text


def test_another_base_is_another_image() -> None:
    assert service_images.tag("services/redis", "a:1") != service_images.tag(
        "services/redis", "b:1"
    )
