"""A login whose tokens the gate cannot hold: boxes share it, and one of them renews it.

The lock is a task's number in the home. Its box alone has the refresh token; what it
makes of the login is checked and stored, and the other boxes are given the new access
token. When it ends, the lock goes to the next task that is at work.
"""

import time
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from swarm.agents import login_store, login_tokens, registry, token_kind
from swarm.agents.description import Agent
from swarm.agents.login_store import Holder, StoredLogin
from swarm.agents.login_tokens import BadLogin
from swarm.agents.token_kind import TokenKind
from swarm.engine.context import EngineContext
from swarm.engine.egress import login_refresh
from swarm.engine.parts import EngineParts
from swarm.engine.tasks import home_files
from swarm.errors import NotFound, SwarmError
from swarm.model import events
from swarm.model.task import RUNNING, State, Task
from swarm.plan import login_box
from swarm.plan.specs import Plan

LOOK_SECONDS, LOOK_SECONDS_NEAR = 60.0, 10.0
"""Between two looks at what the holder made of the login; the latter near its end."""
NEAR_SECONDS = 900.0

_NEXT_LOOK: dict[tuple[Path, str], float] = {}
"""By home and agent, on the clock that never goes back."""


@dataclass(frozen=True, slots=True)
class _Shared:
    """A stored login that boxes share, and its agent."""

    agent: Agent
    kind: TokenKind
    login: StoredLogin


def lend(parts: EngineParts, task: Task, plan: Plan) -> None:
    """Put the login into the home of a box that is about to start, if it is one of it.

    The first that is at work gets the lock with it. ToolError if it cannot be written,
    or if what the task itself renewed before cannot be read: it would be lost.
    """
    with login_refresh.changing(parts, task.agent):
        shared = _find(parts.context, task.agent)
        if shared is None or not _uses(shared, plan):
            return
        taken = _taken_over(parts.context, shared, task)
        if taken is not None:
            _make_holder(parts.context, task.agent, task.id)
        _put(parts.context, taken or shared, task, plan, taken is not None)


def _taken_over(context: EngineContext, shared: _Shared, task: Task) -> _Shared | None:
    """The login with what the last holder renewed; None while the lock is another's.

    A refresh token that was used once is worth nothing: nobody gets it before that.
    """
    name = shared.agent.name
    known = login_store.read_holder(context.paths.home, name)
    if known.task in (0, task.id):
        return _renewed(context, shared, task, known) if known.task else shared
    if _holder(context, name):
        return None
    try:
        last = context.read().tasks.get(known.task)
        return _renewed(context, shared, last, known)
    except NotFound:
        return shared
    except (SwarmError, OSError) as error:
        words = (
            f"{name}'s login is lent without what renews it: what task {known.task} "
            f"made of it cannot be taken back: {error}"
        )
        _tell(context, task.id, words)
        return None


def take_back(parts: EngineParts, task: Task) -> None:
    """Store what the holder renewed, and pass the lock on if its task has ended.

    Does nothing of another task's. What is wrong with it is told on the tasks.
    """
    context = parts.context
    with login_refresh.changing(parts, task.agent):
        shared = _find(context, task.agent)
        known = login_store.read_holder(context.paths.home, task.agent)
        if shared is None or known.task != task.id:
            return
        shared = _renewed(context, shared, task, known)
        if context.read().tasks.get(task.id).state not in RUNNING:
            _pass_on(context, shared, but=task.id)


def take_back_quietly(parts: EngineParts, task: Task) -> None:
    """As `take_back`, at the end of the task; what fails is told on it if it can be.

    What is not taken back now is by the next look, or whoever takes the lock over.
    """
    try:
        take_back(parts, task)
    except (SwarmError, OSError) as error:
        words = f"{task.agent}'s login was not taken back: {error}"
        _tell(parts.context, task.id, words)


def hand_out(parts: EngineParts, agent: str) -> None:
    """Give a login that was just made to the boxes at work; the first has the lock."""
    context = parts.context
    with login_refresh.changing(parts, agent):
        shared = _find(context, agent)
        if shared is None:
            return
        login_store.write_holder(context.paths.home, agent, Holder())
        _pass_on(context, shared, but=0)
        holder = login_store.read_holder(context.paths.home, agent).task
        for other in _others(context, shared, but=holder):
            _put_quietly(context, shared, other, is_holder=False)


def look(parts: EngineParts) -> None:
    """Take back what holders renewed, if it is time to; for the keeper's rounds."""
    context, home = parts.context, parts.context.paths.home
    for name in login_store.agents(home):
        # One that fails, on a full disk also, is looked at again; so are the others.
        with suppress(SwarmError, OSError):
            shared = _find(context, name)
            if shared is None or time.monotonic() < _NEXT_LOOK.get((home, name), 0.0):
                continue
            left = shared.login.tokens.expires - context.clock()
            pause = LOOK_SECONDS_NEAR if left < NEAR_SECONDS else LOOK_SECONDS
            _NEXT_LOOK[home, name] = time.monotonic() + pause
            number = login_store.read_holder(home, name).task
            if number:
                take_back(parts, context.read().tasks.get(number))
                _tell_ended(context, name)


