"""A container is compared with the floor before anything runs in it."""

from pathlib import Path

import pytest

from swarm.engine.tasks import floor_check
from swarm.errors import ToolError
from swarm.plan.naming import HomePaths
from swarm.plan.specs import SandboxSpec
from tests.engine.fake_context import fake_context

SPEC = SandboxSpec("box", "an/image:1", ("true",), "1000:1000", {})


def test_an_answer_that_proves_nothing_is_refused(tmp_path: Path) -> None:
    """What a real engine makes of a spec: `tests/promises`."""
    with fake_context(HomePaths(tmp_path)) as context:
        context.containers.create(SPEC)

        with pytest.raises(ToolError, match=r"weaker than asked for: .* understood"):
            floor_check.require(context, SPEC)


def test_one_that_is_gone_is_refused(tmp_path: Path) -> None:
    with (
        fake_context(HomePaths(tmp_path)) as context,
        pytest.raises(ToolError, match="it is gone"),
    ):
        floor_check.require(context, SPEC)
