"""Reads the texts of one folder of a repository at a commit, within bounds."""

from swarm.adapters.git import tree_at
from swarm.adapters.git.repo import Git
from swarm.errors import ConfigError


def texts_at(
    git: Git, commit: str, folder: str, most_files: int, most_bytes: int
) -> dict[str, str]:
    """Path below the folder to text; empty without the folder.

    ConfigError for a link, for what is no UTF-8, and for more than is taken: nothing of
    a larger one is read. SwarmError if git cannot read the commit. Blocks for two git
    processes.
    """
    entries = tree_at.below(git, commit, folder)
    for path, entry in entries.items():
        if not entry.is_file:
            raise ConfigError(f"{path} is a link, or another repository")
    size = sum(entry.size for entry in entries.values())
    if len(entries) > most_files or size > most_bytes:
        raise ConfigError(
            f"{folder} is too much: at most {most_files} files of "
            f"{most_bytes >> 20} MiB in all"
        )
    texts: dict[str, str] = {}
    for path, content in tree_at.contents(git, entries).items():
        try:
            texts[path.removeprefix(f"{folder}/")] = content.decode()
        except UnicodeDecodeError as error:
            raise ConfigError(f"{path} cannot be read: {error}") from error
    return texts
