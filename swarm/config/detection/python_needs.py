"""Reads what a Python project's files say that it needs, and by which names of its own.

Every word that may stand in a command fits a narrow pattern: a file is a stranger's.
"""

import configparser
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from swarm.config.detection.tree import Tree, beside, items, table

TEST_GROUPS = ("test", "tests", "testing", "dev", "develop", "development")
"""Names of extras and groups that the tests of a project need."""
_NAME = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]{0,80})")
_VERSIONS = r"[<>=!~]=?[0-9A-Za-z.*+]{1,30}"
_PLAIN = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9._-]{0,80}(?:\[[A-Za-z0-9,._-]{1,80}\])?"
    rf"(?:{_VERSIONS}(?:,{_VERSIONS}){{0,5}})?"
)
"""A requirement that a command may have between quotes, without blanks."""
_OWN_EXTRAS = re.compile(r"\.\[([A-Za-z0-9,._-]{1,100})\]")
_FOR_TESTS = r"dev|devel|develop|development|test|tests|testing|ci|local|all"
_FILES = re.compile(
    rf"requirements(?:[-_.]?(?:{_FOR_TESTS}))?\.txt|(?:{_FOR_TESTS})[-_.]requirements\.txt"
)
_FOLDER = "requirements"
_OF_TESTS = ("dev", "development", "local", "test", "tests", "testing", "ci")
_OF_ALL = ("all", "requirements", "base", "main", "common", "production", "prod")
"""Names in a folder of requirements; one of the first ones includes the second ones."""
_SETUP_EXTRA = re.compile(r"""["']([A-Za-z0-9._-]{1,40})["']\s{0,9}[:=]\s{0,9}[\[(]""")
# Without a way back, so that a file takes linear time.
_SETUP_NAME = re.compile(
    r"""["']([A-Za-z0-9][A-Za-z0-9._-]{0,80}+)[^"'\n]{0,60}+["']"""
)
_BLANKS = re.compile(r"(?<=\S)[^\S\n]{2,}")
_SESSION = re.compile(r"^def\s+(?:unit_?)?tests?\w{0,30}\(", re.MULTILINE)
_INSTALL = re.compile(r"session\.install\(([^()]{0,500})\)")
_QUOTED = re.compile(r"""["']([^"'\n]{1,100})["']""")


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
    """What the files of a folder say; `body` is its pyproject.toml."""
    files = requirement_files(tree, folder)
    setup_cfg = ini(tree, folder, "setup.cfg")
    extras = _test_extras(tree, folder, body, setup_cfg)
    groups = [
        name
        for name in sorted(table(body.get("dependency-groups")))
        if name.lower() in TEST_GROUPS
    ]
    loose, because = _tools_own(body), "pyproject.toml"
    has_tests = extras or groups or loose or any(map(_is_for_tests, files))
    if not has_tests:
        words, because = _of_runner(tree, folder)
        loose, more_files, more_extras = _sorted(tree, folder, words)
        files = [*dict.fromkeys([*files, *more_files])]
        extras = sorted({*extras, *more_extras})
    names = {
        name_of(each)
        for group in (*_listed(tree, folder, body, setup_cfg), loose)
        for each in group
    }
    return Needs(
        frozenset(names - {""}), tuple(files), tuple(extras), tuple(groups),
        tuple(loose), because if loose else "",
    )  # fmt: skip


def requirement_files(tree: Tree, folder: str) -> list[str]:
    """The requirements files to install, as the folder's commands name them."""
    found = [name for name in tree.names(folder) if _FILES.fullmatch(name)]
    names = tree.names(beside(folder, _FOLDER))
    for choices in (_OF_TESTS, _OF_ALL):
        chosen = [f"{each}.txt" for each in choices if f"{each}.txt" in names]
        if chosen and not (choices is _OF_ALL and found):
            found += [f"{_FOLDER}/{name}" for name in chosen[:2]]
            break
    return found


def ini(tree: Tree, folder: str, name: str) -> configparser.ConfigParser:
    """An INI file; empty as the tree's text is, and with a note if it is none."""
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    # The parser's own pattern takes quadratic time over many blanks in a line.
    text = _BLANKS.sub(" ", tree.text(folder, name))
    try:
        parser.read_string(text)
    except configparser.Error:
        tree.note(f"{beside(folder, name)} is no valid INI file: it was not read")
        return configparser.ConfigParser(interpolation=None)
    return parser


def name_of(requirement: Any) -> str:
    """The name of a requirement as the index spells it; empty if it has none."""
    match = _NAME.match(requirement) if isinstance(requirement, str) else None
    return re.sub(r"[-_.]+", "-", match[1]).lower() if match else ""


def plain(requirement: Any) -> str:
    """The requirement without blanks; empty for what no command may have."""
    text = requirement if isinstance(requirement, str) else ""
    text = text.partition("#")[0].partition(";")[0].replace(" ", "").strip()
    return text if _PLAIN.fullmatch(text) else ""


def _is_for_tests(file: str) -> bool:
    return bool(re.search(rf"\b(?:{_FOR_TESTS})\b", file.replace("_", "-")))


def _test_extras(
    tree: Tree, folder: str, body: dict[str, Any], setup_cfg: configparser.ConfigParser
) -> list[str]:
    found = {*table(table(body.get("project")).get("optional-dependencies"))}
    section = "options.extras_require"
    found |= {*setup_cfg.options(section)} if setup_cfg.has_section(section) else set()
    _, has, rest = tree.text(folder, "setup.py").partition("extras_require")
    found |= {*_SETUP_EXTRA.findall(rest)} if has else set()
    return sorted(name for name in found if name.lower() in TEST_GROUPS)


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


def _of_runner(tree: Tree, folder: str) -> tuple[list[str], str]:
    """What tox or nox installs for the tests, as words of pip's, and their file."""
    tox = ini(tree, folder, "tox.ini")
    if tox.has_section("testenv"):
        lines = tox.get("testenv", "deps", fallback="").split("\n")
        extras = tox.get("testenv", "extras", fallback="").split()
        words = [word for line in lines for word in _tox_words(line)]
        return [*words, *(f".[{extra}]" for extra in extras)], "tox.ini"
    text = tree.text(folder, "noxfile.py")
    if match := _SESSION.search(text):
        session = text[match.end() :].partition("\ndef ")[0]
        calls = _INSTALL.findall(session)
        return [word for call in calls for word in _QUOTED.findall(call)], "noxfile.py"
    return [], ""


def _tox_words(line: str) -> list[str]:
    line = line.partition("#")[0].strip().replace("{toxinidir}/", "")
    if match := re.fullmatch(r"(?:-r|--requirement)\s{0,9}(\S+)", line):
        return ["-r", match[1]]
    return [line] if line else []


def _sorted(
    tree: Tree, folder: str, words: list[str]
) -> tuple[list[str], list[str], list[str]]:
    """Requirements, files and extras of such words; the rest is left out."""
    loose, files, extras = list[str](), list[str](), list[str]()
    for before, word in zip(["", *words], words, strict=False):
        if match := _OWN_EXTRAS.fullmatch(word):
            extras += match[1].split(",")
        elif before == "-r":
            if re.fullmatch(r"[\w./-]{1,80}", word) and tree.has(folder, word):
                files.append(word)
        elif requirement := plain(word):
            loose.append(requirement)
    return loose, files, extras


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
    for path in tree.contents:
        if path.startswith(beside(folder, _FOLDER)) and path.endswith(".txt"):
            yield tree.text("", path).split("\n")
    for name in requirement_files(tree, folder):
        yield tree.text(folder, name).split("\n")
