"""Reads the texts of one folder of a repository at a commit, within bounds."""

import os

from swarm.adapters.git.process import Bounds
from swarm.adapters.git.repo import RAW, Git
from swarm.errors import ConfigError

_FILE = b"100"
"""How the mode of a regular file begins; a link's and a submodule's do not."""


def texts_at(
    git: Git, commit: str, folder: str, most_files: int, most_bytes: int
) -> dict[str, str]:
    """Path below the folder to text; empty without the folder.

    ConfigError for a link, for what is no UTF-8, and for more than is taken: nothing of
    a larger one is read. SwarmError if git cannot read the commit. Blocks for two git
    processes.
    """
    words = ("-r", "-l", "-z", "--full-tree", commit, "--", f"{folder}/")
    listing: bytes = git.ls_tree(*words, **RAW)
    oids: dict[str, bytes] = {}
    size = 0
    for line in listing.split(b"\0")[:-1]:
        facts, _, name = line.partition(b"\t")
        mode, _kind, oid, length = facts.split()
        path = os.fsdecode(name).removeprefix(f"{folder}/")
        if not mode.startswith(_FILE):
            raise ConfigError(f"{folder}/{path} is a link, or another repository")
        oids[path] = oid
        size += int(length)
    if len(oids) > most_files or size > most_bytes:
        raise ConfigError(
            f"{folder} is too much: at most {most_files} files of "
            f"{most_bytes >> 20} MiB in all"
        )
    return _texts(git.within(Bounds(output=size + 200 * len(oids))), oids, folder)


def _texts(git: Git, oids: dict[str, bytes], folder: str) -> dict[str, str]:
    if not oids:
        return {}
    stdin = b"".join(oid + b"\n" for oid in oids.values())
    rest: bytes = git.cat_file("--batch", istream=stdin, **RAW)
    texts: dict[str, str] = {}
    for path in oids:
        head, _, rest = rest.partition(b"\n")
        length = int(head.split()[2])
        content, rest = rest[:length], rest[length + 1 :]
        try:
            texts[path] = content.decode()
        except UnicodeDecodeError as error:
            raise ConfigError(f"{folder}/{path} cannot be read: {error}") from error
    return texts
