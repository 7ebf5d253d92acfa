"""One tool's settings while they are read: what the user chose, and what is unclear.

No password gets into a reading: a URL loses it here, and only its place is kept.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

from swarm.adapters.user_network import bounded_file, variables
from swarm.adapters.user_network.bounded_file import BadSettings
from swarm.model.safe_text import safe_line
from swarm.model.user_network import PORTS, Registry
from swarm.policy import hosts
from swarm.policy.hosts import BadHost

MOST_REGISTRIES = 100
"""Registries that count of one tool; further ones are a problem."""

SHORTEST_SECRET = 8
"""Characters of a variable's value that may be a secret; a shorter one is a word."""
PATH_PROBLEM = "has a secret in its path, where the gate can put none"
_SECRET_NAME = re.compile(
    r"TOKEN|PASSW|SECRET|CREDENTIAL|(?:KEY|_AUTH|_PAT|_PWD)$", re.IGNORECASE
)

Value = TypeVar("Value")


def secrets_in(text: str, values: Mapping[str, str]) -> list[str]:
    """The names, those of secrets by their words, whose values stand in the text."""
    return [
        name
        for name, value in values.items()
        if len(value) >= SHORTEST_SECRET and value in text and _SECRET_NAME.search(name)
    ]


@dataclass(frozen=True, slots=True)
class User:
    """Whose settings are read."""

    environment: Mapping[str, str]
    home: Path
    root: Path = Path("/")
    """Where the machine's own files lie."""

    def variable(self, *names: str) -> tuple[str, str]:
        """The first of the variables that is set and not empty, and its value."""
        for name in names:
            value = self.environment.get(name, "").strip()
            if value:
                return name, value
        return "", ""

    def folder(self, variable: str, *otherwise: str) -> Path:
        """The folder that a variable names, or one below the home."""
        value = self.environment.get(variable, "").strip()
        return self.path(value) if value else self.home.joinpath(*otherwise)

    def config(self, *parts: str) -> Path:
        """A path below the user's configuration folder."""
        return self.folder("XDG_CONFIG_HOME", ".config").joinpath(*parts)

    def holds_secret(self, text: str) -> bool:
        """Whether the value of a variable that is named as a secret stands in there.

        Only of those that a keeper has, or it and a front end would read two networks.
        """
        found = set(secrets_in(text, self.environment))
        if not found:
            return False
        return bool(found & {*variables.named(found), *variables.referred(self.home)})

    def path(self, text: str) -> Path:
        """A path as a tool reads it, `~` being this user's home."""
        if text == "~" or text.startswith("~/"):
            return self.home / text[2:]
        return self.home / text

    def machine(self, *parts: str) -> Path:
        """A path below the machine's root."""
        return self.root.joinpath(*parts)

    def name(self, file: Path) -> str:
        """The file's name for a human, the home being `~`."""
        if file.is_relative_to(self.home):
            return safe_line(f"~/{file.relative_to(self.home)}")
        return safe_line(str(file))


