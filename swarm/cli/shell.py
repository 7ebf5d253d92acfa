"""`swarm init` and `swarm completion`: what makes swarm at home on a machine."""

import os
from argparse import ArgumentParser, Namespace
from pathlib import Path

import shtab

from swarm.cli import exits, say
from swarm.cli.parser import whole
from swarm.config import load

SHELLS = {
    "bash": 'eval "$(swarm completion bash)"      # in ~/.bashrc',
    "zsh": "swarm completion zsh > ~/.zfunc/_swarm   # a folder of your $fpath",
    "tcsh": "swarm completion tcsh > ~/.swarm.tcsh    # and source it in ~/.tcshrc",
}


def init_arguments(_parser: ArgumentParser) -> None:
    """None."""


def completion_arguments(parser: ArgumentParser) -> None:
    """The shell's name."""
    parser.add_argument("shell", choices=sorted(SHELLS))


def init(_args: Namespace) -> int:
    """Writes the user's config file, every line a comment, where there is none."""
    file = load.user_file()
    if file.exists():
        load.load(file)
        say.out(f"{file} exists and is in order; it was not touched")
    else:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(commented(load.DEFAULTS.read_text(encoding="utf-8")))
        say.out(f"wrote {file}: every key with its default, as comments")
    shell = Path(os.environ.get("SHELL", "bash")).name
    say.out("")
    say.out("completion:   " + SHELLS.get(shell, SHELLS["bash"]))
    say.out("this machine: swarm doctor")
    say.out("a first look: swarm demo")
    return exits.DONE


def commented(text: str) -> str:
    """A TOML text whose settings are comments; tables too, so that it says nothing."""
    return "".join(
        f"# {line}" if line.strip() and not line.startswith("#") else line
        for line in text.splitlines(keepends=True)
    )


def completion(args: Namespace) -> int:
    """The script on standard output."""
    say.out(shtab.complete(whole(), args.shell))
    return exits.DONE
