"""Which builds are under way is read from events, and a keeper's end ends them."""

from swarm.model import events, image_build
from swarm.model.events import Recorded


def _builds(*each: events.Event) -> dict[str, image_build.ImageBuild]:
    recorded = [Recorded(n, float(n), None, event) for n, event in enumerate(each)]
    return image_build.builds(recorded)


BEGUN = events.ImageBuilding("base", 2)


def test_one_is_under_way_until_it_ends() -> None:
    assert _builds(BEGUN)["base"].is_under_way
    built = _builds(BEGUN, events.ImageBuilt("base", 3.0))["base"]
    assert (built.is_built, built.is_under_way, built.began) == (True, False, 0.0)
    failed = _builds(BEGUN, events.ImageBuildFailed("base", "why", "how"))["base"]
    assert (failed.problem, failed.hint, failed.is_under_way) == ("why", "how", False)
    again = _builds(BEGUN, events.ImageBuildFailed("base", "why"), BEGUN)["base"]
    assert again.is_under_way


def test_it_ends_with_its_keeper() -> None:
    assert _builds(BEGUN, events.KeeperStarted(1, "0")) == {}


def test_the_last_step_is_told() -> None:
    lines = ["Step 1/12 : FROM x", "Step 2/12 : RUN y", "fetching"]
    assert image_build.step(lines) == (2, 12)
    assert image_build.step(["none"]) is None
