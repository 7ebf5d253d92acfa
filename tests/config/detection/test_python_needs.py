"""What a Python project's tests need, wherever its files say so."""

import pytest

from swarm.config.detection.python_needs import Needs, needs
from tests.config.detection.trees import tree


def found(files: dict[str, str]) -> Needs:
    looked = tree(files)
    return needs(looked, "", looked.toml("", "pyproject.toml"))


@pytest.mark.parametrize(
    ("body", "loose"),
    [
        ("[tool.uv]\ndev-dependencies=['pytest>=8', 'x @ git+https://a']", "pytest>=8"),
        ("[tool.pdm.dev-dependencies]\ntest=['pytest ~= 8.0']", "pytest~=8.0"),
        ("[tool.hatch.envs.default]\ndependencies=['pytest[a]', '$(id)']", "pytest[a]"),
        ("[tool.hatch.envs.hatch-test]\nextra-dependencies=['rich; x']", "rich"),
    ],
)
def test_tables_of_tools_of_their_own(body: str, loose: str) -> None:
    assert found({"pyproject.toml": body}).loose == (loose,)


def test_what_tox_installs_where_nothing_else_tells() -> None:
    tox = (
        "[testenv]\ndeps =\n    -r{toxinidir}/ci.txt\n    pytest<9 # x\n"
        "    py311: six\n    -c constraints.txt\n    .[extra]\nextras = more\n"
    )
    read = found({"setup.py": "", "tox.ini": tox, "ci.txt": ""})

    assert (read.loose, read.files, read.extras) == (
        ("pytest<9",), ("ci.txt",), ("extra", "more"),
    )  # fmt: skip
    assert read.because == "tox.ini"
    has_own = found({"tox.ini": tox, "requirements-dev.txt": "x", "ci.txt": ""})
    assert (has_own.loose, has_own.files) == ((), ("requirements-dev.txt",))


def test_names_and_extras_of_every_file() -> None:
    read = found(
        {
            "Pipfile": "[packages]\nrequests='*'\n[dev-packages]\npytest='*'\n",
            "setup.cfg": "[options]\ninstall_requires =\n  psycopg2>2\n"
            "[options.extras_require]\ntest =\n  mock\ndocs = sphinx\n",
            "setup.py": "setup(extras_require={'dev': ['x'], 'y': []})",
            "requirements/dev.txt": "Django==5\n-r base.txt\n",
        }
    )

    assert {"requests", "pytest", "psycopg2", "mock", "django"} <= read.names
    assert read.extras == ("dev", "test")
