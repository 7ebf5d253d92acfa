"""A policy's files are looked at without a word of trouble from their disk."""

from pathlib import Path

from swarm.engine.egress import policy_resolver
from swarm.plan.naming import HomePaths


def test_a_folder_that_does_not_answer_ends_no_look(tmp_path: Path) -> None:
    """The keeper looks every half second, also while its disk is not there."""
    paths = HomePaths(tmp_path)
    (tmp_path / "projects" / "one").mkdir(parents=True)
    (tmp_path / "projects" / "one" / "policy.toml").touch()
    before = policy_resolver.files_stamp(paths)
    (tmp_path / "projects").rename(tmp_path / "away")
    (tmp_path / "projects").symlink_to("x" * 300)

    assert policy_resolver.files_stamp(paths) != before
