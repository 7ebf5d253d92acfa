"""A snapshot by the keeper: what a checkout would write, and what tools made."""

import subprocess
from pathlib import Path

from swarm.engine.readers.review import ReviewReader
from swarm.model import events
from swarm.store.queries import Queries
from tests.engine.keeper_harness import KeeperHarness

SCRIPT = b"#!/bin/sh\necho pwned\n"
GIBBERISH = SCRIPT.decode("cp037").encode()
STORE = """
mkdir -p node_modules/a node_modules/b tests
echo '{}' > node_modules/a/package.json; echo '{}' > node_modules/b/package.json
"""


def _commit_rule(repo: Path) -> None:
    (repo / ".gitattributes").write_text("*.txt working-tree-encoding=IBM037\n")
    for argv in (["add", "-A"], ["commit", "-qm", "attributes"]):
        subprocess.run(["git", "-C", str(repo), *argv], check=True)


def test_an_innocent_text_must_be_acknowledged_if_a_checkout_makes_it_a_script(
    harness: KeeperHarness, sample: Path
) -> None:
    """A11, the whole round: shown, refused unseen, and then what was shown."""
    _commit_rule(sample)
    harness.start_keeper()
    octal = "".join(f"\\{byte:03o}" for byte in GIBBERISH)
    task = harness.until_taken_in(
        harness.new_task(sample, f"printf '{octal}' > notes.txt")
    )
    reader = ReviewReader(harness.paths, lambda: Queries(harness.paths.database))

    tree = str(harness.wish_done("snapshot", task=task.id)["tree"])
    (change,) = reader.changes(task.id, tree)
    shown = reader.in_a_checkout(task.id, tree)
    refused = harness.wish("merge", task=task.id, tree=tree)
    listed = harness.wish_done("plan_landing", task=task.id, tree=tree)
    landing = {"tree": tree, "landing_tree": listed["landing_tree"]}
    unseen = harness.wish("merge", task=task.id, **landing)
    harness.wish_done("merge", task=task.id, accepted=["notes.txt"], **landing)

    assert change.gating
    assert b"+#!/bin/sh\n+echo pwned\n" in shown
    assert "notes.txt" in refused.message
    assert "notes.txt" in unseen.message
    landed = (sample / "notes.txt").read_bytes()
    assert landed in (SCRIPT, GIBBERISH), "one of the two that were shown"


def test_what_tools_made_lands_only_if_it_was_included(
    harness: KeeperHarness, sample: Path
) -> None:
    """R30: one line, left out; included, it is part of what is reviewed and lands."""
    harness.start_keeper()
    task = harness.until_taken_in(harness.new_task(sample, STORE + "echo x > x"))
    reader = ReviewReader(harness.paths, lambda: Queries(harness.paths.database))

    first = str(harness.wish_done("snapshot", task=task.id)["tree"])
    (store,) = reader.hidden(task.id, first)
    body = {"task": task.id, "include": ["node_modules/"]}
    second = str(harness.wish_done("snapshot", **body)["tree"])
    again = str(harness.wish_done("snapshot", task=task.id)["tree"])
    back = {"task": task.id, "leave_out": ["node_modules/"]}
    third = str(harness.wish_done("snapshot", **back)["tree"])
    harness.wish_done("merge", task=task.id, tree=third)

    assert (store.path, store.count, store.optional) == ("node_modules/", 2, True)
    assert [change.path for change in reader.changes(task.id, first)] == ["x"]
    assert len(reader.changes(task.id, second)) == 3
    assert (second, third) == (again, first)
    assert not (sample / "node_modules").exists()
    assert (sample / "x").exists()


def test_commits_that_an_agent_made_unreadable_are_refused_once(
    harness: KeeperHarness, sample: Path
) -> None:
    """What its git says is no sign of a full disk, with which they would be waited
    for again and again."""
    harness.start_keeper()
    command = "git config core.bare 'No space left on device'; echo a > a"
    task = harness.until_taken_in(harness.new_task(sample, command))

    refused = harness.queries.events.last(events.ImportRefused, task.id)
    assert refused is not None
    assert "bad boolean" in refused.reason
    assert task.review.files == 1