def _tell_ended(context: EngineContext, name: str) -> None:
    """Tell the holder's human, once, that the others wait for it."""
    shared = _find(context, name)
    known = login_store.read_holder(context.paths.home, name)
    if shared is None or shared.login.tokens.expires > context.clock():
        return
    words = (
        f"{name}'s login has ended and only this task's box can renew it, with its "
        "next request of the model; stop it, and another one's can"
    )
    if known.task and known.trouble != words:
        context.journal.record(known.task, events.Trouble("login", words))
        told = replace(known, trouble=words)
        login_store.write_holder(context.paths.home, name, told)


def _find(context: EngineContext, name: str) -> _Shared | None:
    login = login_store.read(context.paths.home, name)
    kind = token_kind.find(login.kind) if login else None
    if login is None or login.revoked or kind is None or not kind.shared:
        return None
    return _Shared(registry.find(name), kind, login)


def _uses(shared: _Shared, plan: Plan) -> bool:
    """A key of the user's policy goes first: such a task has no login."""
    return not plan.sandbox.environment.get(shared.agent.model.key)


def _holder(context: EngineContext, agent: str) -> int:
    """The task at work that has the lock; zero if it is free."""
    number = login_store.read_holder(context.paths.home, agent).task
    with suppress(SwarmError):
        if number and context.read().tasks.get(number).state in RUNNING:
            return number
    return 0


def _make_holder(context: EngineContext, agent: str, task: int) -> None:
    """Before the box has the token: a keeper that dies now finds whose it is."""
    login_store.write_holder(context.paths.home, agent, Holder(task))


def _renewed(
    context: EngineContext, shared: _Shared, task: Task, known: Holder
) -> _Shared:
    """The login as the holder's box has it, stored and given to the others."""
    home, name = context.paths.home, shared.agent.name
    place = login_box.in_home(shared.agent.login.done)
    data = home_files.read(context, task, place, login_tokens.FILE_LIMIT + 1)
    now = context.clock()
    try:
        found = (
            login_tokens.read_back(shared.kind, data, shared.login.tokens, now)
            if data
            else None
        )
    except BadLogin as error:
        if error.message != known.trouble:
            words = f"{name}'s login as its box left it is not taken: {error.message}"
            context.journal.record(task.id, events.Trouble("login", words))
            told = replace(known, trouble=error.message)
            login_store.write_holder(home, name, told)
        return shared
    if found is None:
        return shared
    login = shared.login.renew(found, now)
    login_store.write(home, name, login)
    renewed = replace(shared, login=login)
    for other in _others(context, renewed, task.id):
        _put_quietly(context, renewed, other, is_holder=False)
    return renewed


def _pass_on(context: EngineContext, shared: _Shared, but: int) -> None:
    """The next task at work whose box takes it gets the lock; or nobody has it."""
    for other in _others(context, shared, but):
        _make_holder(context, shared.agent.name, other.id)
        if _put_quietly(context, shared, other, is_holder=True):
            return
    login_store.write_holder(context.paths.home, shared.agent.name, Holder())


def _others(context: EngineContext, shared: _Shared, but: int) -> list[Task]:
    """The tasks whose boxes have the login, but for one; the oldest first."""
    tasks = context.read().tasks.all()
    return sorted(
        (
            task
            for task in tasks
            if task.agent == shared.agent.name
            and task.id != but
            and _has_box(context, task)
            and _uses(shared, context.plan(task))
        ),
        key=lambda task: task.id,
    )


def _has_box(context: EngineContext, task: Task) -> bool:
    """True once its home is the agent's: before, a warm base may be made of it.

    A task that has no box yet gets the login by `lend`.
    """
    if task.state is not State.PROVISIONING:
        return task.state is State.LIVE
    with suppress(SwarmError):
        return context.containers.inspect(context.names(task.id).sandbox) is not None
    return False


def _put(
    context: EngineContext, shared: _Shared, task: Task, plan: Plan, is_holder: bool
) -> None:
    login, place = shared.login, login_box.in_home(shared.agent.login.done)
    text = login_tokens.shared_file(shared.kind, login.tokens, login.mark, is_holder)
    # `swarm logout` removes what begins so, too.
    draft = login_store.folder(context.paths.home) / f".{shared.agent.name}.lent"
    home_files.put(context, task, plan, place, text, draft)


def _put_quietly(
    context: EngineContext, shared: _Shared, task: Task, is_holder: bool
) -> bool:
    """As `_put` for a box at work; what fails is told on its task, and False."""
    try:
        _put(context, shared, task, context.plan(task), is_holder)
        return True
    except (SwarmError, OSError) as error:
        words = f"{shared.agent.name}'s login was not put into its box: {error}"
        _tell(context, task.id, words)
        return False


def _tell(context: EngineContext, task: int, words: str) -> None:
    """Of a failure; one that has no room to be told must not stop what follows."""
    with suppress(SwarmError, OSError):
        context.journal.record(task, events.Trouble("login", words))
