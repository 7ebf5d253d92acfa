"""Remotes keep their names and lose every secret; nothing leads out."""

import base64
import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.adapters.git.settings import Settings
from swarm.adapters.git.worktree import remotes as remotes_module
from swarm.adapters.git.worktree.remotes import (
    Remote,
    remote_config,
    remotes,
    shown_url,
)
from tests.adapters.git.git_helpers import (
    agent_git,
    new_repository,
    sh_git,
    task_with_worktree,
)

HEX = "0d4f1c9be2a87f6655d01c3a"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://github.com/org/repo.git", "https://github.com/org/repo.git"),
        ("https://ann:s3cret@github.com/org/repo", "https://github.com/org/repo"),
        ("https://s3cret@github.com/org/repo", "https://github.com/org/repo"),
        ("https://a%40b:p%2Fw@h.example:8443/o/r", "https://h.example:8443/o/r"),
        ("https://h.example/o/r?private_token=x", "https://h.example/o/r"),
        ("https://h.example/o/r#s3cret", "https://h.example/o/r"),
        ("https://[::1]:8443/o/r", "https://[::1]:8443/o/r"),
        ("http://h/My%20Project/_git/r", "http://h/My%20Project/_git/r"),
        ("ssh://git@github.com/org/repo.git", "ssh://git@github.com/org/repo.git"),
        ("ssh://ann:pw@h.example:22/srv/r", "ssh://h.example:22/srv/r"),
        ("ssh://git:pw@h.example/r", "ssh://git@h.example/r"),
        ("git@github.com:org/repo.git", "git@github.com:org/repo.git"),
        ("APKAEXAMPLE@git.example:v1/repos/r", "git.example:v1/repos/r"),
        ("h.example:/srv/git/r.git", "h.example:/srv/git/r.git"),
        ("git://h.example/r", "git://h.example/r"),
        (f"https://h.example/{HEX}/o/r", "https://h.example/redacted/o/r"),
        ("https://h/glpat-abc/o/r", "https://h/redacted/o/r"),
        ("https://h/user:tok/o/r", "https://h/redacted/o/r"),
        ("https://h/%75ser%3Atok/o/r", "https://h/redacted/o/r"),
        ("https://h/kubernetes-sigs/cluster-api-provider-aws", None),
        ("https://h/o/MyLongCamelCaseRepositoryName", None),
        ("https://h/apache/log4j2.git", None),
        ("https://h/o/x86_64-unknown-linux-2024", None),
    ],
)
def test_a_url_keeps_its_shape_and_loses_its_secrets(
    url: str, shown: str | None
) -> None:
    """None: nothing is to lose."""
    assert shown_url(url) == (url if shown is None else shown)


@pytest.mark.parametrize(
    "url",
    [
        "/home/ann/private/repo",
        "../sibling",
        "~/repo",
        "file:///home/ann/repo",
        "C:/Users/ann/repo",
        "C:\\Users\\ann\\repo",
        "ext::ssh -i /home/ann/.ssh/id %S host",
        "codecommit::eu-west-1://profile@repo",
        "persistent-https://tok@h/x",
        "https://tok/en@h.example/r",
        "https://tok?en@h.example/r",
        "https://tok#en@h.example/r",
        "https://user:pa/ss@h.example/r",
        "user:pw@h.example:r",
        "https://h.example\\@evil/r",
        f"https://{HEX}.tunnel.example/r",
        "https://h.example",
        "https://h\u00e4/r",
        "h.example:a\nurl = b",
        "",
    ],
)
def test_what_has_no_known_shape_is_not_shown(url: str) -> None:
    """Host paths, helpers, and an `@` in a place where it could end a secret."""
    assert shown_url(url) == ""


def _token(seed: bytes, form: str, size: int) -> str:
    digest = hashlib.sha256(seed).digest()
    texts = {
        "hex": digest.hex(),
        "base64": base64.urlsafe_b64encode(digest).decode(),
        "base32": "a2b3" + base64.b32encode(digest).decode().lower(),
        "number": str(int.from_bytes(digest, "big")),
    }
    return texts[form][:size]


