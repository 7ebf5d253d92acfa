"""A user's own files in a box: a real bash reads them, in order and once."""

import subprocess
from pathlib import Path

import pytest

from swarm.config.own_files import OwnFiles
from swarm.plan import own_files
from swarm.plan.package_settings import FOLDER

OWN = OwnFiles(
    {".vimrc": "set nu\n"},
    {"a.sh": "echo a; one=1\n", "b.sh": "echo b$one; alias l=ls\n"},
)


def test_dotfiles_are_linked_by_their_paths() -> None:
    assert own_files.links(OWN) == {".vimrc": f"{FOLDER}/dotfiles/.vimrc"}
    assert own_files.files(OWN)["dotfiles/.vimrc"] == "set nu\n"


def test_a_bashrc_of_the_users_is_not_written_over() -> None:
    assert [*own_files.seeds(OWN)] == [".bashrc"]
    assert not own_files.seeds(OwnFiles({".bashrc": "x"}, OWN.shell))
    assert not own_files.seeds(OwnFiles({".vimrc": "x"}))


@pytest.mark.parametrize(
    ("bashrc", "words"),
    [
        (None, ("--rcfile", "shell.rc")),
        ("echo mine\n", ("--rcfile", "shell.rc")),
        ("seed", ("--rcfile", "shell.rc")),
        ("seed", ()),
    ],
)
def test_each_shell_file_is_read_once(
    tmp_path: Path, bashrc: str | None, words: tuple[str, ...]
) -> None:
    """By `swarm shell`, and by a bash that an agent or a human starts in the box."""
    etc, home = tmp_path / "etc", tmp_path / "home"
    home.mkdir()
    for name, text in own_files.files(OWN).items():
        (etc / name).parent.mkdir(parents=True, exist_ok=True)
        (etc / name).write_text(text.replace(FOLDER, str(etc)))
    if bashrc:
        text = own_files.seeds(OWN)[".bashrc"] if bashrc == "seed" else bashrc
        (home / ".bashrc").write_text(text.replace(FOLDER, str(etc)))
    options = [str(etc / word) if word == "shell.rc" else word for word in words]

    done = subprocess.run(
        ["bash", *options, "-i"],
        env={"HOME": str(home), "PATH": "/usr/bin:/bin"},
        input="alias l\n", capture_output=True, text=True, check=False,
    )  # fmt: skip

    mine = ["mine"] if bashrc == "echo mine\n" else []
    assert done.stdout.split("\n")[:-1] == [*mine, "a", "b1", "alias l='ls'"]
