"""The library's client, which takes no settings from the user's `docker` program.

The library puts what it finds in `config.json` into everything it makes: proxies, with
their passwords, become variables of each container and arguments of each build; a
build asks every credential helper for every password; a key that detaches comes along
with `exec`. Only what swarm names may be in a sandbox, and none of its builds needs an
account, so the client is made as if there were no such file. Which engine it talks to
is decided in `connection`, by the user's contexts and variables.
"""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from docker import APIClient
from docker.api import client as library


def _no_settings() -> dict[str, Any]:
    # Not quite empty: for an empty one the library reads the file once more.
    return {"auths": {}}


# `__init__` reads the file by this name, and has no argument that keeps it from it.
_module: Any = library
_module.config = SimpleNamespace(load_general_config=_no_settings)


def _untold(_answer: Any) -> None:
    """Nobody wants to end it."""


class EngineClient(APIClient):
    """A client of one engine, whatever `config.json` says."""

    on_stream: Callable[[Any], None] = staticmethod(_untold)
    """Called with each answer that is read as it comes, before it is."""

    def _stream_helper(self, response: Any, decode: bool = False) -> Any:
        self.on_stream(response)
        untyped: Any = super()
        return untyped._stream_helper(response, decode)

    def _set_auth_headers(self, headers: dict[str, str]) -> None:
        """Send no credentials with a build; as it is, it would look for them again."""
