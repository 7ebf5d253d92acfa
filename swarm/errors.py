"""Errors for a human to read, each with a message and a hint.

SwarmError
├── NotFound        no task has that id
├── ConfigError     a settings or policy file has a mistake
├── PlanError       a new task or a setting asks for something impossible
├── IllegalMove     the task's state does not allow the operation
├── Refused         a safety rule forbids the operation
├── NoRoom          a disk is full, or may not be written
├── Cancelled       a human ended it before it was done
├── ToolError       docker, git or tmux failed
│   ├── ToolMissing the tool is not installed or does not answer
│   ├── TimedOut    a program was given its time, and did not end
│   └── Unfinished  the merge is on its branch, and not yet in a checkout of it
└── MergeConflict   both sides changed the same lines
"""


class SwarmError(Exception):
    """A refusal or failure; `message` names the thing, `hint` shows the way out."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class NotFound(SwarmError):
    """There is no task of that id."""


class ConfigError(SwarmError):
    """A human's file cannot be read; the message holds file, line and key."""


class PlanError(SwarmError):
    """The plan asks for something that cannot or may not be done."""


class IllegalMove(SwarmError):
    """The task's state does not allow the request."""


class Refused(SwarmError):
    """A safety rule forbids the request; nothing was changed."""


class NoRoom(SwarmError):
    """A disk is full or read-only; the message says which, and what is missing."""


class Cancelled(SwarmError):
    """A human ended what was under way; nothing of it is kept."""


class ToolError(SwarmError):
    """docker, git or tmux failed; the message starts with the tool's name."""


class ProgramFailed(ToolError):
    """A program in a sandbox failed; its words in the message may be an agent's."""


class ToolMissing(ToolError):
    """The tool is not installed, or does not answer."""


class TimedOut(ToolError):
    """A program of an image's or an agent's did not end in the time that it had."""


class PaneAtWork(ToolError):
    """A pane's program has not ended, so that no other can take its place."""


class Unfinished(ToolError):
    """The merge is on its branch; a checkout of it was not brought along yet."""


class MergeConflict(SwarmError):
    """Both sides changed the same lines; nothing of the user's was touched."""

    def __init__(self, message: str, paths: tuple[str, ...], hint: str = "") -> None:
        super().__init__(message, hint)
        self.paths = paths
