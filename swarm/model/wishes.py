"""The wishes that a front end makes of the keeper: one class each, parsed once.

A wish is stored as its verb and a JSON object. `Wish.to_json` and `parse` are the only
two places that know the object's keys, which are the names of the fields.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from typing import Any, ClassVar, Literal, get_args

from swarm.errors import SwarmError
from swarm.model.budget import token_count
from swarm.model.frozen import frozen

Kind = Literal["allow", "deny"]
Scope = Literal["once", "task", "project", "user"]
SCOPES: dict[str, Scope] = {scope: scope for scope in get_args(Scope)}
OwnChoice = Literal["yes", "ask", "no", ""]
"""If a task goes on by itself after a limit; empty for what the config says."""
SetupChoice = Literal["again", "skip"]
Accepted = tuple[str, ...] | Literal["all"]


@frozen
class Wish:
    """Something that a human wants done; a field that is None is left out of JSON.

    A field that may be left out has a default, and `null` in JSON means that default.
    """

    verb: ClassVar[str]

    def to_json(self) -> dict[str, Any]:
        """The object that is stored with the verb; `parse` reads it back."""
        values = ((field, getattr(self, field.name)) for field in fields(self))
        return {
            field.name: list(value) if isinstance(value, tuple) else value
            for field, value in values
            if value is not None
        }


@frozen
class TaskWish(Wish):
    """A wish about one task that exists; it is carried out under the task's lock."""

    task: int


@frozen
class NewTasks(Wish):
    """Queue one prompt or shell command as one task or several."""

    verb = "new"
    repo: str
    prompt: str = ""
    command: str = ""
    agent: str = ""
    """A name, or nothing for the config's."""
    name: str = ""
    base: str = ""
    copies: int = 1
    after: tuple[int, ...] = ()
    """Tasks that must be merged before these start."""
    tokens: int | None = None
    """The budget; None means the config's, 0 means no limit."""
    dollars: float | None = None
    way: str = ""
    """`screen` or `headless`; empty for the agent's usual way."""
    mode: str = ""
    """What the agent may do unasked: `ask`, `edits`, `full`; empty for the config's."""
    agents: tuple[str, ...] = ()
    """Several, each of which gets `copies` tasks; empty for `agent` alone."""
    resume_after_limit: OwnChoice = ""
    """`yes`, `ask` or `no`; empty for what the config says."""
    stacks: tuple[str, ...] | None = None
    """What the image has beside the agent; None for the config's."""
    packages: tuple[str, ...] | None = None
    offline: bool = False
    """With a warm base in place of a run set-up, and the preset `locked`."""
    build: bool = False
    """Build the images first that they lack, in minutes; else the wish is refused."""
    own_image: str = ""
    """The name of the project's own image that is to be built, too; no other is."""

    @property
    def names_tools(self) -> bool:
        """It says what the image has, if only that it has nothing."""
        return self.stacks is not None or self.packages is not None


@frozen
class Retry(TaskWish):
    """Queue a new task with the same prompt, agent and base branch."""

    verb = "retry"
    stacks: tuple[str, ...] = ()
    """Beside those that the task had."""
    packages: tuple[str, ...] = ()
    """Debian's packages, beside those that the task had."""
    build: bool = False
    """As `NewTasks.build`."""


@frozen
class CancelBuild(Wish):
    """End the build of an image; the wishes that wait for it are refused."""

    verb = "cancel_build"
    image: str


@frozen
class Continue(TaskWish):
    """Have an ended task go on: a fresh sandbox over its files and its conversation."""

    verb = "continue"
    prompt: str = ""
    """What the agent is told; nothing means that it is only there again."""
    fresh: bool = False
    """A new conversation over the same files, with the task's own prompt."""


@frozen
class DecideSetup(TaskWish):
    """Have a launch go on whose set-up failed: with it once more, or without."""

    verb = "setup"
    choice: SetupChoice = "again"


@frozen
class ForgetBases(Wish):
    """Have the next task of a repository run its set-up anew."""

    verb = "fresh_setup"
    repo: str


