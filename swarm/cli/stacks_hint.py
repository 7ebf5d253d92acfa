"""What `swarm new` says of stacks that a checkout asks for, and the image has not."""

from pathlib import Path

from swarm.cli import output
from swarm.config import devcontainer, human_file, load
from swarm.config.devcontainer import Devcontainer
from swarm.config.jsonc import MOST_BYTES
from swarm.errors import ConfigError
from swarm.model.project import FILE
from swarm.model.safe_text import safe_line
from swarm.model.toolchain import STACKS, found_by
from swarm.model.wishes import NewTasks

MOST_LEFT_OUT = 5
"""Keys of a `devcontainer.json` that are named; of more, their number."""


def note(repo: Path, wish: NewTasks) -> None:
    """Say it, if the task is to have no stack at all."""
    if wish.stacks is not None:
        return
    sandbox = load.load(load.user_file()).sandbox
    if not sandbox.toolchain(packages=wish.packages):
        for sentence in sentences(repo):
            output.note(sentence)


def sentences(repo: Path) -> list[str]:
    """Which stacks the checkout tells of, and what its devcontainer asks for.

    The files are an agent's words as much as a human's: none of them is obeyed here.
    Nothing for a project whose `swarm.toml` may name its stacks.
    """
    if human_file.is_there(repo / FILE):
        return []
    found: dict[str, str] = {}
    path, asked = "", Devcontainer()
    hints = []
    try:
        found = found_by(each.name for each in repo.iterdir())
        path, asked = _devcontainer(repo)
    except ConfigError as error:
        hints.append(f"it asks for nothing here: {safe_line(error.message, 200)}")
    except OSError as error:
        file = safe_line(str(error.filename), 120)
        hints.append(f"{file} cannot be read: {safe_line(str(error.strerror), 120)}")
    found |= {stack: path for stack in asked.stacks if stack not in found}
    if found or asked.packages:
        hints.insert(0, _offer(found, asked.packages))
    if asked.left_out:
        hints.append(_left_out(path, asked.left_out))
    return hints


def _devcontainer(repo: Path) -> tuple[str, Devcontainer]:
    """Its path and what it asks for; nothing if there is none. ConfigError, OSError."""
    for path in devcontainer.FILES:
        if human_file.is_there(repo / path):
            content = human_file.read(repo / path, MOST_BYTES)
            return path, devcontainer.read(content, path)
    return "", Devcontainer()


def _offer(found: dict[str, str], packages: tuple[str, ...]) -> str:
    files = ", ".join(f"{STACKS[name].title} ({file})" for name, file in found.items())
    options = [f"--stack {','.join(found)}"] if found else []
    options += [f"--package {','.join(packages)}"] if packages else []
    return (
        f"no stack is in the image; the project looks like {files or 'one with more'}: "
        f"`{' '.join(options)}`, or `[sandbox] stacks` in the config"
    )


def _left_out(path: str, keys: tuple[str, ...]) -> str:
    named = [safe_line(key, 250) for key in keys[:MOST_LEFT_OUT]]
    if more := len(keys) - len(named):
        named.append(f"and {more} more")
    return (
        f"a box takes no part of {path} by itself; it could not take {'; '.join(named)}"
    )
