"""The variables that a keeper has of its user's shell, and how those differ by now.

A keeper outlives the shell that started it. What it reads of the user's network must be
what the user's own tools read, so the front end that starts it hands it the variables,
by a pipe: some hold passwords, and an argument is for every user of a machine to see.
The keeper leaves a salted digest of each in its home, so that a later front end can
name those whose values differ; no value is ever written to a disk.
"""

import json
import os
import select
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event
from typing import Any

from swarm.adapters.user_network import variables
from swarm.errors import ConfigError
from swarm.plan.naming import HomePaths

PIPE = "SWARM_KEEPER_VARIABLES"
"""The variable that names the pipe to a keeper that is just started."""
PIPE_SECONDS = 10.0
"""The longest time that a keeper waits for its variables; it then goes on without."""
POLL_SECONDS = 0.02

FIXED = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "USER",
    "LOGNAME",
    "TMUX_TMPDIR",
    "XDG_CONFIG_HOME",
    "XDG_RUNTIME_DIR",
    "DOCKER_HOST",
    "DOCKER_CONTEXT",
    "DOCKER_CONFIG",
    "DOCKER_TLS_VERIFY",
    "DOCKER_CERT_PATH",
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "XAUTHORITY",
    "DBUS_SESSION_BUS_ADDRESS",
    "SSH_AUTH_SOCK",
    "GNUPGHOME",
    "SWARM_CONFIG",
)
"""Variables that every keeper needs."""
COMPARED = (
    "HOME",
    "XDG_CONFIG_HOME",
    "SWARM_CONFIG",
    "DOCKER_HOST",
    "DOCKER_CONTEXT",
    "DOCKER_CONFIG",
)
"""Those of them that say which files are read, and which engine is used."""


def handed_over(paths: HomePaths) -> dict[str, str]:
    """The variables of this process that a keeper of this home gets."""
    names = (*FIXED, *_network_names(paths, os.environ))
    chosen = {name: os.environ[name] for name in names if name in os.environ}
    return {**chosen, "SWARM_HOME": str(paths.home)}


def _network_names(paths: HomePaths, environment: Mapping[str, str]) -> set[str]:
    referred = set[str]()
    with suppress(RuntimeError):  # a user without a home has no files either
        referred = {*variables.referred(Path.home())}
    return {*variables.named(environment), *referred, *_secret_names(paths)}


def _secret_names(paths: HomePaths) -> Iterator[str]:
    """The variables that a policy of the user's takes a secret from."""
    from swarm.config import load, policy_files  # noqa: PLC0415 - loads the policy's parser

    files = [policy_files.beside(load.user_file())]
    files += sorted(paths.home.glob("projects/*/policy.toml"))
    for file in files:
        # A file with a mistake is told of where it is used.
        with suppress(ConfigError):
            layer = policy_files.read(file, "user")
            for secret in layer.secrets if layer else ():
                kind, _, name = secret.source.partition(":")
                if kind == "env" and name:
                    yield name


@contextmanager
def pipe(paths: HomePaths) -> Iterator[Path]:
    """A pipe in the home that this user alone can open; removed afterwards."""
    file = paths.home / f"keeper.pipe.{os.urandom(8).hex()}"
    os.mkfifo(file, 0o600)
    try:
        yield file
    finally:
        file.unlink(missing_ok=True)


def send(file: Path, sent: Mapping[str, str]) -> bool:
    """Write the variables if the keeper has opened its end; False if it has not yet."""
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_NONBLOCK)
    except OSError:
        return False
    os.set_blocking(descriptor, True)
    # A keeper that ended meanwhile is found out by who waits for it.
    with suppress(BrokenPipeError), os.fdopen(descriptor, "wb") as stream:
        stream.write(json.dumps(dict(sent)).encode())
    return True


def receive() -> None:
    """Take the variables that a front end hands over, if it said that it does.

    Blocks for at most PIPE_SECONDS.
    """
    name = os.environ.pop(PIPE, "")
    if name:
        os.environ.update(_received(Path(name)))


def _received(file: Path) -> dict[str, str]:
    deadline, chunks = time.monotonic() + PIPE_SECONDS, list[bytes]()
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return {}
    try:
        while (left := deadline - time.monotonic()) > 0:
            if not select.select([descriptor], [], [], left)[0]:
                break
            try:
                chunk = os.read(descriptor, 1 << 16)
            except BlockingIOError:
                continue  # one writer went, which woke us, and another has come
            if chunk:
                chunks.append(chunk)
            elif chunks:
                break
            else:
                # Until a writer comes, a pipe is at its end on macOS; Linux waits.
                wait()
    finally:
        os.close(descriptor)
    try:
        body = json.loads(b"".join(chunks))
    except ValueError:
        return {}
    return {str(key): str(value) for key, value in body.items()}


def record(paths: HomePaths) -> None:
    """Write the digests of this keeper's variables into the home, for front ends."""
    salt = os.urandom(16).hex()
    names = {*COMPARED, *_network_names(paths, os.environ)} & {*os.environ}
    digests = {name: _digest(salt, os.environ[name]) for name in sorted(names)}
    body = {"pid": os.getpid(), "salt": salt, "digests": digests}
    draft = paths.keeper_environment.with_suffix(".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(body, file)
    draft.replace(paths.keeper_environment)


def differences(paths: HomePaths, pid: int | None) -> tuple[str, ...]:
    """The variables whose values this process and the keeper do not have alike.

    Empty without a keeper, and for one that left no digests.
    """
    body = _recorded(paths)
    if not pid or body.get("pid") != pid:
        return ()
    salt, digests = str(body["salt"]), body["digests"]
    own_names = {*COMPARED, *_network_names(paths, os.environ)} & {*os.environ}
    own = {name: _digest(salt, os.environ[name]) for name in own_names}
    return tuple(
        sorted(name for name in {*own, *digests} if own.get(name) != digests.get(name))
    )


def _recorded(paths: HomePaths) -> dict[str, Any]:
    try:
        body = json.loads(paths.keeper_environment.read_bytes())
        return {
            "pid": int(body["pid"]),
            "salt": str(body["salt"]),
            "digests": dict(body["digests"]),
        }
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _digest(salt: str, value: str) -> str:
    import hashlib  # noqa: PLC0415 - loads OpenSSL: 17 ms that `swarm ls` does without

    text = f"{salt}\0{value}".encode(errors="surrogateescape")
    return hashlib.sha256(text).hexdigest()


def sentence(names: tuple[str, ...]) -> str:
    """The differences for a human to read; empty if there are none."""
    if not names:
        return ""
    return (
        f"this shell and the keeper differ in {', '.join(names)}, and tasks follow "
        "the keeper; `swarm keeper restart` gives it the values of this shell"
    )


def wait(seconds: float = POLL_SECONDS) -> None:
    """Pause between two looks at a keeper that starts or ends."""
    Event().wait(seconds)
