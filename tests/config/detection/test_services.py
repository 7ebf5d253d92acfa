"""Databases of a compose file are proposed by recipes; the rest of it is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.config.detection.ci import Ci
from swarm.config.detection.services import FoundServices, services
from swarm.model.project import ServiceContainer
from tests.config.detection.trees import tree

COMPOSE = """\
services:
  app: {build: .}
  db:
    image: postgis/postgis:16-3.4
    environment:
      POSTGRES_DB: shop
      POSTGRES_PASSWORD: ${PW:-dev}
      POSTGRES_USER: $USER
      EVIL: x
  cache:
    image: ghcr.io/x/redis:7@sha256:ab
    environment: [A=1, B]
  "Odd\\nname": {image: mysql}
  search: {image: "opensearch:2"}
  broken: 5
"""


def test_each_database_by_its_recipe() -> None:
    looked = tree({"compose.yaml": COMPOSE})

    found = services(looked, Ci())
    assert (found.containers, found.because) == (
        {
            "db": ServiceContainer(
                recipe="postgres",
                environment={"POSTGRES_DB": "shop", "POSTGRES_PASSWORD": "dev"},
            ),
            "cache": ServiceContainer(recipe="redis"),
        },
        {"db": "compose.yaml", "cache": "compose.yaml"},
    )
    (note,) = looked.notes
    assert "no recipe stands for Odd⏎name, search" in note


@pytest.mark.parametrize("text", ["services: [", "- 1", "\x00"])
def test_a_file_that_is_none_is_noted(text: str) -> None:
    looked = tree({"docker-compose.yml": text})

    assert services(looked, Ci()) == FoundServices()
    assert "no service of it was taken" in looked.notes[0]


def test_without_a_file() -> None:
    assert services(tree({}), Ci()) == FoundServices()
    assert services(tree({"compose.yaml": "services:"}), Ci()) == FoundServices()


def test_the_project_s_own_container_tells_where_they_are_looked_for() -> None:
    """No other variable of it is taken: it may be about its own image."""
    looked = tree(
        {
            "docker/docker-compose.yml": "services:\n"
            "  app:\n    build: .\n    environment:\n"
            "      DATABASE_URL: postgres://app:${PW:-pw}@db:5432/app\n"
            "      CACHE: redis://cache\n      MODE: production\n      HOST: db\n"
            "      PATH: /db/x\n"
            "  db: {image: postgres}\n"
        }
    )

    assert services(looked, Ci()).environment == {"HOST": "db"}


def test_the_settings_tell_where_no_compose_file_does() -> None:
    looked = tree({"manage.py": "", "p/settings.py": "django.db.backends.mysql"})

    assert services(looked, Ci()).because == {"db": "p/settings.py"}


@given(st.binary(max_size=80))
def test_no_bytes_make_it_fail(content: bytes) -> None:
    services(tree({"compose.yaml": content}), Ci())
