"""What a devcontainer adds to a swarm.toml, which counts before it."""

from dataclasses import replace

from swarm.config.devcontainer import Devcontainer, ImageBuild
from swarm.config.devcontainer_choice import applied
from swarm.model.project import ProjectChoice

CHOICE = ProjectChoice(devcontainer="dev.json")


def test_all_of_it_is_added() -> None:
    found = Devcontainer(
        image="debian:trixie",
        environment=(("A", "1"),),
        setup=("make deps",),
        ports=(3000,),
        compose="compose.yaml",
        services=("db",),
        extensions=("a.b",),
        left_out=("runArgs: no",),
    )

    choice, left_out = applied(CHOICE, found)

    assert choice == ProjectChoice(
        devcontainer="dev.json",
        image="debian:trixie",
        environment={"A": "1"},
        setup=("make deps",),
        each_task=(),
        ports=(3000,),
        extensions=("a.b",),
        compose="compose.yaml",
        services=("db",),
    )
    assert left_out == ("dev.json: runArgs: no",)


def test_a_build_is_taken_whole() -> None:
    build = ImageBuild("dev/Dockerfile", "dev", (("V", "1"),), "tools")

    choice, _ = applied(CHOICE, Devcontainer(build=build))

    assert (choice.dockerfile, choice.build_context) == ("dev/Dockerfile", "dev")
    assert (choice.build_args, choice.build_target) == ({"V": "1"}, "tools")


def test_the_whole_repository_is_the_usual_context() -> None:
    choice, _ = applied(CHOICE, Devcontainer(build=ImageBuild("Dockerfile")))

    assert choice.build_context == ""


def test_features_are_stacks_without_an_image_and_left_out_with_one() -> None:
    features = Devcontainer(stacks=("node",), packages=("jq",), pins=(("node", "18"),))
    choice, left_out = applied(CHOICE, features)
    assert (choice.stacks, choice.packages) == (("node",), ("jq",))
    assert left_out == ("dev.json: node 18: a stack has one version",)

    choice, left_out = applied(CHOICE, Devcontainer(image="a", stacks=("node",)))
    assert (choice.stacks, choice.image) == ((), "a")
    assert "features (node)" in left_out[0]


def test_what_swarm_toml_says_counts_before_it() -> None:
    own = ProjectChoice(
        devcontainer="dev.json",
        stacks=("go",),
        environment={"A": "own"},
        setup=("last",),
        ports=(1,),
    )
    found = Devcontainer(
        image="a", environment=(("A", "1"),), setup=("first",), ports=(1, 2)
    )

    choice, left_out = applied(own, found)

    assert (choice.stacks, choice.image) == (("go",), "")
    assert "take its place" in left_out[0]
    assert choice.environment == {"A": "own"}
    assert choice.setup == ("first", "last")
    assert choice.ports == (1, 2)


def test_beside_services_the_late_commands_are_each_task_s() -> None:
    """As where containers are kept; a set-up of swarm.toml's own may fill them, too."""
    found = Devcontainer(
        setup=("deps",), late_setup=("migrate",), compose="c.yaml", services=("db",)
    )
    choice, _ = applied(CHOICE, found)
    assert (choice.setup, choice.each_task) == (("deps",), ("migrate",))
    assert choice.services == ("db",)

    alone, _ = applied(CHOICE, replace(found, services=(), compose=""))
    assert (alone.setup, alone.each_task) == (("deps", "migrate"), None)
    own, _ = applied(replace(CHOICE, setup=("own",)), found)
    assert (own.setup, own.each_task) == (("deps", "migrate", "own"), None)
    said, _ = applied(replace(CHOICE, each_task=("fill",)), found)
    assert (said.setup, said.each_task) == (("deps", "migrate"), ("fill",))
