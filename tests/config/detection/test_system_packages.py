"""Only packages that Debian is known to have are taken from what a project installs."""

import re
import tomllib
from pathlib import Path

import pytest

from swarm.config.detection import system_packages
from swarm.config.detection.system_packages import Installed, names
from swarm.config.project import may_hold
from swarm.model.service_recipe import RECIPES
from swarm.model.toolchain import STACKS


@pytest.mark.parametrize(
    ("text", "packages"),
    [
        ("sudo apt-get update && sudo apt-get install -y a1 b1", ["a1", "b1"]),
        ("apt-get -qq install --no-install-recommends -t bookworm a1=1.2-3", ["a1"]),
        (
            "X=x apt install a1:amd64 b1/stable \\\n  'c1'",
            ["a1", "b1", "c1"],
        ),
        ("apk add --no-cache --virtual .deps a1~=3 b1>2", ["a1", "b1"]),
        ("apt-get install $X ${Y} $(id) ./a.deb a.deb -y", []),
        ("apt-get remove a1; echo apt-get; brew install a1", []),
        ("pip install apt-get", []),
    ],
)
def test_the_names_that_a_command_installs(text: str, packages: list[str]) -> None:
    assert names(text) == packages


def test_each_name_is_what_a_box_has_for_it() -> None:
    installed = Installed()
    installed.add(
        ["libpq-dev", "libmysqlclient-dev", "postgresql-dev", "curl", "nodejs",
         "redis-server", "libevil-dev"],
        "ci.yml",
    )  # fmt: skip
    installed.add(["libpq-dev"], "Dockerfile")

    assert installed == Installed(
        {"libpq-dev": "ci.yml", "default-libmysqlclient-dev": "ci.yml"},
        {"node": "nodejs in ci.yml"},
        {"redis": "redis-server in ci.yml"},
        {"libevil-dev": "ci.yml"},
    )


def test_the_table_holds_what_swarm_toml_may() -> None:
    file = Path(system_packages.__file__).with_name("system_packages.toml")
    body = tomllib.loads(file.read_text())
    known, renamed = body["known"], {**body["alpine"], **body["renamed"]}

    assert all(may_hold("packages", [name]) for name in known)
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9.+-]+", name) for name in known)
    assert {*renamed.values()} <= {*known, *body["stacks"]}
    assert not {*known} & {*body["base"], *body["stacks"], *body["services"]}
    assert {*body["stacks"].values()} <= {*STACKS}
    assert {*body["services"].values()} <= {*RECIPES}