@dataclass(slots=True)
class Reading:
    """What was read of one tool so far."""

    tool: str
    user: User
    registries: list[Registry] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    settings: dict[str, str] = field(default_factory=dict)
    """Variables that say how the tool takes what it fetches; without secrets."""
    passwords: dict[str, str] = field(default_factory=dict, repr=False)
    """`user:password` of URLs by `host:port`; for the gate alone, in no reading."""
    downloads: dict[str, tuple[str, str]] = field(default_factory=dict)
    """By host of an index that no setting names: where it lets download from, and what
    says so. It counts if the index is the tool's public default."""
    replaces_default: bool = False
    """The user's settings leave nothing of the tool's public default in force."""

    def parsed(self, file: Path, parse: Callable[[str], Value]) -> Value | None:
        """The file's content; None without a file, and if it is bad.

        A bad file is a problem and closes the tool's default: it may name a mirror.
        """
        try:
            return bounded_file.parsed(file, parse)
        except BadSettings as error:
            self.problem(self.user.name(file), str(error))
            self.replaces_default = True
            return None

    def add(
        self,
        url: object,
        origin: str,
        *,
        scope: str = "",
        credential: str = "",
        is_default: bool = False,
    ) -> None:
        """Add a registry if the value is a web address.

        A file, a folder or a repository of git's is none, and is left out in silence.
        """
        parts = self._web_address(url, origin)
        if parts is None:
            return
        if len(self.registries) >= MOST_REGISTRIES:
            self.problem(origin, f"is left out: more than {MOST_REGISTRIES} registries")
            return
        clean = _without_secrets(parts)
        has_secret = "@" in parts.netloc or _CONDA_TOKEN.match(parts.path) is not None
        credential = credential or (origin if has_secret else "")
        if "@" in parts.netloc:
            place = Registry(self.tool, urlunsplit(clean))
            user, password = unquote(parts.username or ""), parts.password
            secret = f"{user}:{unquote(password or '')}"
            self.passwords.setdefault(f"{place.host}:{place.port}", secret)
        registry = Registry(
            self.tool,
            urlunsplit(clean),
            _shown(scope),
            _shown(origin),
            is_default,
            _shown(credential),
        )
        if registry not in self.registries:
            self.registries.append(registry)

    def _web_address(self, url: object, origin: str) -> SplitResult | None:
        """The parts of a registry's address; None, with the problem told, of others."""
        try:
            parts = urlsplit(url.strip()) if isinstance(url, str) else None
            port = parts.port if parts else None
        except ValueError:
            parts = None
        if not isinstance(url, str) or not parts or not url.strip():
            self.problem(origin, "is no web address")
            return None
        if parts.scheme.lower() not in PORTS:
            if not _is_elsewhere(url, parts):
                self.problem(origin, "is no web address")
            return None
        if _may_split_a_password(parts):
            self.problem(origin, "has a password that is not percent-encoded")
            return None
        if not _is_host(parts.hostname or "") or port == 0:
            self.problem(origin, "is no web address")
            return None
        if self.user.holds_secret(unquote(parts.path)):
            self.problem(origin, PATH_PROBLEM)
            return None
        return parts

    def replace_default(
        self, url: object, origin: str, *, credential: str = ""
    ) -> None:
        """Add a registry that stands in place of the tool's public default."""
        self.replaces_default = True
        self.add(url, origin, credential=credential)

    def pieces(self, value: str, origin: str, signs: str = r"\s") -> list[str]:
        """The addresses between separating signs; none if one may be a password's."""
        pieces = [piece for each in re.split(signs, value) if (piece := each.strip())]
        if any("@" in piece and "://" not in piece for piece in pieces):
            self.problem(origin, "has a password that is not percent-encoded")
            return []
        return pieces

    def setting(self, name: str, value: str) -> None:
        """Note a variable for the sandbox, without user and password in its URLs.

        One that may hold a secret at another place is left out.
        """
        clean = _USER_IN_URL.sub(r"\1", value)
        is_clean = "@" not in clean and "?" not in clean
        if clean.isprintable() and is_clean and not self.user.holds_secret(clean):
            self.settings[name] = clean

    def problem(self, where: str, what: str) -> None:
        """Note one thing that could not be read; never a value, it may be a secret."""
        sentence = _shown(f"{where} {what}")
        if sentence not in self.problems and len(self.problems) < MOST_REGISTRIES:
            self.problems.append(sentence)


_USER_IN_URL = re.compile(r"(://)[^/\s,|]*@")
_LOGIN = re.compile(r"//\S*[^/\s]@")


def _shown(text: str) -> str:
    """A name for a human; a key may be an address, and that may hold a password."""
    return safe_line(_LOGIN.sub("//…@", text))


_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*", re.IGNORECASE)


def _is_host(name: str) -> bool:
    """True if the gate would take it for a host."""
    try:
        hosts.parse(f"[{name}]" if ":" in name else name)
    except BadHost:
        return False
    return True


def _may_split_a_password(parts: SplitResult) -> bool:
    """Whether an `@` stands behind the host: a `/`, `?` or `#` may be a password's.

    A path may have one before a scope, as in `/@corp`.
    """
    rest = f"{parts.path}?{parts.query}#{parts.fragment}"
    return re.search(r"[^/]@", rest) is not None


def _is_elsewhere(url: str, parts: SplitResult) -> bool:
    """True for what no gate decides about: a path, or another protocol's address."""
    is_path = url.lstrip().startswith(("/", "./", "../", "~"))
    return is_path or bool(parts.scheme and _SCHEME.fullmatch(parts.scheme))


_CONDA_TOKEN = re.compile(r"^/t/[^/]+")


def _without_secrets(parts: SplitResult) -> SplitResult:
    """Without user, password, query and fragment, and without conda's `/t/TOKEN`."""
    host = (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    is_usual = parts.port in (None, PORTS.get(parts.scheme.lower()))
    port = "" if is_usual else f":{parts.port}"
    path = _CONDA_TOKEN.sub("", safe_line(parts.path))
    return SplitResult(parts.scheme.lower(), host + port, path, "", "")
