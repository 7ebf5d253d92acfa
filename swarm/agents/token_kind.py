"""How one agent's subscription keeps and renews its tokens, as data.

`tokens/NAME.toml` stands beside the agent's own file, whose `[login] tokens` names it.
"""

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from swarm.errors import ConfigError

_FOLDER = Path(__file__).parent / "tokens"
JWT = "jwt"
"""The placeholder is a JSON Web Token, for agents that read theirs."""

Keys = tuple[str, ...]
"""The way to a value through tables inside tables."""


@dataclass(frozen=True, slots=True)
class Url:
    """The host and path of one https address."""

    host: str
    path: str


@dataclass(frozen=True, slots=True)
class TokenFile:
    """The places of the tokens in the agent's own login file, which is JSON."""

    access: Keys
    refresh: Keys
    id: Keys = ()
    """A token that tells who the person is; it never leaves the host."""
    expires: Keys = ()
    unit: Literal["s", "ms"] = "s"
    renewed: Keys = ()
    """The time of the last refresh, as RFC 3339."""
    scope: Keys = ()
    keep: tuple[Keys, ...] = ()
    """What else of the file the box's file holds."""
    claims: tuple[Keys, ...] = ()
    """What of the tokens' claims a placeholder that is a JWT holds."""


@dataclass(frozen=True, slots=True)
class FixedAnswer:
    """An answer that the gate gives to another question about a token."""

    url: Url
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Swap:
    """What stands otherwise in one of the agent's first files if a login is used."""

    path: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class TokenKind:
    """Where tokens of one kind are renewed, used and kept."""

    name: str
    endpoint: Url
    also: tuple[Url, ...]
    """Addresses that other versions of the agent ask; the gate answers them too."""
    encoding: Literal["json", "form"]
    request: Mapping[str, str]
    """`{refresh}` stands for the refresh token."""
    rotates: bool
    """Each refresh ends the refresh token before it: a copy logs the other out."""
    lifetime: float
    """Seconds that an access token lives if nothing tells it."""
    hosts: tuple[str, ...]
    """The hosts that the access token may go to."""
    header: str
    template: str
    model: str
    file: TokenFile
    placeholders: Mapping[str, str]
    sites: tuple[str, ...]
    """Where a person signs in; a URL to another host is not opened."""
    login_hosts: tuple[str, ...]
    """What the agent's own login needs of the network."""
    answers: tuple[FixedAnswer, ...] = ()
    swaps: tuple[Swap, ...] = ()
    shared: bool = False
    """The gate cannot hold them: boxes have the access token, one of them the other."""


@functools.cache
def _shipped() -> tuple[str, ...]:
    return tuple(sorted(file.stem for file in _FOLDER.glob("*.toml")))


def names() -> list[str]:
    """The kinds whose tokens can be kept for several tasks."""
    return list(_shipped())


def is_shared(name: str) -> bool:
    """Whether boxes hold the tokens of that kind, for the gate cannot."""
    kind = find(name)
    return kind is not None and kind.shared


@functools.cache
def find(name: str) -> TokenKind | None:
    """The kind of that name, or None if tokens cannot be kept for it."""
    if name not in names():
        return None
    file = f"tokens/{name}.toml"
    return parse(name, (_FOLDER / f"{name}.toml").read_text(encoding="utf-8"), file)


def parse(name: str, text: str, file: str) -> TokenKind:
    """The kind that a file describes; ConfigError names file and key."""
    try:
        body = tomllib.loads(text)
    except ValueError as error:
        raise ConfigError(f"{file}: {error}") from error
    if body.pop("version", 1) != 1:
        raise ConfigError(f"{file}: version: this swarm reads version = 1 alone")
    return _Reader(file, body).kind(name)


