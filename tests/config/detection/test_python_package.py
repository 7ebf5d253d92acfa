"""A project is installed by its build where that would take it."""

import pytest

from swarm.config.detection.python_package import arguments, compiled_first, has_package
from tests.config.detection.trees import tree

PROJECT = "[project]\nname='x'\ndependencies=['fastapi>=0.1', 'a; b']\n"
BUILT = "[build-system]\nrequires=['hatchling']\nbuild-backend='hatchling.build'\n"
NAMED = "[tool.setuptools]\npackages=['app']\n"


@pytest.mark.parametrize(
    ("names", "more", "expected"),
    [
        ([], "", ["-e ."]),
        (["app/a.py", "tests/t.py", ".github/x.py"], "", ["-e ."]),
        (["src/x/a.py", "data/b.py"], "", ["-e ."]),
        (["main.py"], "", ["-e ."]),
        (["app/a.py", "alembic/env.py"], "", ["'fastapi>=0.1'", "a"]),
        (["main.py", "other.py"], "", ["'fastapi>=0.1'", "a"]),
        (["app/a.py", "alembic/env.py"], NAMED, ["-e ."]),
        (["app/a.py", "alembic/env.py"], BUILT, ["-e ."]),
        (["app/a.py", "alembic/env.py", "setup.py"], "", ["-e ."]),
    ],
)
def test_an_app_of_several_packages_is_not_packaged(
    names: list[str], more: str, expected: list[str]
) -> None:
    """setuptools would refuse it: `Multiple top-level packages discovered`."""
    looked = tree({"pyproject.toml": PROJECT + more, **dict.fromkeys(names, "")})
    body = looked.toml("", "pyproject.toml")

    assert arguments(looked, "", body, ()) == expected


def test_a_build_that_compiles_on_import_has_its_tools() -> None:
    body = {"build-system": {"requires": ["meson-python>=0.15", "numpy", "$(id)"]}}

    assert compiled_first(body) == "'meson-python>=0.15' numpy meson ninja"
    assert compiled_first({}) == ""


def test_a_package_by_its_name() -> None:
    looked = tree({"src/my_app/a.py": "", "other.py": "", "doc/x.md": ""})

    assert has_package(looked, "", "My-App")
    assert has_package(looked, "", "other")
    assert not has_package(looked, "", "x")
