"""A user's own files are read once, without secrets, and no link leads out."""

import os
from pathlib import Path

import pytest

from swarm.config import own_files
from swarm.config.own_files import OwnFiles
from swarm.errors import ConfigError

KEY = (
    "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNz\n-----END OPENSSH PRIVATE KEY-----\n"
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "home"
    config = home / ".config" / "swarm"
    (config / "shell.d").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("SWARM_CONFIG", str(config / "config.toml"))
    (home / ".vimrc").write_text("set nu\n")
    return home


def refused(*names: str) -> str:
    with pytest.raises(ConfigError) as caught:
        own_files.read(names)
    return caught.value.message


def test_files_and_folders_are_texts(home: Path) -> None:
    (home / ".config/nvim/lua").mkdir(parents=True)
    (home / ".config/nvim/init.lua").write_text("one")
    (home / ".config/nvim/lua/two.lua").write_text("two")
    (home / ".config/nvim/.git").mkdir()
    (home / ".config/nvim/.git/config").write_text("url = https://me:pw@host")

    found = own_files.read((".vimrc", ".config/nvim"))

    assert found.dotfiles == {
        ".vimrc": "set nu\n",
        ".config/nvim/init.lua": "one",
        ".config/nvim/lua/two.lua": "two",
    }
    assert (found.left_out, found.absent) == ((), ())


def test_what_is_not_there_is_told(home: Path) -> None:
    assert own_files.read((".inputrc",)).absent == ("there is no ~/.inputrc",)


@pytest.mark.parametrize("place", ["/nonexistent", "/dev/null", "relative"])
def test_a_home_that_is_none_has_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, place: str
) -> None:
    monkeypatch.setenv("HOME", place)
    monkeypatch.setenv("SWARM_CONFIG", str(tmp_path / "c.toml"))

    found = own_files.read((".vimrc",))

    assert (found.dotfiles, found.absent) == ({}, ("there is no ~/.vimrc",))


def test_secrets_are_left_out_and_named_by_line(home: Path) -> None:
    (home / ".gitconfig").write_text(
        "[user]\n\tname = Ann\n[github]\n\ttoken = abc\n"
        '[url "https://ann:pw@git.test/"]\n\tinsteadOf = x\n'
    )
    (home / ".config/swarm/shell.d/a.sh").write_text("export MY_API_KEY='short'\n")

    found = own_files.read((".gitconfig",))

    assert found.left_out == ("~/.gitconfig:4", "~/.gitconfig:5", "shell.d/a.sh:1")
    assert "name = Ann" in found.dotfiles[".gitconfig"]
    assert not any(each in repr(found) for each in ("abc", "pw@", "short"))


def test_shell_files_are_read_in_order(home: Path) -> None:
    folder = home / ".config/swarm/shell.d"
    for name in ("b.sh", "a.sh", "readme.txt", ".a.sh.swp"):
        (folder / name).write_text(f"# {name}\n")

    found = own_files.read(())

    assert [*found.shell] == ["a.sh", "b.sh"]
    assert found.absent == (
        "shell.d/.a.sh.swp is not read: no *.sh",
        "shell.d/readme.txt is not read: no *.sh",
    )


def test_a_link_within_the_home_is_what_it_leads_to(home: Path) -> None:
    """As those do who keep their dotfiles in a folder of their own."""
    (home / "mine").mkdir()
    (home / "mine/inputrc").write_text("set bell off\n")
    (home / ".inputrc").symlink_to("mine/inputrc")

    assert own_files.read((".inputrc",)).dotfiles == {".inputrc": "set bell off\n"}


