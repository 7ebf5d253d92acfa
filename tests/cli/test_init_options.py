"""Every answer of `swarm init` has an option."""

from argparse import ArgumentParser, Namespace

import pytest

from swarm.cli import init_options
from swarm.errors import SwarmError
from swarm.model.project import ProjectChoice, ServiceContainer


def given(*words: str) -> Namespace:
    parser = ArgumentParser()
    init_options.add(parser)
    return parser.parse_args(words)


def test_each_answer() -> None:
    args = given(
        "--agent", "claude", "--stack", "go,c", "--stack", "node", "--package", "jq",
        "--setup", "a, b", "--test", "t", "--port", "80", "--env-file", ".env",
        "--protect", "ci", "--hide", "k", "--service", "redis",
        "--service", "db=postgres",
    )  # fmt: skip

    assert init_options.is_any_given(args)
    assert init_options.applied(ProjectChoice(), init_options.answers(args)) == (
        ProjectChoice(
            agent="claude",
            stacks=("go", "c", "node"),
            packages=("jq",),
            setup=("a, b",),
            test="t",
            ports=(80,),
            env_files=(".env",),
            protect=("ci",),
            hide=("k",),
            service_container={
                "redis": ServiceContainer(recipe="redis"),
                "db": ServiceContainer(recipe="postgres"),
            },
        )
    )


def test_none_of_it() -> None:
    found = ProjectChoice(stacks=("go",), test="t", ports=(1,))
    args = given("--no-stack", "--no-test", "--no-service")

    assert init_options.applied(found, init_options.answers(args)) == ProjectChoice(
        ports=(1,)
    )
    assert not init_options.is_any_given(given("--yes", "--dry-run"))


def test_what_is_meant_both_ways_is_refused() -> None:
    with pytest.raises(SwarmError, match="--stack and --no-stack"):
        init_options.answers(given("--stack", "go", "--no-stack"))


@pytest.mark.parametrize(
    "words", [("--port", "0"), ("--port", "x"), ("--service", "oracle")]
)
def test_what_is_no_answer_is_refused(words: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit):
        given(*words)
