"""Lock files, manifests, and what a set-up names decide what it installs."""

import pytest

from swarm.model.lock_files import deciding


@pytest.mark.parametrize(
    ("path", "commands", "decides"),
    [
        ("package-lock.json", (), True),
        ("web/app/pnpm-lock.yaml", (), True),
        ("pyproject.toml", (), True),
        ("requirements.txt", (), True),
        ("requirements-dev.txt", (), True),
        ("requirements/dev.txt", (), True),
        ("docs/constraints_3.11.txt", (), True),
        ("README.md", (), False),
        ("src/lock.py", (), False),
        ("notes.txt", (), False),
        ("scripts/setup.sh", ("./scripts/setup.sh --all",), True),
        ("scripts/setup.sh", ("sh 'scripts/setup.sh' # all",), True),
        ("Makefile", ("make deps",), True),
        ("Makefile", ("npm ci",), False),
        ("sub/Makefile", ("make deps",), False),
        ("it's", ("cat it's", "x"), True),
    ],
)
def test_a_file_decides(path: str, commands: tuple[str, ...], decides: bool) -> None:
    assert (deciding([path], commands) == [path]) is decides


def test_they_are_sorted() -> None:
    assert deciding(["go.sum", "go.mod", "a.go"], ()) == ["go.mod", "go.sum"]