class Stop(TaskWish):
    """End the sandbox: TERM, then KILL after the config's grace."""

    verb = "stop"


class Kill(TaskWish):
    """Kill every process of the sandbox at once."""

    verb = "kill"


class Pause(TaskWish):
    """Freeze every process of the sandbox."""

    verb = "pause"


class Resume(TaskWish):
    """Let a frozen sandbox run again."""

    verb = "resume"


@frozen
class RestartServices(TaskWish):
    """Start services beside a live task again."""

    verb = "restart_services"
    service: str = ""
    """One by its name, whether it runs or not; empty for all that have ended."""


@frozen
class SendText(TaskWish):
    """Paste text into the agent's pane and press Enter."""

    verb = "send"
    text: str = ""


@frozen
class AnswerQuestion(TaskWish):
    """Answer an open question of the task's agent, by the question's id."""

    verb = "answer"
    question_id: str
    answer: str = ""
    """`once`, `always`, `reject` or an option's id; empty if the text is all."""
    text: str = ""
    """The reason of a rejection, or the answer itself."""


@frozen
class OpenShell(TaskWish):
    """Open a shell in the sandbox, or answer how one command is run there.

    Answers the shell's `pane`, or the command's `argv`, and the `ends` that stop it.
    """

    verb = "shell"
    command: tuple[str, ...] = ()


@frozen
class SetResumeAfterLimit(TaskWish):
    """Choose if the task goes on by itself after a limit of its model's host."""

    verb = "limits"
    choice: OwnChoice = ""
    """`yes`, `ask` or `no`; empty for what the config says."""


@frozen
class SetBudget(TaskWish):
    """Change what the task may use in total; None leaves a number as it is."""

    verb = "budget"
    tokens: int | None = None
    dollars: float | None = None


@frozen
class TakeSnapshot(TaskWish):
    """Read the worktree into a tree that can be reviewed."""

    verb = "snapshot"
    include: tuple[str, ...] | None = None
    """Paths that tools made, which the tree is to hold all the same, now and later."""
    leave_out: tuple[str, ...] | None = None
    """Paths that were included, and are not to be any more."""


class TakeCheckpoint(TaskWish):
    """Keep what the worktree holds now."""

    verb = "checkpoint"


@frozen
class RestoreCheckpoint(TaskWish):
    """Make the worktree what it was; 0 is where the task began."""

    verb = "go_back"
    number: int


@frozen
class PlanLanding(TaskWish):
    """Compute what a merge would do, refuse and leave out; nothing is written.

    Answers `landing.LandingList.to_json`.
    """

    verb = "plan_landing"
    tree: str = ""
    """The tree that was reviewed; nothing means a snapshot taken now."""
    strategy: str = ""
    target: str = ""
    message: str = ""
    signoff: bool = False
    message_hook: bool = False


@frozen
class Merge(TaskWish):
    """Merge a reviewed tree, or write it to a patch file."""

    verb = "merge"
    tree: str = ""
    """The tree that was reviewed; nothing means a snapshot taken now."""
    strategy: str = ""
    target: str = ""
    message: str = ""
    accepted: Accepted = ()
    """Paths of flagged files that the human looked at."""
    output: str = ""
    """The file that the strategy `patch` writes."""
    landing_tree: str = ""
    """The tree of the landing list that was seen; nothing means that none was."""
    acknowledged: Accepted = ()
    """Keys of the landing list's named items."""
    signoff: bool = False
    """Add a `Signed-off-by` line of the user's."""
    message_hook: bool = False
    """Run the user's own `commit-msg` hook on the message."""


class ForgetAcknowledged(TaskWish):
    """Have merges in the task's repository ask again about what they leave out."""

    verb = "ask_again"


class Discard(TaskWish):
    """Give the work up; `Restore` takes it back."""

    verb = "discard"


class Restore(TaskWish):
    """Take a discard back."""

    verb = "restore"


