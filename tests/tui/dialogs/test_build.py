"""The dialog of a build tells of the one under way, and cancels that one alone."""

from collections.abc import Callable

import pytest

from swarm.model.image_build import ImageBuild
from swarm.model.wishes import NewTasks
from swarm.tui.dialogs.build import BuildDialog
from swarm.tui.messages import WishRequested
from tests.scenes import IMAGE_FAILED, Scene, press, settled, shown
from tests.tui.fakes import FakeBackend

Recorded = Callable[[Scene], FakeBackend]

UNDER_WAY = ImageBuild("b", 0.0, 1)
BUILT = ImageBuild("a", 0.0, 1, is_built=True)
FAILED = ImageBuild("c", 0.0, 1, problem="why")


def _current(*builds: ImageBuild) -> str:
    known = {build.image: build for build in builds}
    return BuildDialog(lambda: "abc", lambda: known, str, lambda: 0.0).current


def test_the_one_under_way_is_told_of_before_what_failed() -> None:
    assert _current(BUILT, UNDER_WAY, FAILED) == "b"
    assert _current(BUILT, FAILED) == "c"
    assert _current(BUILT) == "c"
    assert BuildDialog(lambda: "", dict, str, lambda: 0.0).current == ""


@pytest.mark.parametrize(
    ("message", "toasts"),
    [
        ("image agents/codex: docker build agents/codex: npm could not fetch", 0),
        ("the policy has an error", 1),
    ],
)
async def test_what_the_dialog_shows_is_told_by_no_toast_over_it(
    recorded: Recorded, message: str, toasts: int
) -> None:
    """Another refusal is told although the dialog is open."""
    backend = recorded(IMAGE_FAILED)
    backend.refusals["new"] = (message, "")
    with shown(backend) as app:
        async with app.run_test(size=(80, 24)) as pilot:
            await press(pilot, backend, "B")
            dialog = app.screen
            assert isinstance(dialog, BuildDialog)
            dialog.post_message(WishRequested(NewTasks("/r", "x", agent="codex")))
            await settled(pilot)
            await press(pilot, backend, "keeper")
            await settled(pilot)

            assert len(app._notifications) == toasts
