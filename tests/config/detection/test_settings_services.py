"""A database that the project's settings name runs beside a task."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.config.detection.settings_services import services
from swarm.model.project import ServiceContainer
from tests.config.detection.trees import tree

DJANGO = """\
DATABASES = {"default": {
    "ENGINE": "django.db.backends.postgresql",
    "NAME": os.environ.get("DB_NAME", "shop"),
    "USER": env("DB_USER", default="app"),
    "PASSWORD": os.environ["DB_PASSWORD"],
    "HOST": HOST,
}}
"""


@pytest.mark.parametrize(
    ("host", "name"), [('"localhost"', "db"), ('"postgres"', "postgres"), ("X", "db")]
)
def test_django_s(host: str, name: str) -> None:
    """By the name that the settings call it; what is computed is not known."""
    files = {"api/manage.py": "", "api/p/settings.py": DJANGO.replace("HOST,", host)}

    assert services(tree({**files, "api/requirements.txt": ""})) == (
        {
            name: ServiceContainer(
                recipe="postgres",
                environment={"POSTGRES_USER": "app", "POSTGRES_DB": "shop"},
            )
        },
        {name: "api/p/settings.py"},
        {},
    )


def test_without_django_no_file_of_python_s_is_one_of_settings() -> None:
    assert services(tree({"p/settings.py": DJANGO})) == ({}, {}, {})
    sqlite = {"manage.py": "", "settings.py": "'django.db.backends.sqlite3'"}
    assert services(tree(sqlite)) == ({}, {}, {})


def test_rails_s() -> None:
    text = "test:\n  adapter: postgresql\n  database: x\n"
    found = services(tree({"config/database.yml": text}))

    assert found[0] == {"db": ServiceContainer(recipe="postgres")}
    assert found[2] == {"PGHOST": "localhost", "PGUSER": "postgres"}
    mysql = tree({"config/database.yml": "x:\n  adapter: mysql2\n  username: app\n"})
    assert services(mysql)[0]["db"].environment == {"MARIADB_USER": "app"}
    assert services(tree({"config/database.yml": "adapter: sqlite3"})) == ({}, {}, {})


@given(st.binary(max_size=80))
def test_no_bytes_make_it_fail(content: bytes) -> None:
    services(tree({"manage.py": "", "settings.py": content}))
    services(tree({"config/database.yml": content}))
