"""Finds the engine that the user's own `docker` talks to, and translates its errors."""

import os
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from errno import ENOENT
from ipaddress import ip_address
from pathlib import Path
from pwd import getpwuid
from typing import Any
from urllib.parse import urlsplit

import requests.exceptions
from docker import APIClient
from docker.context import ContextAPI
from docker.context import config as context_files
from docker.context.config import get_current_context_name
from docker.errors import APIError, DockerException, NotFound, TLSParameterError
from docker.tls import TLSConfig
from docker.utils import kwargs_from_env, parse_host
from urllib3.exceptions import HTTPError

from swarm.adapters.docker.client import EngineClient
from swarm.adapters.docker.no_answer import reason
from swarm.errors import ToolError, ToolMissing
from swarm.model.safe_text import safe_line

SECONDS = 60.0
"""The time limit of one call that is not a stream, a build or a stop."""

LOCAL_SCHEMES = ("unix", "http+unix")
NO_ANSWER_HINT = "start the engine, or see `swarm doctor`"
WRAPPINGS = 100
"""Values that are looked at in search of what a library's error wraps."""
DEFAULT_URL = "unix:///var/run/docker.sock"
DEFAULT_WAY = "`docker context use default`, and unset DOCKER_HOST and DOCKER_CONTEXT"
NO_NETWORK_LEFT = r"address pools? (?:among the defaults|have been fully subnetted)"
"""Matches the refusal of engines before 27 (a 404), and the one since."""


def _context_folder() -> str:
    folder = os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker"
    return str(Path(folder) / "contexts")


# As it is, the library looks in the current directory if there is no `config.json`:
# there a repository could bring contexts, and the user's own would not be found.
_context_files: Any = context_files
_context_files.get_context_dir = _context_folder


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The engine's address, and a `docker` command line that reaches it too."""

    url: str
    tls: TLSConfig | None = None
    argv: tuple[str, ...] = ("docker",)
    """The first words of the command, for panes; they need no variable of tmux's."""


def find_endpoint() -> Endpoint:
    """`DOCKER_HOST`, else the current docker context, else the usual socket."""
    if os.environ.get("DOCKER_HOST"):
        return _from_environment()
    untyped_name: Any = get_current_context_name
    name = os.environ.get("DOCKER_CONTEXT") or untyped_name()
    if not isinstance(name, str):
        raise ToolError(
            f"docker: currentContext in its config.json is no name: {name!r:.80}",
            hint="choose a context with `docker context use`",
        )
    if name and name != "default":
        return _from_context(name)
    return Endpoint(DEFAULT_URL, argv=(_command(), "-H", DEFAULT_URL))


