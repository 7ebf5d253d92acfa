"""Renews a login's tokens: once, by one, before they end or when a host refuses them.

It is the keeper that does it. The refresh token and its successor must be on the disk,
and only the keeper writes the home; there is one for a home, so a lock in it is enough.
The question itself is asked by a short-lived process in the gate's container, which
goes out as everything does. Neither the gate's supervisor nor any task's worker ever
has a refresh token.
"""

import base64
import json
import secrets
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from swarm.agents import login_store, login_tokens, token_kind
from swarm.agents.login_store import Attempt, StoredLogin
from swarm.agents.login_tokens import BadLogin, Tokens
from swarm.agents.token_kind import TokenKind
from swarm.config import load, policy_files
from swarm.engine.egress import logins
from swarm.engine.host import parent_proxy
from swarm.engine.parts import EngineParts
from swarm.errors import SwarmError, TimedOut, ToolError
from swarm.model import events
from swarm.model.safe_text import safe_line
from swarm.model.task import RUNNING
from swarm.policy import parent_proxy as proxy_json
from swarm.policy import rules
from swarm.policy.logins import digest
from swarm.policy.rules import Policy, Rule
from swarm.policy.sealed_answer import PAD_BYTES, unseal

PROGRAM = ["python3", "-m", "swarm.gate.token_exchange"]
ANSWER_SECONDS = 60.0
"""One question's own bounds, and those of one that is still under way before it."""
MARGIN_SECONDS = 600.0
"""A token is renewed so long before its end, or a quarter of its life before."""
REFUSED_SECONDS = 300.0
"""The least age of a token that is renewed because a host refuses it: an agent can
make a host refuse at will."""
FIRST_PAUSE, LONGEST_PAUSE = 15.0, 900.0

_LOCKS: defaultdict[tuple[str, str], threading.Lock] = defaultdict(threading.Lock)
_GUARD = threading.Lock()


def is_due(parts: EngineParts, agent: str) -> bool:
    """True if the login's tokens should be renewed now; reads two small files."""
    home, now = parts.context.paths.home, parts.context.clock()
    login = login_store.read(home, agent)
    if login is None or login.revoked or logins.is_shared(login):
        return False
    attempt = login_store.read_attempt(home, agent)
    if attempt.next_try > now:
        return False
    return bool(attempt.key) or _ends_soon(login, now)


def _ends_soon(login: StoredLogin, now: float) -> bool:
    life = max(login.tokens.expires - login.renewed, 0.0)
    return login.tokens.expires - now < min(MARGIN_SECONDS, life / 4 or MARGIN_SECONDS)


def due(parts: EngineParts) -> list[str]:
    """The agents with a task at work whose login should be renewed now."""
    home = parts.context.paths.home
    stored = login_store.agents(home)
    if not stored:
        return []
    tasks = parts.context.read().tasks.all()
    at_work = {task.agent for task in tasks if task.state in RUNNING}
    return [
        agent
        for agent in stored
        if (agent in at_work or login_store.read_attempt(home, agent).key)
        and is_due(parts, agent)
    ]


def refused(parts: EngineParts, agent: str, token: str) -> None:
    """Renew a token that a host refuses, if it is the one that counts now.

    `token` is its digest. Two tasks tell of the same token; one refresh answers both.
    """
    with _alone(parts, agent):
        login = login_store.read(parts.context.paths.home, agent)
        if login is None or login.revoked or digest(login.tokens.access) != token:
            return
        now = parts.context.clock()
        attempt = login_store.read_attempt(parts.context.paths.home, agent)
        if now - login.renewed < REFUSED_SECONDS or attempt.next_try > now:
            return
        _renew(parts, agent, login)


def refresh(parts: EngineParts, agent: str) -> None:
    """Renew the login if it is due, or take up a refresh that was cut short."""
    with _alone(parts, agent):
        login = login_store.read(parts.context.paths.home, agent)
        if login is not None and is_due(parts, agent):
            _renew(parts, agent, login)


@contextmanager
def _alone(parts: EngineParts, agent: str) -> Iterator[None]:
    with _GUARD:
        lock = _LOCKS[str(parts.context.paths.home), agent]
    with lock:
        yield


@contextmanager
def changing(parts: EngineParts, agent: str) -> Iterator[None]:
    """No refresh runs while the body replaces or removes the login."""
    with _alone(parts, agent):
        yield


def _renew(parts: EngineParts, agent: str, login: StoredLogin) -> None:
    """One refresh, from its key on the disk to the new tokens there."""
    home, clock = parts.context.paths.home, parts.context.clock
    kind = token_kind.find(login.kind)
    if kind is None or kind.shared:
        return
    attempt = login_store.read_attempt(home, agent)
    was_cut_short = bool(attempt.key)
    if not attempt.key:
        pad = base64.b64encode(secrets.token_bytes(PAD_BYTES)).decode()
        attempt = replace(attempt, key=secrets.token_hex(16), pad=pad)
        # Before the question: a keeper that dies now asks for the same answer.
        login_store.write_attempt(home, agent, attempt)
    try:
        status, body = _ask(parts, kind, login, attempt)
    except (ToolError, TimedOut) as error:
        # The gate may have the answer: its key stays.
        _failed(parts, agent, attempt, error.message)
        return
    except BadLogin as error:
        _failed(parts, agent, replace(attempt, key="", pad=""), error.message)
        return
    if login_tokens.is_revoked(status, body):
        _revoked(parts, agent, login, was_cut_short)
        return
    try:
        tokens = _tokens(kind, status, body, login.tokens, clock())
    except BadLogin as error:
        _failed(parts, agent, replace(attempt, key="", pad=""), error.message)
        return
    login_store.write(home, agent, login.renew(tokens, clock()))
    login_store.write_attempt(home, agent, Attempt())