TOKENS = st.builds(
    _token,
    st.binary(max_size=16),
    st.sampled_from(["hex", "base32", "number"]),
    st.integers(20, 40),
) | st.builds(_token, st.binary(max_size=16), st.just("base64"), st.just(43))
PREFIXED = st.builds(
    lambda prefix, token: prefix + token,
    st.sampled_from(["ghp_", "github_pat_", "glpat-", "xoxb-", "npm_", "hf_"]),
    TOKENS,
)
SHAPES = [
    "https://{}@h.example/o/r",
    "https://{}:x-oauth-basic@h.example/o/r",
    "https://oauth2:{}@h.example:443/o/r.git",
    "https://h.example/{}/o/r",
    "https://h.example/o/{}",
    "https://h.example/o/{}.git",
    "https://h.example/o/r?access_token={}",
    "https://h.example/o/r?a=b&t={}#x",
    "https://h.example/o/r#{}",
    "https://h.example/o;t={}/r",
    "https://h.example/t={}/r",
    "https://{}.h.example/o/r",
    "https://h.example/{}@o/r",
    "ssh://{}@h.example/r",
    "ssh://git:{}@h.example/r",
    "{}@h.example:o/r",
    "git@h.example:{}/r",
    "git@h.example:o/r?{}",
    "u:{}@h.example:o/r",
    "/home/{}/r",
    "file:///srv/{}/r",
    "ext::prog {} %S",
    "other::https://{}@h.example/r",
]


@given(st.sampled_from(SHAPES), TOKENS | PREFIXED)
def test_no_secret_survives(shape: str, secret: str) -> None:
    """Wherever in a URL a token stands, it is not in what the box is told."""
    entries = (
        ("remote.origin.url", shape.format(secret)),
        ("remote.origin.pushurl", f"https://{secret}@h.example/o/r"),
        ("remote.origin.proxy", f"http://{secret}@proxy.example"),
        ("http.extraheader", f"Authorization: {secret}"),
    )

    assert secret not in remote_config(remotes(Settings(entries)))


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_name_and_url_give_a_line_of_config_each(name: str, url: str) -> None:
    """No text leaves its line or its quotes."""
    entries = ((f"remote.{name}.url", url),)

    for line in remote_config(remotes(Settings(entries))).splitlines():
        assert line.isascii()
        assert line.isprintable() or line.startswith("\t")
        assert line.count('"') in (0, 2)


@pytest.mark.parametrize(
    ("rule", "url", "shown"),
    [
        ("https://t0ken@github.com/", "gh:org/repo", "https://github.com/org/repo"),
        ("/srv/mirror/", "https://github.com/org/repo", None),
    ],
)
def test_a_rewritten_url_is_the_one_that_git_would_use(
    rule: str, url: str, shown: str | None
) -> None:
    """If that is a path of the host, the written one stays."""
    old = "gh:" if url.startswith("gh:") else "https://github.com/"
    settings = Settings(
        (
            ("remote.origin.url", url),
            ("url.https://wrong.example/.insteadof", old[:-1]),
            (f"url.{rule}.insteadof", old),
        )
    )

    assert remotes(settings) == (Remote("origin", shown or url),)


def test_the_agents_git_names_them_and_cannot_push(tmp_path: Path) -> None:
    """`git remote -v` shows names; a push is refused in words that name the page."""
    repo = new_repository(tmp_path / "repo")
    for words in (
        ("remote", "add", "origin", "https://ann:s3cret@h.example/o/r.git"),
        ("remote", "add", "disk", str(tmp_path / "elsewhere")),
        ("remote", "set-url", "--push", "origin", "https://t0ken@h.example/o/r.git"),
        ("config", "http.https://h.example/.extraheader", "Authorization: t0ken"),
        ("config", "credential.helper", "store --file=/home/ann/t0ken"),
    ):
        sh_git(repo, *words)
    task = task_with_worktree(repo)

    assert agent_git(task, "remote", "get-url", "origin") == "https://h.example/o/r.git"
    assert agent_git(task, "remote").split() == ["disk", "origin"]
    listing = agent_git(task, "remote", "-v") + agent_git(task, "config", "--list")
    for secret in ("s3cret", "t0ken", str(tmp_path / "elsewhere")):
        assert secret not in listing
    for push in ("push", "push origin HEAD", "push disk --all"):
        with pytest.raises(AssertionError, match="says why nothing can be pushed"):
            agent_git(task, *push.split())


def test_remotes_beyond_the_limit_and_of_odd_names_are_left_out() -> None:
    """A name goes into a quoted line of a file, so only plain ones do."""
    names = ['a"b', "a\nb", "..", "a/../b", *(f"r{n}" for n in range(150))]
    entries = tuple((f"remote.{name}.url", "https://h/r") for name in names)

    listed = remotes(Settings(entries))

    assert len(listed) == remotes_module.LIMIT
    assert listed[0].name == "r0"
