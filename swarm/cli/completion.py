"""`swarm completion`: prints the completion script of a shell."""

from argparse import ArgumentParser, Namespace

from swarm.cli import exit_codes, output
from swarm.cli.command import Commands
from swarm.cli.parser import whole_parser

SHELLS = {
    "bash": 'eval "$(swarm completion bash)"      # in ~/.bashrc',
    "zsh": "swarm completion zsh > ~/.zfunc/_swarm   # a folder of your $fpath",
    "fish": "swarm completion fish > ~/.config/fish/completions/swarm.fish",
    "powershell": "swarm completion powershell | Out-String | Invoke-Expression"
    "   # in $PROFILE",
    "tcsh": "swarm completion tcsh > ~/.swarm.tcsh    # and source it in ~/.tcshrc",
}
"""The line that switches completion on, by shell."""


def completion_arguments(parser: ArgumentParser) -> None:
    """Add the shell's name."""
    parser.add_argument("shell", choices=sorted(SHELLS))


def completion(commands: Commands, args: Namespace) -> int:
    """Print the shell's script, which completes all these commands."""
    import shtab  # noqa: PLC0415 - `init` names the shells, and needs no script

    output.out(shtab.complete(whole_parser(commands), args.shell))
    return exit_codes.DONE