def _tokens(
    kind: TokenKind, status: int, body: bytes, before: Tokens, now: float
) -> Tokens:
    if status != 200:
        raise BadLogin(f"{kind.endpoint.host} answered {status}")
    try:
        return login_tokens.read_answer(kind, body, before, now)
    except BadLogin as error:
        raise BadLogin(f"{kind.endpoint.host}: {error.message}") from error


def _ask(
    parts: EngineParts, kind: TokenKind, login: StoredLogin, attempt: Attempt
) -> tuple[int, bytes]:
    """The endpoint's status and body; BadLogin if it gave no answer."""
    parts.nets.up()
    question = {
        "login": login.kind,
        "key": attempt.key,
        "pad": attempt.pad,
        "host": kind.endpoint.host,
        "path": kind.endpoint.path,
        "encoding": kind.encoding,
        "fields": login_tokens.refresh_body(kind, login.tokens),
        "policy": rules.to_json(_policy(kind)),
        "parent": proxy_json.to_json(
            parent_proxy.endpoint(parts.context.config().gate)
        ),
    }
    line = parts.context.containers.exec_answer(
        parts.nets.gate.names.gate,
        PROGRAM,
        json.dumps(question).encode(),
        ANSWER_SECONDS,
    )
    try:
        answer = json.loads(line)
        if "error" in answer:
            words = safe_line(str(answer["error"]), 200)
            raise BadLogin(f"{kind.endpoint.host}: {words}")
        return unseal(answer["sealed"], base64.b64decode(attempt.pad))
    except (ValueError, KeyError, TypeError) as error:
        raise BadLogin("the gate's answer to a refresh was not understood") from error


def _policy(kind: TokenKind) -> Policy:
    """One host, and what the user's own file says of it and of whom to believe."""
    layer = policy_files.read(policy_files.beside(load.user_file()), "user")
    host = kind.endpoint.host
    own = layer.rules if layer else ()
    is_private = any(rule.host == host and rule.allow_private for rule in own)
    rule = Rule(
        "allow",
        host,
        methods=("POST",),
        paths=(kind.endpoint.path,),
        allow_private=is_private,
        origin="a login's refresh",
    )
    return Policy(
        rules=(rule,),
        allow_nets=layer.allow_nets if layer else (),
        upstream_ca=policy_files.certificates(layer.upstream_ca if layer else ()),
    )


def _failed(parts: EngineParts, agent: str, attempt: Attempt, words: str) -> None:
    """Write down why it brought nothing, and when it is tried again; told once."""
    pause = min(FIRST_PAUSE * 2.0**attempt.tries, LONGEST_PAUSE)
    words = safe_line(words, 200)
    if words != attempt.trouble:
        _tell(parts, agent, f"{agent}'s login was not renewed: {words}; tried again")
    failed = replace(
        attempt,
        trouble=words,
        tries=attempt.tries + 1,
        next_try=parts.context.clock() + pause,
    )
    login_store.write_attempt(parts.context.paths.home, agent, failed)


def _revoked(
    parts: EngineParts, agent: str, login: StoredLogin, was_cut_short: bool
) -> None:
    home = parts.context.paths.home
    words = "its refresh token is not taken any more"
    if was_cut_short:
        words += "; a refresh was cut short before its answer could be stored"
    login_store.write(home, agent, replace(login, revoked=words))
    login_store.write_attempt(home, agent, Attempt())
    _tell(parts, agent, logins.logged_out(agent, words))


def _tell(parts: EngineParts, agent: str, words: str) -> None:
    """On each task at work of the agent."""
    for task in parts.context.read().tasks.all():
        if task.agent == agent and task.state in RUNNING:
            parts.context.journal.record(task.id, events.Trouble("login", words))


def renew_quietly(parts: EngineParts, agent: str) -> None:
    """As `refresh`, for the keeper's rounds: what fails is told on the tasks."""
    _quietly(parts, agent, lambda: refresh(parts, agent))


def renew_refused(parts: EngineParts, agent: str, token: str) -> None:
    """As `refused`; what fails is told on the tasks."""
    _quietly(parts, agent, lambda: refused(parts, agent, token))


def _quietly(parts: EngineParts, agent: str, work: Callable[[], None]) -> None:
    try:
        work()
    except (SwarmError, OSError) as error:
        words = getattr(error, "message", None) or str(error)
        _tell(parts, agent, f"{agent}'s login was not renewed: {safe_line(words, 200)}")
