"""Filters as users have them: one that keeps pointers, one that encrypts."""

import sys
from pathlib import Path

from tests.adapters.git.git_helpers import sh_git

POINTERS = f"""#!{sys.executable}
# Keeps content in the repository and hands out pointers, as LFS does.
import hashlib, os, sys
store = os.path.join(os.environ.get("GIT_DIR", ".git"), "pointers")
content = sys.stdin.buffer.read()
is_pointer = content.startswith(b"pointer ")
if sys.argv[1] == "clean" and content and not is_pointer:
    name = hashlib.sha256(content).hexdigest()
    os.makedirs(store, exist_ok=True)
    with open(os.path.join(store, name), "wb") as file:
        file.write(content)
    content = b"pointer %s\\n" % name.encode()
elif sys.argv[1] == "smudge" and is_pointer:
    path = os.path.join(store, content.split()[1].decode())
    if os.path.exists(path):
        with open(path, "rb") as file:
            content = file.read()
sys.stdout.buffer.write(content)
"""

CIPHER = f"""#!{sys.executable}
# Encrypts in one process for all files, by git's long-running protocol.
import sys
def lines():
    while True:
        size = int(sys.stdin.buffer.read(4) or b"0000", 16)
        if not size:
            return
        yield sys.stdin.buffer.read(size - 4)
def say(*texts):
    for text in texts:
        sys.stdout.buffer.write(b"%04x" % (len(text) + 4) + text)
    sys.stdout.buffer.write(b"0000")
    sys.stdout.buffer.flush()
def turn(content):
    return content.translate(table)
table = bytes(byte ^ 0x55 for byte in range(256))
list(lines())
say(b"git-filter-server\\n", b"version=2\\n")
list(lines())
say(b"capability=clean\\n", b"capability=smudge\\n")
with open(sys.argv[1], "a") as log:
    log.write("start\\n")
while True:
    head = dict(line.rstrip(b"\\n").split(b"=", 1) for line in lines())
    if not head:
        break
    content = b"".join(lines())
    if head[b"pathname"].endswith(b".refused"):
        say(b"status=error\\n")
        continue
    if head[b"command"] == b"clean" and not content.startswith(b"cipher "):
        content = b"cipher " + turn(content)
    elif head[b"command"] == b"smudge" and content.startswith(b"cipher "):
        content = turn(content[7:])
    say(b"status=success\\n")
    say(*(content[n : n + 65516] for n in range(0, len(content), 65516)))
    say()
"""


def program(directory: Path, name: str, text: str) -> Path:
    """A program with this text; a shell script if it names no interpreter."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / name
    path.write_text(text if text.startswith("#!") else f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def use_pointers(repo: Path, pattern: str = "*.bin") -> None:
    """Keep these files as pointers; the filter is required, as LFS is."""
    keeper = program(repo.parent / "programs", "pointers", POINTERS)
    for kind in ("clean", "smudge"):
        sh_git(repo, "config", f"filter.pointers.{kind}", f"{keeper} {kind}")
    sh_git(repo, "config", "filter.pointers.required", "true")
    add_rule(repo, f"{pattern} filter=pointers -text")


def use_cipher(repo: Path, pattern: str = "*.key") -> Path:
    """Encrypt these files; the log has one line for each start of the program."""
    cipher = program(repo.parent / "programs", "cipher", CIPHER)
    log = repo.parent / "cipher.log"
    sh_git(repo, "config", "filter.cipher.process", f"{cipher} {log}")
    sh_git(repo, "config", "filter.cipher.required", "true")
    add_rule(repo, f"{pattern} filter=cipher -text")
    return log


def add_rule(repo: Path, line: str) -> None:
    """Add a line to the repository's `.gitattributes`; the caller commits."""
    file = repo / ".gitattributes"
    before = file.read_text() if file.exists() else ""
    file.write_text(f"{before}{line}\n")
