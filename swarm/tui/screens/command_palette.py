"""The command palette, made from the same table as the keys."""

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from swarm.tui.keymap import Key
from swarm.tui.present.formatting import KEY, MUTED
from swarm.tui.screens.base import KeyScreen


class KeyCommands(Provider):
    """Every key of the screen below, with the reason why it cannot be used now."""

    async def discover(self) -> Hits:
        """All keys."""
        for key, reason in self._offered():
            yield DiscoveryHit(
                _name(key, reason), self._do(key), text=key.help, help=reason or None
            )

    async def search(self, query: str) -> Hits:
        """The keys whose words match."""
        matcher = self.matcher(query)
        for key, reason in self._offered():
            words = f"{key.label} {key.help}"
            if (score := matcher.match(words)) > 0:
                yield Hit(
                    score, _name(key, reason), self._do(key), words, reason or None
                )

    def _offered(self) -> list[tuple[Key, str]]:
        return list(self.screen.offered()) if isinstance(self.screen, KeyScreen) else []

    def _do(self, key: Key) -> "_Act":
        assert isinstance(self.screen, KeyScreen)
        return _Act(self.screen, key.action)


class _Act:
    """Runs one action of a screen, as its key would."""

    def __init__(self, screen: KeyScreen[None], action: str) -> None:
        self._screen = screen
        self._action = action

    def __call__(self) -> None:
        self._screen.action_act(self._action)


def _name(key: Key, reason: str) -> Content:
    return Content.assemble(
        (f"{key.shown:<9}", KEY),
        (f" {key.help}", MUTED if reason else ""),
    )
