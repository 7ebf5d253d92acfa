"""A merge does what the user's own git would do, or says what it does not."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from swarm.cli.main import run
from swarm.model import events
from swarm.model.task import State
from tests.adapters.git.filter_programs import program
from tests.end_to_end import held
from tests.engine.keeper_harness import KeeperHarness
from tests.engine.review.landing_repository import (
    AGENT,
    IN_THE_WAY,
    LandingRepository,
    new_landing_repository,
)

Swarm = Callable[..., tuple[int, str, str]]

STANDING = {"hook:pre-commit", "smudge:cipher", "smudge:pointers"}
LEFT_OUT = ("submodule:content", "encoding:utf-8", *STANDING)


@pytest.fixture
def user(tmp_path: Path) -> LandingRepository:
    """A maintainer with all of it."""
    return new_landing_repository(tmp_path)


@pytest.fixture
def swarm(
    harness: KeeperHarness,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Swarm]:
    """The command line on a home whose keeper runs."""
    monkeypatch.setenv("SWARM_HOME", str(harness.paths.home))

    def call(*words: str) -> tuple[int, str, str]:
        status = run(list(words))
        said = capsys.readouterr()
        return status, said.out, said.err

    with held(harness):
        harness.start_keeper()
        yield call


def stopped(harness: KeeperHarness, user: LandingRepository, command: str) -> int:
    task = harness.new_task(user.root, command)
    harness.until_taken_in(task)
    assert harness.queries.tasks.get(task).exit_code == 0
    return task


def dry_run(swarm: Swarm, task: int, *words: str) -> tuple[int, dict[str, Any]]:
    status, out, err = swarm("merge", str(task), "--dry-run", "--json", *words)
    assert out, err
    return status, json.loads(out)


def keys(facts: dict[str, Any], verdict: str) -> set[str]:
    items = facts["landing"]["items"]
    return {item["key"] for item in items if item["verdict"] == verdict}


def recorded(harness: KeeperHarness, task: int, kind: type[Any]) -> list[Any]:
    journal = harness.queries.events.after(task=task)
    return [each.event for each in journal if isinstance(each.event, kind)]


def test_the_whole_round_by_command_line(
    harness: KeeperHarness, user: LandingRepository, swarm: Swarm
) -> None:
    """Refused, left out and done are told; then each is right, and status is clean."""
    before = user.git("rev-parse", "main")
    task = stopped(harness, user, IN_THE_WAY)
    refuse_what_is_in_the_way(swarm, user, task)
    assert user.git("rev-parse", "main") == before

    (user.root / ".env").rename(user.root.parent / "env")
    status, out, err = swarm("merge", str(task), "--accept-all-risks")
    assert status == 1
    assert "hook:pre-commit" in err.replace("\n", " ")
    assert "hook:pre-commit" in out
    assert user.git("rev-parse", "main") == before

    words = ("--signoff", "--commit-msg-hook", "--accept-all-risks", "--json")
    status, out, err = swarm("merge", str(task), *words, "--acknowledge", *LEFT_OUT)
    assert status == 0, err
    listed = json.loads(out)["landing"]
    assert listed["landing_tree"] != listed["tree"]
    landed_as_the_users_git_stores_it(user)

    (merged,) = recorded(harness, task, events.TaskMerged)
    assert set(merged.acknowledged) == set(LEFT_OUT)
    assert (merged.tree, merged.landing_tree) == (
        listed["tree"],
        listed["landing_tree"],
    )
    (known,) = recorded(harness, task, events.LandingAcknowledged)
    assert set(known.keys) == STANDING

    ask_once_for_a_repository(harness, swarm, user)


def refuse_what_is_in_the_way(swarm: Swarm, user: LandingRepository, task: int) -> None:
    """The list has it, and a merge refuses it by path, whatever is acknowledged."""
    status, facts = dry_run(swarm, task)
    assert status == 1
    assert {"hook:pre-commit", "hook:commit-msg", "submodule:content"} <= keys(
        facts, "named"
    )
    assert any(key.startswith("in-the-way:") for key in keys(facts, "refused"))
    subjects = {item["subject"] for item in facts["landing"]["items"]}
    assert {"filter", "line-ends", "signing", "identity"} <= subjects
    converted = {each["path"] for each in facts["landing"]["conversions"]}
    assert converted == {"data.bin", "token.key", "run.sh"}

    status, _, err = swarm(
        "merge", str(task), "--accept-all-risks", "--acknowledge-all"
    )
    assert status == 1
    assert ".env" in err
    assert (user.root / ".env").read_text() == "PASSWORD=hunter2\n"


def landed_as_the_users_git_stores_it(user: LandingRepository) -> None:
    """Filters, line ends, encoding, signature, message; nothing is left dirty."""
    assert user.blob("data.bin").startswith(b"pointer ")
    assert user.blob("token.key").startswith(b"cipher ")
    assert user.blob("run.sh") == b"#!/bin/sh\necho hi\n"
    assert user.blob("notes.txt") == "grüße\n".encode()
    assert user.blob("version.txt") == b"v1.2.0\n"
    assert (user.root / "data.bin").read_bytes() == b"raw \x01\x02 bytes"
    assert (user.root / "token.key").read_bytes() == b"very secret"
    assert (user.root / "notes.txt").read_bytes() == "grüße\n".encode("utf-16-le")
    assert user.git("status", "--porcelain") == ""
    assert user.is_signed()
    message = user.git("log", "-1", "--format=%B", "main")
    assert "Signed-off-by: A Human <human@example.invalid>" in message
    assert "Checked: by-the-hook" in message
    assert not (user.root / "sub" / "edit.txt").exists()


def ask_once_for_a_repository(
    harness: KeeperHarness, swarm: Swarm, user: LandingRepository
) -> None:
    """The hook is a fact of the repository: known in the next merge, and still told."""
    task = stopped(harness, user, "printf x > another.bin")
    status, facts = dry_run(swarm, task, "--commit-msg-hook")
    assert (status, facts["unacknowledged"]) == (0, [])
    assert "hook:pre-commit" in keys(facts, "named")
    assert "hook:pre-commit" in facts["landing"]["acknowledged"]

    status, facts = dry_run(swarm, task, "--commit-msg-hook", "--ask-again")
    assert status == 1
    assert set(facts["unacknowledged"]) == {"hook:pre-commit", "smudge:pointers"}


def test_other_bytes_than_were_shown_do_not_land(
    harness: KeeperHarness, user: LandingRepository
) -> None:
    """An approval holds both trees; a filter that changed its mind is refused."""
    harness.start_keeper()
    task = stopped(harness, user, AGENT)
    before = user.git("rev-parse", "main")
    listed = harness.wish_done("plan_landing", task=task)
    body = {
        "task": task,
        "tree": listed["tree"],
        "accepted": "all",
        "acknowledged": "all",
    }

    unseen = harness.wish("merge", **body)
    assert unseen.outcome == "refused"
    assert "other bytes than those that were reviewed" in unseen.message
    assert "data.bin" in unseen.message

    program(user.root.parent / "programs", "pointers", "exec sed s/./X/g")
    changed = harness.wish("merge", **body, landing_tree=listed["landing_tree"])
    assert changed.outcome == "refused"
    assert "other bytes would land than the landing list showed" in changed.message
    assert "data.bin" in changed.message
    assert "token.key" not in changed.message
    for odd in ("1" * 40, "--output=x", "HEAD"):
        unknown = harness.wish("merge", **body, landing_tree=odd)
        assert "other bytes would land" in unknown.message
    assert user.git("rev-parse", "main") == before
    assert harness.queries.tasks.get(task).state is State.STOPPED


@pytest.mark.parametrize(
    ("kind", "word"),
    [("signer", "sign"), ("filter", "pointers"), ("hook", "commit-msg")],
)
def test_a_program_that_hangs_lands_nothing(
    harness: KeeperHarness, user: LandingRepository, kind: str, word: str
) -> None:
    """A pinentry that waits, a filter, a hook: a sentence names it, in its time."""
    harness.configure(
        "[merge]\nsign_seconds = 1\nfilter_seconds = 1\nhook_seconds = 1\n"
    )
    programs, hooks = user.root.parent / "programs", user.root / ".git" / "hooks"
    hang = "exec sleep 600"
    harness.start_keeper()
    task = stopped(harness, user, AGENT)
    if kind == "signer":
        user.git("config", "gpg.ssh.program", str(program(programs, "pin", hang)))
    elif kind == "filter":
        program(programs, "pointers", hang)
    else:
        program(hooks, "commit-msg", hang)
    before = user.git("rev-parse", "main")
    listed = harness.wish_done("plan_landing", task=task, message_hook=True)

    refused = harness.wish(
        "merge",
        task=task,
        tree=listed["tree"],
        landing_tree=listed["landing_tree"],
        accepted="all",
        acknowledged="all",
        message_hook=True,
    )

    assert refused.outcome == "refused"
    assert word in refused.message
    assert user.git("rev-parse", "main") == before
    assert user.git("status", "--porcelain") == ""
    assert harness.queries.tasks.get(task).state is State.STOPPED


def test_a_detached_head_names_the_option_and_full_names_are_understood(
    harness: KeeperHarness, sample: Path, swarm: Swarm
) -> None:
    """`--into` takes a branch as git spells it, and nothing that is none."""
    user = LandingRepository(sample, sample)
    user.git("checkout", "-q", "--detach")
    user.git("update-ref", "refs/remotes/origin/main", "HEAD")
    task = stopped(harness, user, "printf x > new")

    status, _, err = swarm("merge", str(task))
    assert status == 1
    assert "detached HEAD" in err
    assert f"swarm merge {task} --into BRANCH" in err
    for name in ("HEAD", "origin/main", "main~0", "refs/heads/nope"):
        status, _, err = swarm("merge", str(task), "--into", name)
        assert status == 1
        assert "--into" in err or "git branch" in err

    status, out, err = swarm("merge", str(task), "--into", "refs/heads/main")
    assert status == 0, err
    assert f"into main as {user.git('rev-parse', 'main')}" in out
    assert user.blob("new") == b"x"


def test_a_merge_without_commits_to_keep_is_refused_by_name(
    harness: KeeperHarness, sample: Path, swarm: Swarm
) -> None:
    """Never a squash that is recorded as a merge."""
    user = LandingRepository(sample, sample)
    command = "rm -rf /gitdir/objects /gitdir/refs; printf x > new"
    task = stopped(harness, user, command)
    assert recorded(harness, task, events.ImportRefused)
    before = user.git("rev-parse", "main")

    status, out, err = swarm("merge", str(task), "--strategy", "merge")

    assert status == 1
    assert "history:" in out
    assert "squash" in err
    assert user.git("rev-parse", "main") == before
    assert swarm("merge", str(task), "--strategy", "squash")[0] == 0
