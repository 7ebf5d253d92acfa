"""`swarm completion`: the completion script of a shell."""

from argparse import ArgumentParser, Namespace

import shtab

from swarm.cli import exit_codes, output
from swarm.cli.parser import whole

SHELLS = {
    "bash": 'eval "$(swarm completion bash)"      # in ~/.bashrc',
    "zsh": "swarm completion zsh > ~/.zfunc/_swarm   # a folder of your $fpath",
    "fish": "swarm completion fish > ~/.config/fish/completions/swarm.fish",
    "powershell": "swarm completion powershell | Out-String | Invoke-Expression"
    "   # in $PROFILE",
    "tcsh": "swarm completion tcsh > ~/.swarm.tcsh    # and source it in ~/.tcshrc",
}


def completion_arguments(parser: ArgumentParser) -> None:
    """The shell's name."""
    parser.add_argument("shell", choices=sorted(SHELLS))


def completion(args: Namespace) -> int:
    """The script on standard output."""
    output.out(shtab.complete(whole(), args.shell))
    return exit_codes.DONE
