"""A change of `swarm.toml` is written on consent, and by nothing else."""

from argparse import Namespace
from pathlib import Path

import pytest

from swarm.cli import exit_codes
from swarm.cli.write_project import on_consent
from swarm.engine.readers import project_change
from swarm.errors import SwarmError
from swarm.plan.naming import HomePaths
from tests.adapters.git.git_helpers import new_repository


def test_on_a_yes_alone(
    paths: HomePaths, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = new_repository(tmp_path / "repo")
    change = project_change.to_text(paths, root, "ports = [1]\n")

    with pytest.raises(SwarmError, match="no terminal to ask"):
        on_consent(Namespace(yes=False, dry_run=False), paths, change)
    assert on_consent(Namespace(yes=True, dry_run=True), paths, change) == 0
    assert not (root / "swarm.toml").exists()
    assert on_consent(Namespace(yes=True, dry_run=False), paths, change) == (
        exit_codes.DONE
    )

    assert (root / "swarm.toml").read_text() == "ports = [1]\n"
    assert "+ports = [1]" in capsys.readouterr().out