class Remove(TaskWish):
    """Remove container, volume, pane, worktree and branch."""

    verb = "rm"


@frozen
class RemoveLater(Wish):
    """Remove tasks after a while in which `TakeBack` keeps them.

    The keeper waits, so it counts whether or not its front end is still there.
    """

    verb = "rm_later"
    tasks: tuple[int, ...]
    seconds: int = 10


@frozen
class TakeBack(Wish):
    """Keep those tasks of a `RemoveLater` that are not removed yet."""

    verb = "take_back"
    wish: int
    """The id under which that wish is stored."""


class Cut(TaskWish):
    """Let nothing of the task's through the gate."""

    verb = "cut"


class Uncut(TaskWish):
    """Take a cut back: the task's policy counts again."""

    verb = "uncut"


@frozen
class OpenPort(TaskWish):
    """Lead a port of the loopback to the task's own server, while it is live.

    Answers `at`, the port of the loopback.
    """

    verb = "open_port"
    port: int
    """Where the server listens, in the box."""
    at: int = 0
    """The port of the loopback that is wanted; 0 for any."""
    raw: bool = False
    """Carry bytes unread, for what is no HTTP; then anything may call it."""


@frozen
class ClosePort(TaskWish):
    """Close a port, and do not open it again for this task."""

    verb = "close_port"
    port: int


class Panic(Wish):
    """Cut and freeze every live task."""

    verb = "panic"


@frozen
class MoveRepository(Wish):
    """Have the tasks of a repository, or of all below a directory, follow it."""

    verb = "repo_moved"
    old: str
    new: str


@frozen
class CollectGarbage(Wish):
    """Remove leftovers of ended tasks, and of no task at all."""

    verb = "gc"
    dry_run: bool = False
    tasks: tuple[int, ...] | None = None
    """Ended tasks; None means the merged and the long discarded ones."""


@frozen
class Grant(Wish):
    """Add a rule about one host: for a task, or to the project's or user's file."""

    verb = "grant"
    host: str
    kind: Kind = "allow"
    port: int = 443
    scope: Scope = "task"
    task: int | None = None
    """Required by the scopes `once` and `task`."""
    repo: str = ""
    """The repository of the scope `project`; nothing means the task's."""
    methods: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    seconds: float | None = None
    """The time for which the rule counts; None means for ever."""
    reason: str = ""
    private: bool = False
    """The host may be a machine of the user's own network; the command line alone."""

    @property
    def revocation(self) -> "Revoke":
        """The wish that takes this one back."""
        return Revoke(self.host, self.scope, self.task, self.repo)


@frozen
class AddService(Wish):
    """Switch a service on: for a task, or in the project's or user's file."""

    verb = "add_service"
    service: str
    scope: Scope = "task"
    task: int | None = None
    """Required by the scope `task`."""
    repo: str = ""
    """The repository of the scope `project`; nothing means the task's."""
    repos: tuple[str, ...] = ()
    """What of a forge; such a service needs it."""


@frozen
class Revoke(Wish):
    """Take back every rule about a host in one scope."""

    verb = "revoke"
    host: str
    scope: Scope = "task"
    task: int | None = None
    repo: str = ""


@frozen
class Trust(Wish):
    """Grant what the repository's policy file at one commit asks for."""

    verb = "trust"
    repo: str
    base: str


@frozen
class AgreeToBrought(Wish):
    """Use what a repository brings to agents at one commit; another is not meant."""

    verb = "agree-to-brought"
    repo: str
    base: str
    digest: str
    """Of what the human was shown."""


@frozen
class BeginLogin(Wish):
    """Make a box for an agent's own login; answers how it is shown."""

    verb = "login"
    agent: str


@frozen
class EndLogin(Wish):
    """Take the tokens of a login out of its box, unless it is given up; remove it."""

    verb = "login_end"
    agent: str
    abandon: bool = False


@frozen
class ImportLogin(Wish):
    """Copy the host's own login of an agent whose tokens do not rotate."""

    verb = "login_import"
    agent: str


