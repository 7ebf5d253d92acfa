"""The dialog of a build tells of the one under way, and cancels that one alone."""

from swarm.model.image_build import ImageBuild
from swarm.tui.dialogs.build import BuildDialog

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
