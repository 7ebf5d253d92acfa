"""Which requirements files tests need, by their names."""

import pytest

from swarm.config.detection.requirement_files import chosen, is_for_tests
from tests.config.detection.trees import tree


@pytest.mark.parametrize(
    ("names", "files"),
    [
        (["requirements/base.txt", "requirements/dev.txt"], ("requirements/dev.txt",)),
        (["requirements/base.txt"], ("requirements/base.txt",)),
        (["requirements.txt", "requirements/prod.txt"], ("requirements.txt",)),
        (["dev-requirements.txt", "requirements.txt", "requirements-docs.txt"],
         ("dev-requirements.txt", "requirements.txt")),
    ],
)  # fmt: skip
def test_requirements_files(names: list[str], files: tuple[str, ...]) -> None:
    assert tuple(chosen(tree(dict.fromkeys(names, "")), "")) == files


def test_a_file_for_tests_says_so_in_its_name() -> None:
    assert is_for_tests("requirements_dev.txt")
    assert not is_for_tests("requirements.txt")
