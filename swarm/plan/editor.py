"""What an editor is given that attaches to a task's box: settings, variables, address.

An editor's channel is for whoever is in the box, too. What can be switched off is: the
agents of the user's keys, their git credentials, ports that open by themselves.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from swarm.plan.specs import WORKSPACE

EXTENSION = "ms-vscode-remote.remote-containers"
"""What attaches VS Code to a container."""
WORDS = (
    "An attached editor runs a server and your extensions in the box as the agent's "
    "user, and what is in the box can speak with the editor: show you prompts and "
    "links, read and set its clipboard, and ask extensions to act on your machine.",
    "Your keys' agents, git credentials and automatic ports are switched off, and "
    "nothing of your shell's variables but what a window needs is given; an extension "
    "or a setting of yours can undo that, so `swarm ide ID --copy` is the way to only "
    "read.",
)
"""Two sentences on what the channel still allows."""

_VARIABLES = (
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "LANG",
    "LANGUAGE",
    "TZ",
    "TMPDIR",
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "XAUTHORITY",
    "XDG_RUNTIME_DIR",
    "XDG_SESSION_TYPE",
    "XDG_CURRENT_DESKTOP",
    "XDG_DATA_DIRS",
    "XDG_CONFIG_DIRS",
    "DBUS_SESSION_BUS_ADDRESS",
    "DOCKER_HOST",
    "DOCKER_CONTEXT",
    "WSL_DISTRO_NAME",
)
"""What a window and the engine's client need; all else stays away."""

_SETTINGS: dict[str, Any] = {
    # The extension copies git's config and answers for its credentials, if it may.
    "dev.containers.copyGitConfig": False,
    "dev.containers.gitCredentialHelperConfigLocation": "none",
    "dev.containers.dockerCredentialHelper": False,
    "dev.containers.forwardWSLServices": False,
    "dev.containers.mountWaylandSocket": False,
    "dev.containers.defaultExtensions": [],
    "dev.containers.cacheVolume": False,
    "remote.containers.copyGitConfig": False,
    "remote.SSH.enableAgentForwarding": False,
    "git.terminalAuthentication": False,
    "git.useIntegratedAskPass": False,
    "git.autofetch": False,
    "github.gitAuthentication": False,
    # A port is opened by `swarm open`, which says who may call it.
    "remote.autoForwardPorts": False,
    "remote.restoreForwardedPorts": False,
    "remote.forwardOnOpen": False,
    "remote.portsAttributes": {},
    "remote.otherPortsAttributes": {"onAutoForward": "ignore"},
    # What the agent wrote runs nothing by being opened.
    "security.workspace.trust.enabled": True,
    "security.workspace.trust.startupPrompt": "always",
    "security.workspace.trust.untrustedFiles": "newWindow",
    "task.allowAutomaticTasks": "off",
    "extensions.ignoreRecommendations": True,
    "settingsSync.keybindingsPerPlatform": False,
    "terminal.integrated.enableImages": False,
}


def settings(extensions: Sequence[str] = ()) -> str:
    """The text of the editor's own `settings.json` for boxes.

    The extensions are those that it puts into the box. A project names them, so none
    runs on the human's machine, whatever kind it says that it is of.
    """
    in_box = {each.partition("@")[0].lower(): ["workspace"] for each in extensions}
    own = {
        **_SETTINGS,
        "dev.containers.defaultExtensions": list(extensions),
        "remote.extensionKind": in_box,
    }
    return json.dumps(own, indent=2) + "\n"


def environment(own: Mapping[str, str], gnupg_home: str) -> dict[str, str]:
    """The variables that the editor gets of these.

    The folder is an empty one: a gpg agent is looked for in it, and not found.
    """
    kept = {
        name: value
        for name, value in own.items()
        if name in _VARIABLES or name.startswith("LC_")
    }
    return {**kept, "GNUPGHOME": gnupg_home}


def attached(container: str) -> str:
    """The address of the work folder in a container that runs."""
    name = json.dumps({"containerName": f"/{container}"}, separators=(",", ":"))
    return f"vscode-remote://attached-container+{name.encode().hex()}{WORKSPACE}"


def argv(program: str, data: str, place: str, is_attached: bool) -> list[str]:
    """The command that opens a window with settings of its own."""
    where = ["--folder-uri", place] if is_attached else [place]
    return [program, "--user-data-dir", data, "--new-window", *where]
