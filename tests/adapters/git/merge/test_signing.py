"""A landing is signed as the user's own commits are, or nothing lands.

Ssh and OpenPGP by the real programs; X.509 by `SIGNER`, a stand-in that speaks as
`gpgsm` does, since a certificate would need an authority.
"""

import contextlib
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from swarm.adapters.git import quarantine
from swarm.adapters.git.merge import apply, prepare, signing
from swarm.adapters.git.merge.options import LandingOptions
from swarm.adapters.git.snapshot import take
from swarm.adapters.git.task_git import TaskGit
from swarm.errors import Refused
from swarm.model.landing import Subject, Verdict
from swarm.model.review import BranchStrategy, MergeOrder
from tests.adapters.git.filter_programs import program
from tests.adapters.git.git_helpers import (
    agent_commit,
    reopened,
    sender_output,
    sh_git,
    task_with_worktree,
)

SIGNER = """cat > /dev/null
echo '[GNUPG:] SIG_CREATED D 1 8 00 1 FAKE' >&2
echo '-----BEGIN SIGNED MESSAGE-----'
echo '-----END SIGNED MESSAGE-----'"""


def use_ssh_key(repo: Path, **settings: str) -> Path:
    """Sign by ssh, with a key that git can verify."""
    key = repo.parent / "keys" / "id"
    key.parent.mkdir()
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True
    )
    allowed = key.with_name("allowed")
    allowed.write_text(f"ann@example.org {key.with_suffix('.pub').read_text()}")
    sign_with(repo, "ssh", user_signingKey=str(key), **settings)
    sh_git(repo, "config", "gpg.ssh.allowedSignersFile", str(allowed))
    return key


def sign_with(repo: Path, kind: str, **settings: str) -> None:
    sh_git(repo, "config", "commit.gpgSign", "true")
    sh_git(repo, "config", "gpg.format", kind)
    for key, value in settings.items():
        sh_git(repo, "config", key.replace("_", "."), value)


def task_with_work(repo: Path) -> TaskGit:
    task = task_with_worktree(repo)
    (task.worktree / "new").write_text("x\n")
    return task


def ordered(
    task: TaskGit, strategy: BranchStrategy = "squash", head: str = ""
) -> MergeOrder:
    tree = take.take(task).tree
    return MergeOrder("main", strategy, tree, "Do it", "claude", head)


def land(task: TaskGit, options: LandingOptions | None = None) -> str:
    """The new commit of `main`, in the user's repository."""
    prepared = prepare.prepare(task, ordered(task), options=options)
    apply.apply(task, prepared)
    return prepared.new


def refused(task: TaskGit, seconds: float = 20.0) -> str:
    """The sentence by which a landing is refused; nothing has changed."""
    with pytest.raises(Refused) as error:
        land(task, LandingOptions(sign_seconds=seconds))
    assert sh_git(task.repo.root, "rev-parse", "main") == task.base
    assert sh_git(task.repo.root, "status", "--porcelain") == ""
    return error.value.message


def test_an_ssh_signature_is_verified_by_git(repo: Path) -> None:
    """The list names the key and the program."""
    key = use_ssh_key(repo)
    task = task_with_work(repo)

    [item] = signing.items(task, task.base)
    new = land(task)

    sh_git(repo, "verify-commit", new)
    assert (item.subject, item.verdict, item.name) == (
        Subject.SIGNING,
        Verdict.DONE,
        "ssh",
    )
    assert f"ssh key {key} by `ssh-keygen`" in item.sentence


def literal(key: Path) -> str:
    return "key::" + key.with_suffix(".pub").read_text().strip()


def public_file(key: Path) -> str:
    return str(key.with_suffix(".pub"))


@pytest.fixture
def agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A real ssh-agent; its socket is in the environment, as a keeper's."""
    # A socket's path may be 107 bytes long.
    directory = Path(tempfile.mkdtemp(prefix="a", dir="/tmp"))
    socket = directory / "s"
    running = subprocess.Popen(
        ["ssh-agent", "-D", "-a", str(socket)], stdout=subprocess.PIPE
    )
    assert running.stdout
    running.stdout.readline()
    monkeypatch.setenv("SSH_AUTH_SOCK", str(socket))
    yield socket
    running.terminate()
    running.wait()
    running.stdout.close()
    shutil.rmtree(directory)


