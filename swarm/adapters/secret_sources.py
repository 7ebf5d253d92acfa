"""Fetches a secret's value from the source that the policy names, when it is needed."""

import os
import shlex
import shutil
import stat
from pathlib import Path

from swarm.adapters.environment import copy_of
from swarm.adapters.process import Limits, Program, run
from swarm.adapters.user_network import credentials
from swarm.errors import SwarmError, ToolError

SECONDS = 20.0
LIMIT = 64 << 10


IN_POLICY = "its source stands in the policy file; see `swarm policy show`"


def fetch(name: str, source: str, hint: str = IN_POLICY) -> str:
    """The value; SwarmError names the secret and the source, never the value.

    `hint` says where the source is written.
    """
    try:
        return _fetch(name, source)
    except SwarmError as error:
        raise SwarmError(error.message, hint=hint) from error


def _fetch(name: str, source: str) -> str:
    kind, _, rest = source.partition(":")
    match kind:
        case "file":
            value = _from_file(name, rest)
        case "env":
            value = os.environ.get(rest, "")
        case "cmd":
            value = _from_command(name, _words(name, rest))
        case "keyring":
            value = _from_command(name, ["secret-tool", "lookup", *rest.split("/")])
        case _ if kind in credentials.KINDS:
            value = credentials.value(source, copy_of(os.environ), _home())
        case _:
            raise _source_error(name, source, "no such kind of source")
    value = value.strip()
    if not value:
        raise _source_error(name, source, "it is empty or not there")
    if any(not 0x20 <= ord(c) < 0x7F for c in value):
        raise _source_error(name, source, "it holds characters that no header may hold")
    return value


def _from_file(name: str, path: str) -> str:
    """The file's content; a pipe, which may never have a writer, is refused."""
    try:
        # NONBLOCK: else the opening of a pipe waits.
        descriptor = os.open(
            Path(path).expanduser(), os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC
        )
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise _source_error(name, f"file:{path}", "it is no regular file")
            with os.fdopen(descriptor, encoding="utf-8", closefd=False) as file:
                return file.read(LIMIT)
        finally:
            os.close(descriptor)
    except (OSError, ValueError, RuntimeError) as error:
        raise _source_error(name, f"file:{path}", _short(error)) from error


def _words(name: str, command: str) -> list[str]:
    try:
        return shlex.split(command)
    except ValueError as error:
        raise _source_error(name, "cmd:", "a quote in it does not end") from error


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:
        return Path("/nonexistent")


def _from_command(name: str, argv: list[str]) -> str:
    if not argv or not shutil.which(argv[0]):
        raise _source_error(
            name, argv[0] if argv else "cmd:", "there is no such program"
        )
    # The user's own program: it finds its agent, its keys and the desktop by variables.
    program = Program(argv, Path(argv[0]).name, os.environ)
    try:
        result = run(program, Limits(SECONDS, LIMIT))
    except ToolError as error:
        raise _source_error(name, argv[0], error.message) from error
    if result.status:
        # Its complaint may hold the value, so the error does not quote it.
        raise _source_error(name, argv[0], f"exit {result.status}")
    return result.output.decode(errors="replace")


def _short(error: Exception) -> str:
    return getattr(error, "strerror", None) or type(error).__name__


def _source_error(name: str, source: str, reason: str) -> SwarmError:
    return SwarmError(f"the secret {name!r} cannot be read from {source}: {reason}")
