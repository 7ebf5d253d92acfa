"""The keys of a `devcontainer.json` that a box has no place for, each with why."""

_FLOOR = "it would weaken the box"
_EACH_START = "it runs at each start, and a box starts its agent alone"

LEFT_OUT = {
    "privileged": f"{_FLOOR}: there is no root and no capability in it",
    "capAdd": f"{_FLOOR}: there is no capability in it",
    "securityOpt": f"{_FLOOR}: its system calls are filtered",
    "runArgs": f"{_FLOOR}: a box's flags are swarm's own",
    "mounts": f"{_FLOOR}: no folder of yours and no volume is shown in it",
    "workspaceMount": f"{_FLOOR}: the task's own worktree is mounted",
    "initializeCommand": "it would run on your own machine, outside the box",
    "postStartCommand": _EACH_START,
    "postAttachCommand": _EACH_START,
    "workspaceFolder": "the project is at /workspace",
    "remoteUser": "a box runs as your own uid",
    "containerUser": "a box runs as your own uid",
    "hostRequirements": "a box's limits are yours: `[sandbox]` in the config",
    "secrets": "the policy's [secrets] are for them",
    "settings": "only editor extensions count",
    "devPort": "an editor's server has no port",
}
"""Left out by name, so that nobody thinks that it holds."""

SILENT = frozenset(
    {
        *("$schema", "name", "image", "build", "dockerFile", "context", "features"),
        *("containerEnv", "remoteEnv", "forwardPorts", "appPort", "customizations"),
        *("extensions", "dockerComposeFile", "service", "runServices"),
        *("onCreateCommand", "updateContentCommand", "postCreateCommand"),
        # What only says how an editor waits, shows and stops.
        *("waitFor", "portsAttributes", "otherPortsAttributes", "shutdownAction"),
        *("overrideCommand", "init", "updateRemoteUserUID", "userEnvProbe"),
        "overrideFeatureInstallOrder",
    }
)
"""Read elsewhere, or without a meaning for a box."""