@pytest.mark.parametrize("name", [literal, public_file])
def test_the_users_ssh_agent_signs(
    repo: Path, agent: Path, name: Callable[[Path], str]
) -> None:
    """The private key lies nowhere that git is told of."""
    key = use_ssh_key(repo)
    subprocess.run(["ssh-add", "-q", str(key)], check=True)
    key.unlink()
    sh_git(repo, "config", "user.signingKey", name(key))
    task = task_with_work(repo)

    assert len(signing.items(task, task.base)[0].sentence) < 150
    sh_git(repo, "verify-commit", land(task))


def test_a_command_names_the_key(repo: Path) -> None:
    """`gpg.ssh.defaultKeyCommand`, where no key is set."""
    key = use_ssh_key(repo)
    public = key.with_suffix(".pub")
    command = program(repo.parent / "programs", "key", f"echo key::$(cat {public})")
    sh_git(repo, "config", "--unset", "user.signingKey")
    sh_git(repo, "config", "gpg.ssh.defaultKeyCommand", str(command))
    task = task_with_work(repo)

    [item] = signing.items(task, task.base)

    assert str(command) in item.sentence
    # Git asks the agent for the private half of such a key; there is none.
    assert "`ssh-keygen` did not sign" in refused(task)


@pytest.fixture
def gnupg(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], None]]:
    """Makes a key in a GnuPG home of its own; takes the passphrase."""
    home = Path(tempfile.mkdtemp(prefix="g", dir="/tmp"))
    monkeypatch.setenv("GNUPGHOME", str(home))
    monkeypatch.delenv("DISPLAY", raising=False)

    def make(passphrase: str) -> None:
        words = ["--batch", "--pinentry-mode", "loopback", "--passphrase", passphrase]
        user = "Ann <ann@example.org>"
        command = ["gpg", "-q", *words, "--quick-gen-key", user, "ed25519", "sign"]
        subprocess.run(command, check=True, capture_output=True)
        subprocess.run(["gpgconf", "--kill", "gpg-agent"], check=True)

    yield make
    subprocess.run(["gpgconf", "--kill", "all"], check=True)
    while home.exists():
        # The agents take their sockets away as they end, maybe beside us.
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(home)


needs_gpg = pytest.mark.skipif(not shutil.which("gpg"), reason="there is no gpg")


@needs_gpg
def test_an_openpgp_signature_is_verified_by_git(
    repo: Path, gnupg: Callable[[str], None]
) -> None:
    """GNUPGHOME leads to the key; the committer's name finds it."""
    gnupg("")
    sign_with(repo, "openpgp")
    task = task_with_work(repo)

    [item] = signing.items(task, task.base)
    new = land(task)

    assert "your default OpenPGP key by `gpg`" in item.sentence
    sh_git(repo, "verify-commit", new)


@needs_gpg
def test_a_key_with_a_passphrase_lands_nothing(
    repo: Path, gnupg: Callable[[str], None]
) -> None:
    """There is no terminal to ask on."""
    gnupg("secret")
    sign_with(repo, "openpgp")

    sentence = refused(task_with_work(repo))

    assert "`gpg`" in sentence
    assert "failed to sign" in sentence or "no answer within" in sentence


def test_an_x509_signature_is_by_the_users_program(repo: Path) -> None:
    """As `gpgsm` would; git takes what says that it signed."""
    signer = program(repo.parent / "programs", "sm", SIGNER)
    sign_with(repo, "x509", gpg_x509_program=str(signer), user_signingKey="0xFAKE")
    task = task_with_work(repo)

    [item] = signing.items(task, task.base)
    new = land(task)

    assert f"X.509 key 0xFAKE by `{signer}`" in item.sentence
    assert "BEGIN SIGNED MESSAGE" in sh_git(repo, "cat-file", "commit", new)


@pytest.mark.parametrize("key", ["gpg.program", "gpg.openpgp.program"])
def test_the_last_program_that_is_set_counts(repo: Path, key: str) -> None:
    """For OpenPGP there are two names for one setting."""
    signer = program(repo.parent / "programs", "pgp", SIGNER)
    sh_git(repo, "config", "commit.gpgSign", "true")
    other = "gpg.program" if key != "gpg.program" else "gpg.openpgp.program"
    sh_git(repo, "config", other, "/nonexistent")
    sh_git(repo, "config", key, str(signer))

    new = land(task_with_work(repo))

    assert "gpgsig -----BEGIN SIGNED" in sh_git(repo, "cat-file", "commit", new)


BROKEN = {
    "fails": ("echo no card >&2; exit 2", "no card"),
    "hangs": ("sleep 60", "no answer within 1 seconds"),
    "gives nothing": ("cat > /dev/null", "failed reading ssh signing data"),
    "prints without end": ("cat /dev/zero", "signing program"),
    "leaves a child": ("sleep 60 & exit 1", "signing program"),
}


