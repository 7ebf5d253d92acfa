"""How a user's dotfiles and `shell.d` lie in a box: read-only, in the task's folder.

A link in the home leads to each dotfile. An agent can put another file in the place of
its own link, in its own home, until the next start; the text itself it cannot change.
"""

from swarm.config.own_files import OwnFiles
from swarm.plan.package_settings import FOLDER

DOTFILES = "dotfiles"
SHELL_FOLDER = "shell.d"
SHELL_NAME = "shell.rc"
SHELL_FILE = f"{FOLDER}/{SHELL_NAME}"
"""What an interactive shell reads in place of `~/.bashrc`; it reads that first."""
BASHRC = ".bashrc"
_GUARD = "_swarm_shell_rc"
_HEAD = f"""\
# Read by interactive shells of this box; what it reads is its user's, and read-only.
[ -z "${{{_GUARD}-}}" ] || return 0
{_GUARD}=1
[ -z "${{BASH_VERSION-}}" ] || [ ! -r ~/{BASHRC} ] || . ~/{BASHRC}
"""


def files(own: OwnFiles) -> dict[str, str]:
    """The files of the task's folder: name to text."""
    found = {f"{DOTFILES}/{path}": text for path, text in own.dotfiles.items()}
    found |= {f"{SHELL_FOLDER}/{name}": text for name, text in own.shell.items()}
    if own.shell:
        found[SHELL_NAME] = _HEAD + "".join(
            f". {FOLDER}/{SHELL_FOLDER}/{name}\n" for name in own.shell
        )
    return found


def links(own: OwnFiles) -> dict[str, str]:
    """Place in the home to the file that it leads to."""
    return {path: f"{FOLDER}/{DOTFILES}/{path}" for path in own.dotfiles}


def seeds(own: OwnFiles) -> dict[str, str]:
    """What a home gets that has none: a `~/.bashrc` by which bash reads `shell.d`."""
    if not own.shell or BASHRC in own.dotfiles:
        return {}
    return {BASHRC: f"[ ! -r {SHELL_FILE} ] || . {SHELL_FILE}\n"}
