"""The whole way on the real thing: denied, asked, allowed, retried, and over again."""

from typing import Any

import pytest

from swarm.cli import exit_codes
from swarm.model.task import State
from tests.end_to_end import HOST, open_session, run_session, why


@pytest.mark.real_time
async def test_a_denial_becomes_a_grant_that_dies_with_its_task(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The retry passes after one key; `why` names the rule, its file and its line."""
    monkeypatch.delenv("SWARM_HOME", raising=False)
    with open_session() as at:
        await run_session(at)
        task: Any = at.harness.queries.tasks.get(at.task)
        file = at.harness.paths.home / "policy.toml"

        gone = why(at, f"{HOST}:{at.port}"), capsys.readouterr().out
        kept = why(at, "docs.example"), capsys.readouterr().out

    assert task.state is State.STOPPED
    assert task.net.denied > 0
    assert (gone[0], "not-in-allowlist" in gone[1]) == (exit_codes.FAILED, True)
    assert (kept[0], f"{file}:3" in kept[1]) == (exit_codes.DONE, True)
    assert f"{HOST}:{at.port}" in at.pictures["walk-1-denied"]
    assert "passes" in at.pictures["walk-4-why"]