class _Reader:
    """Takes keys of known types; a key left over is a mistake."""

    def __init__(self, file: str, body: Any, place: str = "") -> None:
        self._file, self._place = file, place
        if not isinstance(body, dict):
            raise self.wrong("", "must be a table")
        self._body = dict(body)

    def kind(self, name: str) -> TokenKind:
        self.take("seen", str, "")
        endpoint, use = self.table("endpoint"), self.table("use")
        login, placeholder = self.table("login"), self.table("placeholder")
        made = TokenKind(
            name=name,
            endpoint=endpoint.url("url"),
            also=tuple(
                endpoint.url_of("also", each) for each in endpoint.texts("also")
            ),
            encoding=endpoint.choice("encoding", ("json", "form")),
            request=endpoint.table("fields").pairs(),
            rotates=self.take("rotates", bool, True),
            lifetime=float(self.take("lifetime", int, 3600)),
            hosts=use.texts("hosts"),
            header=use.take("header", str, "Authorization"),
            template=use.take("template", str, "Bearer {}"),
            model=use.take("model", str, ""),
            file=self.table("file").token_file(),
            placeholders=placeholder.pairs(),
            sites=login.texts("sites"),
            login_hosts=login.texts("hosts"),
            answers=tuple(
                _Reader(self._file, each, "answers").fixed_answer()
                for each in self.take("answers", list, [])
            ),
            swaps=tuple(
                _Reader(self._file, each, "swap").swap()
                for each in self.take("swap", list, [])
            ),
            shared=self.take("shared", bool, False),
        )
        for table in (endpoint, use, login, self):
            table.done()
        if not made.hosts or "{}" not in made.template:
            raise self.wrong("use", "needs hosts, and a template with {}")
        if made.placeholders.keys() < {"access", "refresh"}:
            raise self.wrong("placeholder", "needs access and refresh")
        return made

    def token_file(self) -> TokenFile:
        made = TokenFile(
            access=self.keys("access"),
            refresh=self.keys("refresh"),
            id=self.keys("id"),
            expires=self.keys("expires"),
            unit=self.choice("unit", ("s", "ms")),
            renewed=self.keys("renewed"),
            scope=self.keys("scope"),
            keep=self.many_keys("keep"),
            claims=self.many_keys("claims"),
        )
        self.done()
        if not made.access or not made.refresh:
            raise self.wrong("access", "access and refresh must be there")
        return made

    def fixed_answer(self) -> FixedAnswer:
        made = FixedAnswer(self.url("url"), self.table("fields").pairs())
        self.done()
        return made

    def swap(self) -> Swap:
        texts = (self.take(key, str, "") for key in ("path", "old", "new"))
        made = Swap(*texts)
        self.done()
        return made

    def wrong(self, key: str, problem: str) -> ConfigError:
        place = ".".join(filter(None, (self._place, key)))
        return ConfigError(f"{self._file}: {place}: {problem}")

    def take(self, key: str, kind: type, default: Any) -> Any:
        value = self._body.pop(key, default)
        if type(value) is not kind:
            raise self.wrong(key, f"must be of type {kind.__name__}")
        return value

    def table(self, key: str) -> "_Reader":
        place = ".".join(filter(None, (self._place, key)))
        return _Reader(self._file, self.take(key, dict, {}), place)

    def texts(self, key: str) -> tuple[str, ...]:
        values = self.take(key, list, [])
        if not all(isinstance(value, str) and value for value in values):
            raise self.wrong(key, "must be a list of texts")
        return tuple(values)

    keys = texts

    def many_keys(self, key: str) -> tuple[Keys, ...]:
        values = self.take(key, list, [])
        return tuple(
            _Reader(self._file, {key: value}, self._place).texts(key)
            for value in values
        )

    def pairs(self) -> dict[str, str]:
        for key, value in self._body.items():
            if not isinstance(value, str):
                raise self.wrong(key, "must be a text")
        pairs, self._body = self._body, {}
        return pairs

    def choice(self, key: str, choices: tuple[Any, ...]) -> Any:
        value = self.take(key, str, choices[0])
        if value not in choices:
            raise self.wrong(key, f"must be one of {', '.join(choices)}")
        return value

    def url(self, key: str) -> Url:
        return self.url_of(key, self.take(key, str, ""))

    def url_of(self, key: str, text: str) -> Url:
        parts = urlsplit(text)
        if parts.scheme != "https" or not parts.hostname or parts.port or parts.query:
            raise self.wrong(key, "must be an https:// address of a host and a path")
        return Url(parts.hostname, parts.path or "/")

    def done(self) -> None:
        for key in self._body:
            raise self.wrong(key, "unknown key")
