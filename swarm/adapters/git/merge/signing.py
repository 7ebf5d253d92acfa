"""Signs the commits of a landing by the user's own program, as their git would."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from swarm.adapters.git.merge import drivers
from swarm.adapters.git.merge.options import LandingOptions
from swarm.adapters.git.merge.owner import owners_git
from swarm.adapters.git.process import Bounds, environment
from swarm.adapters.git.repo import RAW, Git, GitFailed
from swarm.adapters.git.task_git import TaskGit
from swarm.errors import Refused, ToolError
from swarm.model.landing import LandingItem, Subject, Verdict
from swarm.model.safe_text import safe_line

_PROGRAMS = {"openpgp": "gpg", "x509": "gpgsm", "ssh": "ssh-keygen"}
_WORDS = {"openpgp": "OpenPGP", "x509": "X.509", "ssh": "ssh"}
_MEMORY = 1 << 30
_SIGNATURE = re.compile(rb"^gpgsig(-sha256)? \S", re.MULTILINE)
_LITERAL_KEY = ("key::", "ssh-", "ecdsa-", "sk-")


@dataclass(frozen=True, slots=True)
class Signer:
    """The user's way of signing, as their settings have it."""

    format: str
    """`openpgp`, `x509` or `ssh`; anything else git refuses."""
    program: str
    key: str
    """`user.signingKey`; empty if git finds the key by other means."""
    key_command: str = ""
    """`gpg.ssh.defaultKeyCommand`, which counts only without a key."""

    @property
    def shown(self) -> str:
        """The program, for a sentence."""
        return f"`{safe_line(self.program, 120)}`"

    @property
    def shown_key(self) -> str:
        """The key in few words."""
        if self.key:
            return f"{_WORDS.get(self.format, self.format)} key {_short(self.key)}"
        if self.format == "ssh":
            return f"the ssh key that `{safe_line(self.key_command, 160)}` names"
        return f"your default {_WORDS.get(self.format, self.format)} key"

    def settings(self) -> tuple[str, ...]:
        """The settings that undo what swarm sets for every other call of git."""
        if self.format != "openpgp":
            return ()
        return (f"gpg.program={self.program}", f"gpg.openpgp.program={self.program}")


def signer(task: TaskGit) -> Signer | None:
    """The user's signer; None if `commit.gpgSign` is not set."""
    git = Git(task.repo.common_git_dir(personal=True)).accepting(1)
    if str(git.config("--type=bool", "--get", "commit.gpgSign")) != "true":
        return None
    settings = task.repo.settings
    kind = settings.last("gpg.format") or "openpgp"
    keys = {f"gpg.{kind}.program", *(("gpg.program",) if kind == "openpgp" else ())}
    programs = [value for key, value in settings.entries if key in keys and value]
    return Signer(
        format=kind,
        program=programs[-1] if programs else _PROGRAMS.get(kind, kind),
        key=settings.last("user.signingkey"),
        key_command=settings.last("gpg.ssh.defaultkeycommand") if kind == "ssh" else "",
    )


def items(task: TaskGit, tree: str) -> tuple[LandingItem, ...]:
    """How the commit will be signed, or why it cannot be; nothing if it is not.

    No program is run, so a key that is locked shows at the merge only.
    """
    found = signer(task)
    if not found:
        return ()
    refused = (*_drivers(task, found, tree), *_missing(task, found))
    if refused:
        return refused[:1]
    sentence = f"the commit is signed with {found.shown_key} by {found.shown}"
    return (LandingItem(Subject.SIGNING, Verdict.DONE, found.format, sentence),)


def commit_tree(
    task: TaskGit,
    found: Signer,
    words: tuple[str, ...],
    message: bytes,
    variables: dict[str, str],
    options: LandingOptions,
) -> str:
    """Write a signed commit into the review directory; its id.

    `words` are the tree, and `-p` before each parent.
    Refused, naming the program in git's words, if it fails, gives no signature or takes
    longer than `sign_seconds`. It has no terminal, so it can ask for no passphrase.
    """
    for item in (*_drivers(task, found, words[0]), *_missing(task, found)):
        raise Refused(item.sentence, hint=item.hint)
    limits = Bounds(seconds=options.sign_seconds, output=4096, memory=_MEMORY)
    with owners_git(task) as owners:
        owners.lend(word for word in words if word != "-p")
        git = owners.git.within(limits)(c=found.settings())
        try:
            stdin = ("-F", "-")
            commit: str = git.commit_tree(
                "-S", *words, *stdin, istream=message, env=variables
            )
        except GitFailed as error:
            raise _failed(found, f"did not sign the commit: {error.stderr}") from error
        except ToolError as error:
            waits = "it may wait for a passphrase, and has no terminal here"
            raise _failed(
                found, f"gave no signature ({error.message}); {waits}"
            ) from error
        owners.bring((commit,))
    content: bytes = task.review.git.cat_file("commit", commit, **RAW)
    if not _SIGNATURE.search(content.partition(b"\n\n")[0]):
        raise _failed(found, "ended well and gave no signature")
    return commit


def _failed(found: Signer, what: str) -> Refused:
    return Refused(
        f"nothing has landed: the signing program {found.shown} {what}",
        hint="unlock the key, and see that `git commit -S` works in a terminal; "
        "`merge.sign_seconds` is how long it may take",
    )


def _drivers(task: TaskGit, found: Signer, tree: str) -> Iterator[LandingItem]:
    """Refusals of programs that the branch could bring along."""
    programs = {f"gpg.{found.format}.program": found.program}
    if not found.key:
        programs["gpg.ssh.defaultKeyCommand"] = found.key_command
    for key, command in programs.items():
        if command and drivers.lies_in_tree(task, command, tree):
            yield drivers.refusal(key, command)


def _missing(task: TaskGit, found: Signer) -> Iterator[LandingItem]:
    """Refusals of what can be seen to be missing, before anything is run."""
    git_dir = task.repo.common_git_dir(personal=True)
    if found.format not in _PROGRAMS:
        yield _refused(
            f"git's setting gpg.format is {safe_line(found.format, 60)}, which git "
            "does not know"
        )
    elif not shutil.which(found.program, path=environment(git_dir, {})["PATH"]):
        yield _refused(f"the signing program {found.shown} is not there")
    elif found.format == "ssh" and not found.key and not found.key_command:
        yield _refused(
            "commits are to be signed by ssh, and neither user.signingKey nor "
            "gpg.ssh.defaultKeyCommand is set"
        )
    elif found.format == "ssh" and found.key and not _key_is_there(task, found.key):
        yield _refused(f"the signing key {_short(found.key)} is not there")


def _key_is_there(task: TaskGit, key: str) -> bool:
    if key.startswith(_LITERAL_KEY):
        return True
    path = Path(key.replace("~", str(task.repo.owner_home), 1))
    return path.exists() if path.is_absolute() and key[:1] in "/~" else True


def _refused(sentence: str) -> LandingItem:
    return LandingItem(
        Subject.SIGNING,
        Verdict.REFUSED,
        "program",
        f"{sentence}; commit.gpgSign is set, so nothing lands unsigned",
        hint="see that `git commit -S` works in your terminal",
    )


def _short(key: str) -> str:
    if not key.startswith(_LITERAL_KEY):
        return safe_line(key, 120)
    words = key.removeprefix("key::").split()
    return safe_line(f"{words[0]} …{words[1][-12:]}" if len(words) > 1 else key, 60)
