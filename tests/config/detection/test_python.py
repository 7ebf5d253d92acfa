"""How a Python project is installed and tested, by its files."""

import pytest

from swarm.config.detection.python import look
from tests.config.detection.trees import tree

VENV = "python3 -m venv .venv"
INSTALL = ".venv/bin/python -m pip install"


def test_a_package_with_extras_for_tests_is_installed_with_them() -> None:
    found = look(
        tree(
            {
                "pyproject.toml": "[project]\nname='x'\ndependencies=['psycopg2>2']\n"
                "[project.optional-dependencies]\ntest=['pytest']\ndocs=['sphinx']\n"
                "[dependency-groups]\ndev=['ruff']\n[tool.pytest.ini_options]\n"
            }
        ),
        "",
    )

    assert found
    assert found.setup == (VENV, f"{INSTALL} -e '.[test]' --group dev")
    assert found.test == ".venv/bin/python -m pytest"
    assert found.packages == {"libpq-dev": "psycopg2 in pyproject.toml"}
    assert found.wants == {"postgres": "psycopg2 in pyproject.toml"}


@pytest.mark.parametrize(
    ("files", "manager", "last"),
    [
        ({"uv.lock": ""}, "uv", "uv sync --frozen"),
        ({"poetry.lock": "", "x/__init__.py": "",
          "pyproject.toml": "[project]\nname='x'\n"},
         "poetry", "poetry install --no-interaction"),
        ({"poetry.lock": ""}, "poetry", "poetry install --no-interaction --no-root"),
        ({"pdm.lock": ""}, "pdm", "pdm install --frozen-lockfile"),
        ({"Pipfile": "", "Pipfile.lock": ""}, "pipenv", "pipenv sync --dev"),
        ({"requirements.txt": "a", "requirements-dev.txt": "b"}, "pip",
         f"{INSTALL} -r requirements-dev.txt -r requirements.txt"),
    ],
)  # fmt: skip
def test_a_lock_file_names_the_manager(
    files: dict[str, str], manager: str, last: str
) -> None:
    files = files if "requirements.txt" in files else {"setup.py": "", **files}
    found = look(tree(files), "")

    assert found
    assert (found.manager, found.setup[-1].endswith(last)) == (manager, True)


def test_pytest_is_installed_where_the_tests_are_all_that_tells_of_it() -> None:
    found = look(tree({"setup.py": "", "tests/test_a.py": ""}), "")

    assert found
    assert found.setup[1:] == (f"{INSTALL} -e .", f"{INSTALL} pytest")
    assert (found.test, found.test_because) == (
        ".venv/bin/python -m pytest", "tests/test_a.py",
    )  # fmt: skip


def test_django_s_own_tests() -> None:
    found = look(tree({"requirements.txt": "Django==5\n", "manage.py": ""}), "")

    assert found
    assert found.test == ".venv/bin/python manage.py test"


def test_stacks_that_dependencies_and_builds_want() -> None:
    found = look(
        tree({"pyproject.toml": "[build-system]\nrequires=['maturin>=1']\n"
              "[project]\ndependencies=['playwright']\n"}), "",
    )  # fmt: skip

    assert found
    assert sorted(found.stacks) == ["browser", "rust"]


def test_no_word_of_a_stranger_s_stands_in_a_command() -> None:
    evil = "$(id); `id`"
    found = look(
        tree({"pyproject.toml": f"[project.optional-dependencies]\n'test{evil}'=[]\n"
              f"[dependency-groups]\n'{evil}'=['{evil}']\n",
              f"requirements{evil}.txt": evil}), "",
    )  # fmt: skip

    assert found
    assert not any("id" in command for command in found.setup)
    assert look(tree({"a.py": ""}), "") is None


def test_django_makes_its_tables() -> None:
    body = {"requirements.txt": "Django>=5\n", "manage.py": ""}
    looked = look(tree(body), "")
    assert looked is not None
    assert [*looked.each_task] == [".venv/bin/python manage.py migrate"]


def test_migrations_of_alembic_fill_a_database() -> None:
    looked = look(tree({"requirements.txt": "alembic", "alembic.ini": ""}), "")

    assert looked
    assert [*looked.each_task] == [".venv/bin/alembic upgrade head"]
