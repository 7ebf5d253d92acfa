"""A repository whose `swarm.toml` names services, and clients of them in few lines."""

import subprocess
from pathlib import Path

from swarm.adapters.docker import DockerImages
from swarm.adapters.git.repository import Repository
from swarm.engine.egress import repository_project
from swarm.engine.host import images
from tests.engine.keeper_harness import KeeperHarness

POSTGRES = '[service-container.db]\nrecipe = "postgres"\n'
REDIS = '[service-container.cache]\nrecipe = "redis"\n'

CLIENT = '''
import socket, struct, sys


def redis(*words, port=6379):
    """One command; the answer's first line."""
    wire = socket.create_connection(("localhost", port), 5)
    parts = [b"$%d\\r\\n%s\\r\\n" % (len(w), w) for w in map(str.encode, words)]
    wire.sendall(b"*%d\\r\\n" % len(parts) + b"".join(parts))
    lines = wire.recv(65536).decode().split("\\r\\n")
    return lines[1] if lines[0].startswith("$") and lines[0] != "$-1" else lines[0]


def postgres(query, user="postgres", database="postgres", port=5432):
    """The values of a query's rows; an error is raised."""
    wire = socket.create_connection(("localhost", port), 5)
    file = wire.makefile("rb")
    body = b"user\\0%s\\0database\\0%s\\0\\0" % (user.encode(), database.encode())
    wire.sendall(struct.pack(">II", len(body) + 8, 196608) + body)
    rows = []

    def until_ready():
        while True:
            kind = file.read(1)
            (size,) = struct.unpack(">I", file.read(4))
            data = file.read(size - 4)
            if kind == b"E":
                raise SystemExit(data.replace(b"\\0", b" ").decode())
            if kind == b"D":
                (length,) = struct.unpack(">i", data[2:6])
                rows.append(data[6 : 6 + length].decode())
            if kind == b"Z":
                return

    until_ready()
    text = query.encode() + b"\\0"
    wire.sendall(b"Q" + struct.pack(">I", len(text) + 4) + text)
    until_ready()
    return rows
'''
"""Run by the sandbox's own Python: its image has no client."""


def agree(harness: KeeperHarness, repo: Path, text: str) -> None:
    """Commit a `swarm.toml` and the clients, and agree to it as a human does."""
    (repo / "swarm.toml").write_text(text)
    (repo / "client.py").write_text(CLIENT)
    subprocess.run(["git", "-C", str(repo), "add", "-A"], check=True)
    subprocess.run(["git", "-C", str(repo), "commit", "-qm", "services"], check=True)
    repository = Repository.open(repo, harness.paths.home)
    found = repository_project.read(harness.paths, repository, repository.head)
    repository_project.agree(harness.paths, repository.root, found.digest)


def python(lines: str) -> str:
    """A task's command: Python with the clients, then it waits."""
    script = f"from client import *\n{lines}"
    return f"python3 - <<'END' && touch done; sleep 600\n{script}\nEND"


def build_images(*names: str) -> None:
    """Have the images of these services, as a launch would make them."""
    for name in names:
        images.build(DockerImages(), f"services/{name}", lambda _line: None)
