"""A `swarm.toml` is written so that it reads back, whatever stands in it."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.config.project import parsed
from swarm.config.project_text import in_order, text, toml
from swarm.errors import ConfigError
from swarm.model.detected import Detected, Reason
from swarm.model.project import ProjectChoice, ServiceContainer

FULL = ProjectChoice(
    agent="claude",
    stacks=("python", "node"),
    packages=("tree", "jq"),
    environment={"MODE": 'a "b"'},
    setup=('a "b" \\ c\n', "x" * 100),
    each_task=("fill",),
    test="make",
    ports=(1, 2),
    env_files=(".env",),
    protect=(".github",),
    hide=("a b",),
    compose="c.yaml",
    services=("web",),
    service_container={
        "a.b": ServiceContainer(recipe="redis"),
        "db": ServiceContainer(
            recipe="postgres", environment={"A": "b\x7f"}, port=1, command=("a", "b")
        ),
    },
)


@pytest.mark.parametrize("choice", [ProjectChoice(), ProjectChoice(each_task=()), FULL])
def test_it_reads_back(choice: ProjectChoice) -> None:
    assert parsed(text(choice, Detected())) == in_order(choice)


def test_every_key_has_its_reason_on_a_line_of_plain_text() -> None:
    reason = Reason("stacks", "go", "a\n[service-container.x]\x1b[2J")
    written = text(ProjectChoice(stacks=("go",)), Detected(reasons=(reason,)))

    assert "#   go: a⏎[service-container.x]\\x1b[2J\n" in written


def test_a_service_that_a_dependency_speaks_to_is_a_comment() -> None:
    reason = Reason("wants", "redis", "rq in f")
    written = text(ProjectChoice(), Detected(reasons=(reason,)))

    assert "# rq in f speaks to redis\n# [service-container.redis]" in written.replace(
        "#   ", "# "
    )


def test_what_the_file_may_not_hold_is_refused() -> None:
    with pytest.raises(ConfigError, match="hide"):
        text(ProjectChoice(hide=("../x",)), Detected())


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=50))
def test_any_text_is_quoted(value: str) -> None:
    assert tomllib.loads(f"a = {toml(value)}") == {"a": value}


def test_a_project_s_own_image_reads_back() -> None:
    own = ProjectChoice(dockerfile="D", build_target="t", build_args={"A": "b"})

    assert parsed(text(own, Detected())) == own
