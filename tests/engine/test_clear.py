"""A home that goes takes all it had in the engine with it, and nothing of another's."""

from pathlib import Path

from swarm.bootstrap import wiring
from swarm.engine.host import images
from swarm.plan.naming import HOME_LABEL, HomePaths
from swarm.plan.specs import SandboxSpec
from swarm.ports import Containers


def test_a_cleared_home_leaves_nothing_and_takes_nothing_of_another(
    tmp_path: Path,
) -> None:
    """An engine has some thirty networks to give: one left behind is missed."""
    gone, stays = HomePaths(tmp_path / "gone"), HomePaths(tmp_path / "stays")
    engine: Containers = wiring.sandboxes()
    image = images.reference(engine, "base")
    for home in (gone, stays):
        _fill(engine, image, home)

    wiring.clear(gone)

    assert _held(engine, gone) == []
    assert len(_held(engine, stays)) == 3
    wiring.clear(stays)
    assert _held(engine, stays) == []
    engine.close()


def _fill(engine: Containers, image: str, home: HomePaths) -> None:
    labels, name = {HOME_LABEL: home.tag}, f"swarm-{home.tag}"
    engine.make_network(f"{name}-gate", labels)
    engine.make_volume(f"{name}-1-home", labels)
    engine.create(
        SandboxSpec(
            name=f"{name}-1", image=image, argv=("sleep", "60"), user="1000:1000",
            labels=labels, seccomp=images.seccomp_profile(),
        )
    )  # fmt: skip
    engine.start(f"{name}-1")


def _held(engine: Containers, home: HomePaths) -> list[str]:
    labels = {HOME_LABEL: home.tag}
    return [
        *(facts.name for facts in engine.all(labels)),
        *engine.volumes(labels),
        *engine.networks(labels),
    ]
