"""A user with an empty home, an empty machine and no variables."""

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from swarm.adapters.user_network.settings import Reading, User
from swarm.model.user_network import Registry


class Home:
    """A user whose files and variables a test writes."""

    def __init__(self, folder: Path) -> None:
        self.variables: dict[str, str] = {}
        self.folder, self.root = folder / "home", folder / "machine"
        self.folder.mkdir()
        self.root.mkdir()

    def write(self, name: str, text: str | bytes) -> Path:
        """Write a file of the user's; `/etc/…` is one of the machine's."""
        base = self.root if name.startswith("/") else self.folder
        file = base / name.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        content = (
            textwrap.dedent(text).lstrip("\n").encode()
            if isinstance(text, str)
            else text
        )
        file.write_bytes(content)
        return file

    @property
    def user(self) -> User:
        """The user as the readers see it."""
        return User(self.variables, self.folder, self.root)

    def read(self, reader: Callable[[User, Reading], None]) -> Reading:
        """What one tool's reader makes of it."""
        reading = Reading("tool", self.user)
        reader(self.user, reading)
        return reading


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty home."""
    return Home(tmp_path)


def urls(reading: Reading) -> dict[str, str]:
    """Each URL and its scope."""
    return {registry.url: registry.scope for registry in reading.registries}


def only(reading: Reading) -> Registry:
    """The one registry that was read."""
    (registry,) = reading.registries
    return registry
