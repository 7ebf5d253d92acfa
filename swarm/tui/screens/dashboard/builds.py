"""The images that the keeper builds for tasks of this dashboard, and of others."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from swarm.model import events, image_build
from swarm.model.image_build import ImageBuild
from swarm.model.safe_text import safe_line
from swarm.model.wishes import CancelBuild, NewTasks, Retry, Wish
from swarm.store.queries import Queries
from swarm.tui.dialogs import opening
from swarm.tui.dialogs.base import Dialog
from swarm.tui.messages import WishRequested
from swarm.tui.present.formatting import WARNING
from swarm.tui.screens.base import KeyScreen


class Builds:
    """Follows builds, and shows them on the screen it belongs to."""

    def __init__(
        self,
        screen: KeyScreen[None],
        queries: Queries,
        log: Callable[[str], str],
        clock: Callable[[], float],
    ) -> None:
        """`log` returns the end of what an image's build printed; it blocks."""
        self._screen, self._queries = screen, queries
        self._log, self._clock = log, clock
        self._known: Mapping[str, ImageBuild] | None = None
        self._dialog: Dialog[str] | None = None
        self._shown: Sequence[str] = ()

    def follow(self, recorded: Iterable[events.Recorded]) -> None:
        """Read anew if an event tells of a build; SwarmError by the store."""
        is_news = any(isinstance(one.event, image_build.KINDS) for one in recorded)
        if self._known is None or is_news:
            self._read()

    def _read(self) -> None:
        read = self._queries.events.of_kinds(*image_build.KINDS)
        self._known = image_build.builds(read)

    @property
    def known(self) -> Mapping[str, ImageBuild]:
        """The last build of each image."""
        return self._known or {}

    def disabled_reason(self) -> str:
        """Why there is nothing to show; empty if there is."""
        return "" if self._images() else "no image is being built"

    def _images(self) -> list[str]:
        """Those under way, else the last that could not be built."""
        under_way = [name for name, one in self.known.items() if one.is_under_way]
        failed = [name for name, one in self.known.items() if one.problem]
        return under_way or failed[-1:]

    def open(self, images: Sequence[str] = ()) -> None:
        """Show these images, which are to be built; else those that are."""
        self._shown = images or self._images()
        self._dialog = opening.build_dialog(
            self._names, lambda: self.known, self._log, self._clock
        )
        self._screen.app.push_screen(self._dialog, self._answered)

    def _names(self) -> list[str]:
        """Those that are shown, and those that began since: one may bring the next."""
        under_way = [name for name, one in self.known.items() if one.is_under_way]
        return list(dict.fromkeys([*self._shown, *under_way]))

    def _answered(self, image: str | None) -> None:
        self._dialog = None
        if image:
            self._screen.post_message(WishRequested(CancelBuild(image)))
        elif any(one.is_under_way for one in self.known.values()):
            names = ", ".join(safe_line(name, 60) for name in self._images())
            self._screen.say(f"{names}: being built; B shows it", WARNING)

    def decided(self, wish: Wish, is_done: bool) -> None:
        """Close the dialog of a wish that is decided; a failed build stays in view."""
        waits = isinstance(wish, NewTasks | Retry) and wish.build
        if not waits or self._dialog is None:
            return
        # Its build's end may be stored, and not yet among what was followed.
        self._read()
        shown = [self.known.get(name) for name in self._shown]
        has_failed = any(one and one.problem for one in shown)
        if self._dialog.is_current and (is_done or not has_failed):
            self._dialog.dismiss(None)
