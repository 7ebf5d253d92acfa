"""A repository in which the user's own git has a say in every file that lands."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.adapters.git.filter_programs import (
    add_rule,
    program,
    use_cipher,
    use_pointers,
)
from tests.adapters.git.git_helpers import sh_git
from tests.engine.keeper_harness import new_sample_repository

PRE_COMMIT = "exit 1"
COMMIT_MSG = 'printf "\\nChecked: by-the-hook\\n" >> "$1"'
AGENT = r"""
set -e
printf 'raw \001\002 bytes' > data.bin
printf 'very secret' > token.key
printf '#!/bin/sh\r\necho hi\r\n' > run.sh
printf 'gr\303\274\303\237e\n' > notes.txt
git describe --tags > version.txt
mkdir -p sub && printf 'mine\n' > sub/edit.txt
"""
"""What the agent does: a file for each rule, and an edit inside the submodule."""
IN_THE_WAY = AGENT + "printf '' > .gitignore; mkdir .env; printf 'x' > .env/readme"
"""The same, and a directory where the user has an ignored file."""


@dataclass(frozen=True, slots=True)
class LandingRepository:
    """The user's checkout, and what verifies their signature."""

    root: Path
    signers: Path

    def git(self, *words: str, check: bool = True) -> str:
        """Git as the user calls it, with their filters."""
        return sh_git(self.root, *words, check=check)

    def blob(self, path: str) -> bytes:
        """The bytes that `main` stores."""
        words = ["git", "-C", str(self.root), "cat-file", "blob", f"main:{path}"]
        return subprocess.run(words, capture_output=True, check=True).stdout

    def is_signed(self) -> bool:
        """True if the user's key signed the newest commit of `main`."""
        words = ("-c", f"gpg.ssh.allowedSignersFile={self.signers}")
        done = subprocess.run(
            ["git", "-C", str(self.root), *words, "verify-commit", "main"],
            capture_output=True,
            check=False,
        )
        return done.returncode == 0


def new_landing_repository(folder: Path) -> LandingRepository:
    """Filters, line ends, an encoding, ssh signing, hooks, a submodule, a tag.

    It is a partial clone: what only its history holds lies elsewhere.
    """
    root = partial_clone(new_sample_repository(folder / "upstream"), folder / "acme")
    library = new_sample_repository(folder / "library")
    allow = ("-c", "protocol.file.allow=always")
    sh_git(root, *allow, "submodule", "--quiet", "add", str(library), "sub")
    use_pointers(root)
    use_cipher(root)
    add_rule(root, "*.sh text eol=lf")
    add_rule(root, "notes.txt text working-tree-encoding=UTF-16LE")
    (root / ".gitignore").write_text(".env\n")
    (root / "notes.txt").write_bytes("old\n".encode("utf-16-le"))
    sh_git(root, "add", "-A")
    sh_git(root, "commit", "-qm", "rules")
    sh_git(root, "tag", "v1.2.0")
    (root / ".env").write_text("PASSWORD=hunter2\n")
    program(root / ".git" / "hooks", "pre-commit", PRE_COMMIT)
    program(root / ".git" / "hooks", "commit-msg", COMMIT_MSG)
    return LandingRepository(root, sign_with_ssh(root, folder))


def partial_clone(upstream: Path, root: Path) -> Path:
    """A clone without the old version of a file, and without a way to fetch it."""
    sh_git(upstream, "config", "uploadpack.allowFilter", "true")
    (upstream / "README.md").write_text("# sample, second edition\n")
    sh_git(upstream, "commit", "-qam", "second")
    words = ("clone", "-q", "--filter=blob:none", f"file://{upstream}", str(root))
    sh_git(upstream.parent, *words)
    for name in ("user.name", "user.email"):
        sh_git(root, "config", name, sh_git(upstream, "config", name))
    upstream.rename(upstream.with_name("upstream-is-away"))
    assert "?" in sh_git(root, "rev-list", "--objects", "--missing=print", "HEAD")
    return root


def sign_with_ssh(root: Path, folder: Path) -> Path:
    """Have the repository sign; returns the file of allowed signers."""
    key = folder / "key"
    generator = shutil.which("ssh-keygen") or "ssh-keygen"
    words = [generator, "-q", "-t", "ed25519", "-N", "", "-f", str(key)]
    subprocess.run(words, check=True, env={**os.environ})
    for name, value in (
        ("gpg.format", "ssh"),
        ("user.signingkey", str(key)),
        ("commit.gpgsign", "true"),
    ):
        sh_git(root, "config", name, value)
    signers = folder / "signers"
    signers.write_text(f"human@example.invalid {key.with_suffix('.pub').read_text()}")
    return signers
