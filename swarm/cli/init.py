"""`swarm init`: writes a config file to edit."""

import os
from argparse import Namespace
from pathlib import Path

from swarm.cli import exit_codes, output
from swarm.cli.completion import SHELLS
from swarm.config import load


def init(_args: Namespace) -> int:
    """Write the user's config file, every setting a comment, if there is none."""
    file = load.user_file()
    if file.exists():
        load.load(file)
        output.out(f"{file} exists and is valid; it was not touched")
    else:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(comment_out(load.DEFAULTS.read_text(encoding="utf-8")))
        output.out(f"wrote {file}: every key with its default, as comments")
    shell = Path(os.environ.get("SHELL", "bash")).name
    output.out("")
    output.out("completion:   " + SHELLS.get(shell, SHELLS["bash"]))
    output.out("this machine: swarm doctor")
    output.out("a first look: swarm demo")
    return exit_codes.DONE


def comment_out(text: str) -> str:
    """The TOML text with every line a comment; the headers of tables too."""
    return "".join(
        f"# {line}" if line.strip() and not line.startswith("#") else line
        for line in text.splitlines(keepends=True)
    )
