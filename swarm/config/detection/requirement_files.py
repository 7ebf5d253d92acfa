"""Chooses the requirements files of a folder that its tests need."""

import re

from swarm.config.detection.folders import beside
from swarm.config.detection.tree import Tree

FOLDER = "requirements"
_FOR_TESTS = r"dev|devel|develop|development|test|tests|testing|ci|local|all"
_NAMES = re.compile(
    rf"requirements(?:[-_.]?(?:{_FOR_TESTS}))?\.txt|(?:{_FOR_TESTS})[-_.]requirements\.txt"
)
_OF_TESTS = ("dev", "development", "local", "test", "tests", "testing", "ci")
_OF_ALL = ("all", "requirements", "base", "main", "common", "production", "prod")
"""Names in a folder of requirements; one of the first ones includes the second ones."""


def chosen(tree: Tree, folder: str) -> list[str]:
    """The requirements files to install, as the folder's commands name them."""
    files = [name for name in tree.names(folder) if _NAMES.fullmatch(name)]
    names = tree.names(beside(folder, FOLDER))
    for choices in (_OF_TESTS, _OF_ALL):
        fitting = [f"{each}.txt" for each in choices if f"{each}.txt" in names]
        if fitting and not (choices is _OF_ALL and files):
            files += [f"{FOLDER}/{name}" for name in fitting[:2]]
            break
    return files


def is_for_tests(file: str) -> bool:
    """True if the file's name says that it has more than the program needs."""
    return bool(re.search(rf"\b(?:{_FOR_TESTS})\b", file.replace("_", "-")))
