"""What a person may name of the home, and the places of keys that nobody may."""

import pytest
from pydantic import TypeAdapter, ValidationError

from swarm.agents import registry
from swarm.config import agent_names
from swarm.config.home_paths import Dotfiles, is_plain, never

READ = TypeAdapter(Dotfiles).validate_python


def test_a_path_is_below_the_home_and_named_once() -> None:
    assert READ(["~/.vimrc", ".config/nvim/", ".vimrc"]) == (".vimrc", ".config/nvim")


@pytest.mark.parametrize(
    "path",
    [
        *("", "~", "~/", "/etc/passwd", "..", "../x", ".config/../.ssh", "./x", "."),
        *("Documents", ".a b", ".a\nb", ".a'b", ".a\x00", ".a/$(id)", ".é", ".a//b"),
        *("~other/.vimrc", ".a\\b", ".x/" * 20, ".x" * 200),
    ],
)
def test_any_other_path_is_refused(path: str) -> None:
    with pytest.raises(ValidationError):
        READ([path])


@pytest.mark.parametrize(
    "path",
    [
        *(".ssh", ".ssh/config", ".SSH/id_rsa", ".netrc", ".aws/credentials"),
        *(".git-credentials", ".config/git/credentials", ".config/gh/hosts.yml"),
        *(".npmrc", ".pypirc", ".cargo/credentials.toml", ".m2/settings.xml"),
        *(".m2/settings-security.xml", ".gradle/gradle.properties", ".docker"),
        *(".gnupg/x", ".kube/config", ".claude.json", ".codex/auth.json"),
        *(".bash_history", ".zhistory", ".config/swarm/policy.toml", ".pgpass"),
        *(".kaggle/kaggle.json", ".cache/huggingface/token", ".config/atuin/x"),
        *(".local/share/keyrings", ".authinfo.gpg", ".config/gcloud/x"),
    ],
)
def test_a_place_of_keys_is_no_dotfile(path: str) -> None:
    assert never(path)
    with pytest.raises(ValidationError, match="no box gets it"):
        READ([f"~/{path}"])


@pytest.mark.parametrize(
    "path",
    [
        ".gitconfig",
        ".bashrc.d",
        ".inputrc",
        ".vimrc",
        ".tmux.conf",
        ".config/git/config",
    ],
)
def test_ordinary_dotfiles_are_none(path: str) -> None:
    assert not never(path)
    assert is_plain(path)


@pytest.mark.parametrize("name", agent_names.shipped())
def test_what_a_shipped_agent_keeps_is_no_dotfile(name: str) -> None:
    """Its login is there, whether its description names the file or not."""
    agent = registry.find(name)
    for path in (agent.login.done, *agent.state.login, *agent.state.keep):
        assert not path or never(path.removeprefix("~/")), path
