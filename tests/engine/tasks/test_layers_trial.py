"""An engine is tried before a base is shared; what it cannot do is said."""

from dataclasses import replace
from pathlib import Path

import pytest

from swarm.engine.tasks import layers_trial
from swarm.plan.naming import HomePaths
from swarm.plan.specs import Mount, Plan
from tests.engine.fake_context import fake_context
from tests.plan.test_setup_box import SANDBOX

PLAN = Plan(SANDBOX, "/w")
LABELLED = replace(
    PLAN, sandbox=replace(SANDBOX, mounts=(Mount("bind", "/a", "/b", relabel=True),))
)


def test_an_engine_that_keeps_no_write_is_no_engine_for_layers(tmp_path: Path) -> None:
    """The fake runs nothing; a real one is tried by `test_warm_start`."""
    with fake_context(HomePaths(tmp_path)) as context:
        fault = layers_trial.fault(context, PLAN)

    assert fault.startswith("this engine cannot show a folder in layers")
    assert [*tmp_path.glob(f"{layers_trial.PREFIX}*")] == []


@pytest.mark.parametrize(
    ("plan", "name", "words"),
    [(LABELLED, "home", "SELinux"), (PLAN, "a:b", "the path of the home")],
)
def test_what_needs_no_trial(tmp_path: Path, plan: Plan, name: str, words: str) -> None:
    (tmp_path / name).mkdir()
    with fake_context(HomePaths(tmp_path / name)) as context:
        assert words in layers_trial.fault(context, plan)
