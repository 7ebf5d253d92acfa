"""A person's logins in the home: one file each, which nobody else can read.

The keeper alone writes them. A file is replaced whole and is on the disk before this
returns: a refresh token that was used once is worth nothing, and the new one all.
"""

import json
import os
import re
import secrets
import stat
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from swarm.agents.login_tokens import Tokens
from swarm.errors import ConfigError

T = TypeVar("T")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,40}")
_LIMIT = 256 << 10
_LOGIN, _ATTEMPT, _HOLDER = ".json", ".attempt", ".holder"
_FORMER = 3
"""Access tokens that are over and may still come back in an answer."""


@dataclass(frozen=True, slots=True)
class StoredLogin:
    """One login: its tokens, and whether they are worth anything."""

    kind: str
    tokens: Tokens
    mark: str
    """In every placeholder of this login, so that one on its way out is known."""
    revoked: str = ""
    """Why the tokens are worth nothing any more, in words."""
    renewed: float = 0.0
    """When the last refresh brought tokens."""
    former: tuple[str, ...] = field(default=(), repr=False)

    def renew(self, tokens: Tokens, now: float) -> "StoredLogin":
        """With the tokens of a refresh."""
        former = (self.tokens.access, *self.former)[:_FORMER]
        return replace(self, tokens=tokens, former=former, renewed=now)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A refresh that was begun and is not done, and how earlier ones went."""

    key: str = ""
    """The name under which the gate keeps the answer, sealed; empty for none."""
    pad: str = field(default="", repr=False)
    """Unseals it; used once."""
    trouble: str = ""
    """Why the last refresh brought nothing; it is tried again."""
    tries: int = 0
    """Refreshes that brought nothing, one after another."""
    next_try: float = 0.0


@dataclass(frozen=True, slots=True)
class Holder:
    """The one task whose box may renew a login that boxes share."""

    task: int = 0
    """Zero for none."""
    trouble: str = ""
    """Why what it renewed was not taken."""


def new(kind: str, tokens: Tokens, now: float) -> StoredLogin:
    """A login that was just made."""
    return StoredLogin(kind, tokens, secrets.token_hex(24), renewed=now)


def folder(home: Path) -> Path:
    """The place of all logins."""
    return home / "logins"


def agents(home: Path) -> list[str]:
    """The agents that a login is stored for."""
    return sorted(file.stem for file in folder(home).glob(f"*{_LOGIN}"))


def read(home: Path, agent: str) -> StoredLogin | None:
    """The login, or None if there is none.

    ConfigError if the file is not ours, or others can read it: a token that others
    have seen is not sent any more.
    """
    return _read(_file(home, agent, _LOGIN), agent, _login)


def read_attempt(home: Path, agent: str) -> Attempt:
    """How the refresh stands; nothing is known of one whose file cannot be read."""
    return _read_or(_file(home, agent, _ATTEMPT), agent, Attempt)


def read_holder(home: Path, agent: str) -> Holder:
    """Who may renew a shared login; nobody if the file cannot be read."""
    return _read_or(_file(home, agent, _HOLDER), agent, Holder)


def _read_or(file: Path, agent: str, make: Callable[..., T]) -> T:
    """What the file holds; an empty one if there is none, or none that can be read."""
    try:
        return _read(file, agent, lambda body: make(**body)) or make()
    except ConfigError:
        return make()


def write_holder(home: Path, agent: str, holder: Holder) -> None:
    """Replace who may renew a shared login; it is on the disk. OSError."""
    _write(_file(home, agent, _HOLDER), asdict(holder))


def write(home: Path, agent: str, login: StoredLogin) -> None:
    """Replace the login; it is on the disk when this returns. OSError."""
    _write(_file(home, agent, _LOGIN), {"version": 1, **asdict(login)})


def write_attempt(home: Path, agent: str, attempt: Attempt) -> None:
    """Replace what is known of the refresh; it is on the disk. OSError."""
    _write(_file(home, agent, _ATTEMPT), asdict(attempt))


def remove(home: Path, agent: str) -> bool:
    """Forget the login; False if there was none."""
    for draft in folder(home).glob(f".{agent}.*"):
        draft.unlink(missing_ok=True)
    _file(home, agent, _ATTEMPT).unlink(missing_ok=True)
    _file(home, agent, _HOLDER).unlink(missing_ok=True)
    try:
        _file(home, agent, _LOGIN).unlink()
    except FileNotFoundError:
        return False
    _sync(folder(home))
    return True


def _file(home: Path, agent: str, suffix: str) -> Path:
    if not _NAME.fullmatch(agent):
        raise ConfigError(f"{agent!r} is no agent's name")
    return folder(home) / f"{agent}{suffix}"


def _read(file: Path, agent: str, parse: Callable[[dict[str, Any]], T]) -> T | None:
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unreadable(file, agent, str(error.strerror)) from error
    with os.fdopen(descriptor, "rb") as opened:
        status = os.fstat(opened.fileno())
        if not stat.S_ISREG(status.st_mode) or status.st_uid != os.geteuid():
            raise _unreadable(file, agent, "it is no file of yours")
        if status.st_mode & 0o077:
            raise _unreadable(file, agent, "others can read it; `chmod 600` it")
        data = opened.read(_LIMIT)
    try:
        return parse(json.loads(data.decode()))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        reason = f"it is no login of this version ({type(error).__name__})"
        raise _unreadable(file, agent, reason) from error


def _unreadable(file: Path, agent: str, reason: str) -> ConfigError:
    return ConfigError(
        f"{file}: {reason}", hint=f"`swarm login {agent}` makes a new one"
    )


def _write(file: Path, body: dict[str, Any]) -> None:
    place = file.parent
    place.mkdir(mode=0o700, exist_ok=True)
    place.chmod(0o700)
    draft = file.with_name(f".{file.stem}.{secrets.token_hex(4)}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    try:
        with os.fdopen(os.open(draft, flags, 0o600), "w", encoding="utf-8") as opened:
            json.dump(body, opened)
            opened.flush()
            os.fsync(opened.fileno())
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
    _sync(place)


def _sync(place: Path) -> None:
    descriptor = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _login(body: dict[str, Any]) -> StoredLogin:
    if body.pop("version") != 1:
        raise ValueError("another version")
    tokens = Tokens(**body.pop("tokens"))
    login = StoredLogin(**{**body, "tokens": tokens, "former": tuple(body["former"])})
    texts = (tokens.access, tokens.refresh, login.mark, login.kind)
    if not all(isinstance(text, str) and text for text in texts):
        raise TypeError("a text is missing")
    if not all(isinstance(n, int | float) for n in (tokens.expires, login.renewed)):
        raise TypeError("a number is missing")
    return login