def test_a_home_may_itself_be_a_link(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = home.parent / "other"
    other.symlink_to(home)
    monkeypatch.setenv("HOME", str(other))

    assert own_files.read((".vimrc",)).dotfiles == {".vimrc": "set nu\n"}


@pytest.mark.parametrize("target", ["/etc/passwd", "../outside", "loop"])
def test_a_link_that_leads_out_is_refused(home: Path, target: str) -> None:
    (home.parent / "outside").write_text("secret")
    (home / "loop").symlink_to("loop")
    (home / ".inputrc").symlink_to(target)

    refused(".inputrc")


def test_a_link_to_a_place_of_keys_is_refused(home: Path) -> None:
    """Also one on the way, and one to a file that is a key by its content."""
    (home / ".ssh").mkdir()
    (home / ".ssh/config").write_text("Host *\n")
    (home / ".inputrc").symlink_to(".ssh/config")
    (home / ".bashrc.d").symlink_to(".ssh")
    (home / "key").write_text(KEY)
    (home / ".tmux.conf").symlink_to("key")

    assert "where keys are kept" in refused(".inputrc")
    assert "where keys are kept" in refused(".bashrc.d")
    assert "it holds a private key" in refused(".tmux.conf")


def test_a_shell_file_that_leads_to_the_settings_is_refused(home: Path) -> None:
    (home / ".config/swarm/policy.toml").write_text("x")
    (home / ".config/swarm/shell.d/a.sh").symlink_to("../policy.toml")

    assert ".config/swarm, where keys are kept" in refused()


def test_a_folder_that_holds_keys_is_refused(home: Path) -> None:
    (home / ".config/gh").mkdir()
    (home / ".config/gh/hosts.yml").write_text("oauth_token: x\n")

    assert ".config/gh" in refused(".config")


def test_a_file_that_is_a_key_is_refused(home: Path) -> None:
    (home / ".x").mkdir()
    (home / ".x/id_rsa").write_text("anything")
    (home / ".y").mkdir()
    (home / ".y/.npmrc").write_text("//r/:_authToken=abc\n")

    assert "it has the name of a private key" in refused(".x")
    assert "token of a package registry" in refused(".y")


def test_what_is_no_file_of_text_is_refused(home: Path) -> None:
    os.mkfifo(home / ".pipe")
    (home / ".binary").write_bytes(b"\xff\xfe")
    (home / ".zero").write_bytes(b"a\0b")
    (home / ".huge").write_bytes(b"x" * (own_files.LARGEST + 1))
    (home / ".odd").mkdir()
    (home / ".odd/a\nb").write_text("x")

    assert "is no regular file" in refused(".pipe")
    assert "is no text" in refused(".binary")
    assert "is no text" in refused(".zero")
    assert "is larger than 256 KiB" in refused(".huge")
    assert "\n" not in refused(".odd")


def test_too_much_is_refused(home: Path) -> None:
    for folder, number, size in ((".many", 301, 1), (".big", 5, 250 << 10)):
        (home / folder).mkdir()
        for each in range(number):
            (home / folder / f"f{each}").write_text("x" * size)
    deep = home / "/".join([".deep"] * 11)
    deep.mkdir(parents=True)

    assert "too much" in refused(".many")
    assert "too much" in refused(".big")
    assert "deeper than 8 folders" in refused(".deep")


def test_a_link_put_there_meanwhile_is_not_followed(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look at where it leads and the opening."""
    (home / "key").write_text("the key\n")
    opened = own_files._open_below

    def swapped(root: Path, parts: tuple[str, ...], flags: int) -> int:
        (home / ".vimrc").unlink()
        (home / ".vimrc").symlink_to("key")
        return opened(root, parts, flags)

    monkeypatch.setattr(own_files, "_open_below", swapped)

    assert "cannot be read" in refused(".vimrc")


def test_settings_elsewhere_have_a_shell_folder_without_links(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SWARM_CONFIG", str(tmp_path / "away" / "config.toml"))
    folder = tmp_path / "away" / "shell.d"
    folder.mkdir(parents=True)
    (folder / "a.sh").write_text("alias l=ls\n")

    assert own_files.read(()).shell == {"a.sh": "alias l=ls\n"}
    (folder / "b.sh").symlink_to(home / ".vimrc")
    assert own_files.read(()).shell["b.sh"] == "set nu\n"
    (folder / "c.sh").symlink_to("/etc/passwd")
    assert "leads out" in refused()


@pytest.mark.parametrize("place", [".a", ".a/b", ".a/b/c.toml", ".a/b/c.toml/d"])
def test_what_is_the_agents_own_is_left_to_it(place: str) -> None:
    own = OwnFiles({".a/b/c.toml": "x", ".vimrc": "y"}).without((place,))

    assert own.dotfiles == {".vimrc": "y"}
    assert own.absent == ("~/.a/b/c.toml is the agent's own in its box",)