@pytest.mark.parametrize("how", BROKEN)
@pytest.mark.parametrize("kind", ["openpgp", "x509", "ssh"])
def test_a_signer_that_does_not_work_lands_nothing(
    repo: Path, how: str, kind: str
) -> None:
    """The sentence names the program, in git's own words."""
    script, words = BROKEN[how]
    signer = program(repo.parent / "programs", "signer", script)
    key = repo / ".git" / "config"
    sign_with(repo, kind, user_signingKey=str(key))
    sh_git(repo, "config", f"gpg.{kind}.program", str(signer))
    seconds = 20.0 if how == "prints without end" else 1.0

    sentence = refused(task_with_work(repo), seconds)

    assert str(signer) in sentence
    # Of these two, this git does not pass on what they say.
    assert words in sentence or "gpg failed to sign" in sentence


MISSING: list[dict[str, str]] = [
    {"gpg.format": "openpgp", "gpg.program": "/nonexistent/gpg"},
    {"gpg.format": "openpgp", "gpg.program": "no-such-program"},
    {"gpg.format": "ssh", "user.signingKey": "/nonexistent/key"},
    {"gpg.format": "ssh", "user.signingKey": "~/nonexistent"},
    {"gpg.format": "ssh"},
    {"gpg.format": "x509", "gpg.x509.program": "/nonexistent/sm"},
    {"gpg.format": "odd"},
]


@pytest.mark.parametrize("settings", MISSING)
def test_what_is_missing_stands_in_the_list_and_lands_nothing(
    repo: Path, settings: dict[str, str]
) -> None:
    """It is seen before anything is run."""
    sh_git(repo, "config", "commit.gpgSign", "yes")
    for key, value in settings.items():
        sh_git(repo, "config", key, value)
    task = task_with_work(repo)

    [item] = signing.items(task, task.base)

    assert item.verdict is Verdict.REFUSED
    assert refused(task) == item.sentence


@pytest.mark.parametrize("command", ["./sign", "bin/sign", "{repo}/sign"])
@pytest.mark.parametrize("kind", ["openpgp", "x509", "ssh"])
def test_a_signer_inside_the_repository_is_not_run(
    repo: Path, command: str, kind: str
) -> None:
    """The agent's work could bring its own."""
    sign_with(repo, kind, user_signingKey=str(repo / ".git" / "config"))
    sh_git(repo, "config", f"gpg.{kind}.program", command.format(repo=repo))
    task = task_with_work(repo)
    program(task.worktree, "sign", "touch /tmp/ran; exit 1")

    [item] = signing.items(task, take.take(task).tree)

    assert (item.subject, item.verdict) == (Subject.DRIVER, Verdict.REFUSED)
    assert "lies in the repository" in refused(task)


@pytest.mark.parametrize("value", ["false", "no", "0", ""])
def test_a_user_who_does_not_sign_gets_no_signature(repo: Path, value: str) -> None:
    """Nor an item."""
    sh_git(repo, "config", "commit.gpgSign", value)
    task = task_with_work(repo)

    assert signing.items(task, task.base) == ()
    assert "gpgsig" not in sh_git(repo, "cat-file", "commit", land(task))


def test_a_merge_signs_each_commit_that_swarm_makes(repo: Path) -> None:
    """The agent's own stay as they are."""
    use_ssh_key(repo)
    task = task_with_worktree(repo)
    (task.worktree / "one").write_text("1\n")
    agent_commit(task, "one")
    came = quarantine.receive(task, sender_output(task))
    (task.worktree / "two").write_text("2\n")
    prepared = prepare.prepare(task, ordered(task, "merge", came.head))

    apply.apply(task, prepared)

    sh_git(repo, "verify-commit", prepared.new)
    sh_git(repo, "verify-commit", f"{prepared.new}^2")
    assert "gpgsig" not in sh_git(repo, "cat-file", "commit", came.head)


def test_settings_of_the_home_count(repo: Path) -> None:
    """Most users sign by their global configuration."""
    use_ssh_key(repo)
    local = (repo / ".git" / "config").read_text()
    (Path.home() / ".gitconfig").write_text(
        local.partition("[user]")[2].join(["[user]", ""])
    )
    sh_git(repo, "config", "--unset", "commit.gpgSign")
    task = reopened(task_with_work(repo))

    sh_git(repo, "verify-commit", land(task))
