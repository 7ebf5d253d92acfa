"""Reads what the tests of a Python project need, wherever its files say so."""

import configparser
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from swarm.config.detection import ci, requirement_files, tox_and_nox
from swarm.config.detection.folders import beside
from swarm.config.detection.requirement_text import name_of, plain
from swarm.config.detection.tree import Tree, items, table

TEST_GROUPS = ("test", "tests", "testing", "dev", "develop", "development")
"""Names of extras and groups that the tests of a project need."""
_SETUP_EXTRA = re.compile(r"""["']([A-Za-z0-9._-]{1,40})["']\s{0,9}[:=]\s{0,9}[\[(]""")
# Without a way back, so that a file takes linear time.
_SETUP_NAME = re.compile(
    r"""["']([A-Za-z0-9][A-Za-z0-9._-]{0,80}+)[^"'\n]{0,60}+["']"""
)


@dataclass(frozen=True, slots=True)
class Needs:
    """What the tests of one folder's project need beside the project itself."""

    names: frozenset[str]
    """All dependencies, as the index spells them."""
    files: tuple[str, ...] = ()
    """Requirements files of the folder."""
    extras: tuple[str, ...] = ()
    """The project's own."""
    groups: tuple[str, ...] = ()
    """Of `[dependency-groups]`."""
    loose: tuple[str, ...] = ()
    """Requirements that no extra, group or file brings; each fits between quotes."""
    because: str = ""
    """The file that tells of the loose ones."""


def needs(tree: Tree, folder: str, body: dict[str, Any]) -> Needs:
    """What the files of a folder say; `body` is its pyproject.toml.

    Where none is about tests, what CI installs for its own counts, at the root.
    """
    files = requirement_files.chosen(tree, folder)
    setup_cfg = tree.ini(folder, "setup.cfg")
    extras = _test_extras(tree, folder, body, setup_cfg)
    groups = [
        name
        for name in sorted(table(body.get("dependency-groups")))
        if name.lower() in TEST_GROUPS
    ]
    loose, because = _tools_own(body), "pyproject.toml"
    has_tests = (
        extras or groups or loose or any(map(requirement_files.is_for_tests, files))
    )
    if not has_tests:
        runner = tox_and_nox.read(tree, folder)
        if not runner.because and not folder:
            runner = tox_and_nox.of_pip(tree, *ci.pip_words(tree))
        loose, because = [*runner.requirements], runner.because
        files = [*dict.fromkeys([*files, *runner.files])]
        extras = sorted({*extras, *runner.extras})
    names = {
        name_of(each)
        for group in (*_listed(tree, folder, body, setup_cfg), loose)
        for each in group
    }
    return Needs(
        frozenset(names - {""}), tuple(files), tuple(extras), tuple(groups),
        tuple(loose), because if loose else "",
    )  # fmt: skip


def _test_extras(
    tree: Tree, folder: str, body: dict[str, Any], setup_cfg: configparser.ConfigParser
) -> list[str]:
    names = {*table(table(body.get("project")).get("optional-dependencies"))}
    section = "options.extras_require"
    names |= {*setup_cfg.options(section)} if setup_cfg.has_section(section) else set()
    _, has, rest = tree.text(folder, "setup.py").partition("extras_require")
    names |= {*_SETUP_EXTRA.findall(rest)} if has else set()
    return sorted(name for name in names if name.lower() in TEST_GROUPS)


def _tools_own(body: dict[str, Any]) -> list[str]:
    """What uv, pdm and hatch keep for development in tables of their own."""
    tool = table(body.get("tool"))
    pdm = table(table(tool.get("pdm")).get("dev-dependencies"))
    lists = [items(table(tool.get("uv")).get("dev-dependencies"))]
    lists += [items(each) for name, each in pdm.items() if name.lower() in TEST_GROUPS]
    environments = table(table(tool.get("hatch")).get("envs"))
    for name in ("default", "test", "hatch-test"):
        for key in ("dependencies", "extra-dependencies"):
            lists.append(items(table(environments.get(name)).get(key)))
    return [*dict.fromkeys(filter(None, (plain(e) for each in lists for e in each)))]


def _listed(
    tree: Tree, folder: str, body: dict[str, Any], setup_cfg: configparser.ConfigParser
) -> Iterator[Iterable[Any]]:
    """Every list of requirements that a file has."""
    project, tool = table(body.get("project")), table(body.get("tool"))
    yield items(project.get("dependencies"))
    yield from map(items, table(project.get("optional-dependencies")).values())
    yield from map(items, table(body.get("dependency-groups")).values())
    poetry = table(tool.get("poetry"))
    yield from ([*table(poetry.get(k))] for k in ("dependencies", "dev-dependencies"))
    for group in table(poetry.get("group")).values():
        yield [*table(table(group).get("dependencies"))]
    pipfile = tree.toml(folder, "Pipfile")
    yield from ([*table(pipfile.get(k))] for k in ("packages", "dev-packages"))
    yield setup_cfg.get("options", "install_requires", fallback="").split("\n")
    if setup_cfg.has_section("options.extras_require"):
        for _, text in setup_cfg.items("options.extras_require"):
            yield text.split("\n")
    yield _SETUP_NAME.findall(tree.text(folder, "setup.py"))
    start = beside(folder, requirement_files.FOLDER)
    for path in tree.contents:
        if path.startswith(start) and path.endswith(".txt"):
            yield tree.text("", path).split("\n")
    for name in requirement_files.chosen(tree, folder):
        yield tree.text(folder, name).split("\n")
