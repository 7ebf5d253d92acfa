"""Every error a human may read: what happened, and the way out."""


class SwarmError(Exception):
    """Refused or failed; `message` names the thing, `hint` is what to do next."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class NotFound(SwarmError):
    """There is no task of that id."""


class ConfigError(SwarmError):
    """What a human wrote cannot be read; the message holds file, line and key."""


class PlanError(SwarmError):
    """The plan asks for something that cannot or may not be done."""


class IllegalMove(SwarmError):
    """The task is not in a state where that is possible."""


class Refused(SwarmError):
    """A safety rule says no; nothing was changed."""


class ToolError(SwarmError):
    """docker, git or tmux said no; the message starts with the tool's name."""


class ToolMissing(ToolError):
    """The tool is not installed, or does not answer."""


class MergeConflict(SwarmError):
    """Both sides changed the same lines; nothing of the user's was touched."""

    def __init__(self, message: str, paths: tuple[str, ...], hint: str = "") -> None:
        super().__init__(message, hint)
        self.paths = paths
