"""Dependencies tell of libraries and services."""

from swarm.config.detection.commands import LIBRARIES, libraries_of, services_of
from swarm.model.toolchain import toolchain


def test_each_library_can_be_a_package_of_the_distribution() -> None:
    assert toolchain((), LIBRARIES.values())


def test_a_dependency_names_its_library_and_its_service() -> None:
    names = {"psycopg2", "redis", "flask"}

    assert libraries_of(names, "f") == {"libpq-dev": "psycopg2 in f"}
    assert services_of(names, "f") == {
        "postgres": "psycopg2 in f", "redis": "redis in f",
    }  # fmt: skip
