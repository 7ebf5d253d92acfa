"""A name in `protect` or `hide` that covers nothing, and was meant to, is refused."""

import pytest

from swarm.adapters.git.repository import Repository
from swarm.adapters.git.worktree import covers, misread_covers
from swarm.errors import Refused
from swarm.model.covers import Wanted
from tests.adapters.git.git_helpers import commit_all, new_repository


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    folder = tmp_path_factory.mktemp("misread")
    place = new_repository(folder / "repo")
    for path in (".env", "a/x.pem", "a/y.pem", "b/c/z.pem", "w.pem", "app/[id]/k.ts"):
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_text("s3cr3t\n")
    (place / "K\u00e4y").write_text("s3cr3t\n")
    commit_all(place, "keys")
    return Repository.open(place, folder / "home")


def _refuse(repository: Repository, wanted: Wanted) -> None:
    needed = covers.resolve(repository.git, repository.head, wanted)
    misread_covers.refuse(repository.git, repository.head, needed)


@pytest.mark.parametrize(
    ("path", "there"),
    [
        ("*.pem", "a/x.pem, a/y.pem, b/c/z.pem and 1 more"),
        (".env*", r"\.env"),
        ("a/*.pem", "a/x.pem, a/y.pem"),
        ("**/*.pem", "a/x.pem.*and 1 more"),
        ("?/x.pem", "a/x.pem"),
        ("[ab]", "a, b"),
        ("b/*", "b/c"),
        ("a/**", "a/x.pem, a/y.pem"),
        (".ENV", r"\.env"),
        (".env ", r"\.env"),
        (" .env", r"\.env"),
        ("A", "a"),
        ("B/C/z.pem", "b/c/z.pem"),
        ("Ka\u0308y", "K\u00e4y"),
        ("k\u00e4y", "K\u00e4y"),
        (".e\u200dnv", r"\.env"),
    ],
)
@pytest.mark.parametrize("kind", ["hide", "protect"])
def test_one_that_nearly_names_what_is_there(
    repository: Repository, path: str, there: str, kind: str
) -> None:
    """It was a note among others, and the file stood open."""
    wanted = Wanted(hide=(path,)) if kind == "hide" else Wanted(protect=(path,))
    with pytest.raises(Refused, match=f"{kind}: .*{there}") as caught:
        _refuse(repository, wanted)
    assert caught.value.hint


@pytest.mark.parametrize(
    "path", ["*.key", ".netrc", "app/[id]/k.ts", "app/[id]", "*", ".vscode", "c/x.pem"]
)
def test_one_that_is_there_as_it_is_or_not_at_all(
    repository: Repository, path: str
) -> None:
    """Settings are for any repository."""
    if path == "*":
        with pytest.raises(Refused, match="no pattern"):
            _refuse(repository, Wanted(hide=(path,)))
    else:
        _refuse(repository, Wanted(hide=(path,)))