def _from_environment() -> Endpoint:
    try:
        arguments = kwargs_from_env()
    except TLSParameterError as error:
        raise ToolError(f"docker: DOCKER_TLS_VERIFY: {error}") from error
    names = ("DOCKER_HOST", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH")
    variables = [f"{name}={os.environ[name]}" for name in names if os.environ.get(name)]
    return Endpoint(
        str(arguments["base_url"]),
        arguments.get("tls"),
        ("env", *variables, _command()),
    )


def _from_context(name: str) -> Endpoint:
    try:
        context = ContextAPI.get_context(name)
    except (DockerException, OSError, ValueError) as error:
        raise ToolError(f"docker context {name}: {error}") from error
    if context is None or not context.Host:
        raise ToolError(
            f"docker context {name}: it does not exist",
            hint="see `docker context ls`; choose one with `docker context use`",
        )
    return Endpoint(
        str(context.Host), context.TLSConfig, (_command(), "--context", name)
    )


def _command() -> str:
    return shutil.which("docker") or "docker"


class Connection:
    """One engine, connected to when first needed and again after it went away."""

    def __init__(self, seconds: float = SECONDS) -> None:
        """`seconds` is the time limit of one call that is not a stream."""
        self._seconds = seconds
        self._lock = threading.Lock()
        self._client: APIClient | None = None
        self._endpoint: Endpoint | None = None

    @property
    def endpoint(self) -> Endpoint:
        """The engine that this connection leads to; looked up once."""
        if self._endpoint is None:
            self._endpoint = find_endpoint()
        return self._endpoint

    @contextmanager
    def call(self, label: str) -> Iterator[APIClient]:
        """The client, with every library error translated; `label` names the call."""
        try:
            yield self._connected()
        except APIError as error:
            kind = Absent if isinstance(error, NotFound) else ToolError
            reason = _explanation(error)
            raise kind(f"docker {label}: {reason}", refusal_hint(reason)) from error
        except (
            DockerException,
            requests.exceptions.RequestException,
            HTTPError,
            OSError,
        ) as error:
            self._client = None
            raise _no_answer(self.endpoint.url, error) from error

    def close(self) -> None:
        """Close the idle sockets; a later call connects anew."""
        with self._lock:
            if self._client is not None:
                self._client.close()
                self._client = None

    def _connected(self) -> APIClient:
        with self._lock:
            if self._client is None:
                endpoint = self.endpoint
                _require_this_machine(endpoint.url)
                _require_socket(endpoint.url)
                self._client = EngineClient(
                    base_url=endpoint.url,
                    version="auto",
                    timeout=int(self._seconds),
                    tls=endpoint.tls or False,
                    max_pool_size=32,
                )
            return self._client


def _require_this_machine(url: str) -> None:
    """Refuse an engine elsewhere: it would mount folders of its own machine.

    Nothing is sent there, and no `ssh` is started.
    """
    shown = safe_line(_without_user(url))
    if url.strip().lower().startswith("npipe:"):
        raise ToolError(
            f"docker: {shown} is a pipe of Windows, which nothing here can open",
            hint=f"switch on Docker Desktop's WSL integration, and {DEFAULT_WAY}",
        )
    elsewhere = ToolError(
        f"docker: the engine at {shown} is on another machine, and a task's worktree "
        "is on this one",
        hint=f"use an engine of this machine: {DEFAULT_WAY}; or run swarm over there",
    )
    try:
        if not _is_here(url):
            raise elsewhere
        parse_host(url)
    except (DockerException, ValueError) as error:
        raise ToolError(
            f"docker: {shown} is no address of an engine",
            hint=f"it looks like {DEFAULT_URL}; or {DEFAULT_WAY}",
        ) from error


def _is_here(url: str) -> bool:
    """False for an address elsewhere; one without a scheme is TCP's, as for `docker`.

    ValueError if it is none.
    """
    scheme, separator, rest = url.strip().partition("://")
    if not separator and not scheme.startswith(("unix:", "/")):
        scheme, rest = "tcp", scheme
    if scheme.lower() in LOCAL_SCHEMES or not rest:
        return True
    host = urlsplit(f"//{rest}").hostname or ""
    return scheme.lower() != "ssh" and _is_loopback(host)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host in ("", "localhost") or host.endswith(".localhost")


def _without_user(url: str) -> str:
    return re.sub(r"(^|://)[^/@]*@", r"\1", url)


def _no_answer(url: str, error: BaseException) -> ToolMissing:
    """What a failed connection says: most often that the user may not use it."""
    if _is_permission(error):
        return ToolMissing(
            f"docker: your user may not use the engine at {url} (permission denied)",
            hint=f"{_joining(_group_of(url))}, then `swarm keeper restart`",
        )
    return ToolMissing(
        f"docker does not answer at {url}: {reason(_short(error))}", hint=NO_ANSWER_HINT
    )


def _is_permission(error: BaseException | None) -> bool:
    """True if the operating system refused, however deep the library wrapped it."""
    seen: list[object] = [error]
    for known in seen:
        if isinstance(known, PermissionError):
            return True
        if isinstance(known, BaseException) and len(seen) < WRAPPINGS:
            seen += [*known.args, known.__cause__, known.__context__]
    return False


def _group_of(url: str) -> str:
    """The name of the group that may use a socket; the usual one if it is unknown."""
    try:
        return Path(url.removeprefix("unix://")).group()
    except (OSError, KeyError):
        return "docker"


def _joining(group: str) -> str:
    """How this user comes to be in a group, which is decided at log-in."""
    try:
        name = getpwuid(os.getuid()).pw_name
    except KeyError:
        return (
            f"uid {os.getuid()} has no account: whoever starts it must give it the "
            f"group {group} (`--group-add`, `setpriv --groups`)"
        )
    return f"join its group (`sudo usermod -aG {group} {name}`), log in again"


def _require_socket(url: str) -> None:
    """FileNotFoundError if a Unix socket is not there."""
    # The library reports this too, but leaks an open socket each time.
    path = Path(url.removeprefix("unix://"))
    if url.startswith("unix://") and not path.exists():
        raise FileNotFoundError(ENOENT, "there is no such socket", str(path))


class Absent(ToolError):
    """The engine knows no such container, image or volume."""


def refusal_hint(refusal: str) -> str:
    """The way out of an engine's refusal; empty if none is known."""
    if not re.search(NO_NETWORK_LEFT, refusal):
        return ""
    return (
        "the engine has about thirty ranges, one a network: `docker network prune` "
        "frees those that no running container uses"
    )


def _explanation(error: APIError) -> str:
    raw = error.explanation
    text = raw.decode(errors="replace") if isinstance(raw, bytes) else str(raw)
    return " ".join(text.split()) or _without_queries(str(error))


def _short(error: BaseException) -> str:
    return " ".join(_without_queries(str(error)).split())[:200]


def _without_queries(text: str) -> str:
    """The library's words without what a call sent: a build's proxy has a password."""
    return re.sub(r"(/[^\s?]*)\?\S*", r"\1", text)