@frozen
class Logout(Wish):
    """Forget an agent's login."""

    verb = "logout"
    agent: str


def parse(verb: str, body: Mapping[str, Any]) -> Wish:
    """Read a stored wish; SwarmError names the wish and the key that is wrong."""
    kind = _KINDS.get(verb)
    if kind is None:
        raise SwarmError(f"there is no wish {verb!r}", hint="update swarm")
    wish_fields = fields(kind)
    unknown = sorted(body.keys() - {field.name for field in wish_fields})
    if unknown:
        raise _unreadable(verb, unknown[0], "there is no such key")
    values = {}
    for field in wish_fields:
        value = body.get(field.name)
        if value is not None:
            try:
                values[field.name] = _reader(field.name, field.type)(value)
            except ValueError as error:
                raise _unreadable(verb, field.name, f"it must be {error}") from error
        elif field.default is MISSING:
            raise _unreadable(verb, field.name, "it is missing")
    return kind(**values)


def _unreadable(verb: str, key: str, fault: str) -> SwarmError:
    # The front ends of this version write no such wish.
    return SwarmError(
        f"the wish {verb}: {key}: {fault}",
        hint="update swarm and restart its keeper",
    )


class _BadValue(ValueError):
    """A value of the wrong type; the text completes the sentence "it must be …"."""


def _integer(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise _BadValue("a whole number")
    return value


def _number(value: Any) -> float:
    """A number or its text, as `swarm new --dollars` once stored it."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise _BadValue("a number")
    try:
        return float(value)
    except (ValueError, OverflowError) as error:
        raise _BadValue("a number") from error


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise _BadValue("a text")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise _BadValue("true or false")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        raise _BadValue("a list of texts")
    return tuple(_text(entry) for entry in value)


def _integers(value: Any) -> tuple[int, ...]:
    if not isinstance(value, list | tuple):
        raise _BadValue("a list of whole numbers")
    return tuple(_integer(entry) for entry in value)


def _accepted(value: Any) -> Accepted:
    return "all" if value == "all" else _texts(value)


def _one_of(*choices: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if value not in choices:
            raise _BadValue(f"one of {', '.join(choices)}")
        return str(value)

    return read


_READERS: dict[Any, Callable[[Any], Any]] = {
    int: _integer,
    int | None: _integer,
    float | None: _number,
    str: _text,
    bool: _flag,
    tuple[int, ...]: _integers,
    tuple[int, ...] | None: _integers,
    tuple[str, ...]: _texts,
    tuple[str, ...] | None: _texts,
    Accepted: _accepted,
    Kind: _one_of(*get_args(Kind)),
    OwnChoice: _one_of(*get_args(OwnChoice)),
    SetupChoice: _one_of(*get_args(SetupChoice)),
    Scope: _one_of(*get_args(Scope)),
}
"""Per field type the function that reads its JSON."""


def _reader(name: str, kind: Any) -> Callable[[Any], Any]:
    return token_count if name == "tokens" else _READERS[kind]


_KINDS: dict[str, type[Wish]] = {
    kind.verb: kind
    for kind in (
        NewTasks,
        Retry,
        CancelBuild,
        Continue,
        DecideSetup,
        ForgetBases,
        Stop,
        Kill,
        Pause,
        Resume,
        RestartServices,
        SendText,
        AnswerQuestion,
        OpenShell,
        SetBudget,
        SetResumeAfterLimit,
        TakeSnapshot,
        MoveRepository,
        TakeCheckpoint,
        RestoreCheckpoint,
        PlanLanding,
        Merge,
        ForgetAcknowledged,
        Discard,
        Restore,
        Remove,
        RemoveLater,
        TakeBack,
        Cut,
        Uncut,
        OpenPort,
        ClosePort,
        Panic,
        CollectGarbage,
        Grant,
        AddService,
        Revoke,
        Trust,
        AgreeToBrought,
        BeginLogin,
        EndLogin,
        ImportLogin,
        Logout,
    )
}
