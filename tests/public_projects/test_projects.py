"""The answers of a public project become options of `swarm init`."""

from tests.public_projects.projects import PROJECTS, Project


def test_each_line_is_one_option() -> None:
    project = Project("one", "pypi", "1", "", "\nstack c\nno-port\ntest a b 'c d'\n")

    assert project.options == ["--stack", "c", "--no-port", "--test", "a b 'c d'"]


def test_packages_are_told_apart() -> None:
    project = Project("one", "npm", "1", "", "package libpq-dev\nstack c\n")

    assert project.packages == ("libpq-dev",)
    assert project.release == "one@1"


def test_whoever_has_answers_says_why() -> None:
    assert all(bool(each.answers) == bool(each.why) for each in PROJECTS.values())
