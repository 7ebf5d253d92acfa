"""A login that boxes share, on a real engine: one renews it, all have what it renewed.

The agent is a stand-in: a script that keeps its tokens where Kimi Code does, and writes
what a test tells it to. No real sign-in is tried.
"""

import base64
import json
import time
from dataclasses import dataclass
from errno import ENOSPC
from pathlib import Path
from typing import Any

import pytest

from swarm.agents import login_store, login_tokens, token_kind
from swarm.config import load
from swarm.engine.context import EngineContext
from swarm.engine.host import images
from swarm.engine.tasks import home_files, shared_login
from swarm.errors import ToolError
from swarm.model import events
from swarm.model.task import State, Task
from tests.engine.keeper_harness import KeeperHarness
from tests.engine.tasks.test_setup import agree

AGENT = """
version = 1
title = "Stand-in"
summary = "Keeps its tokens as Kimi Code does"
[image]
manager = "none"
reference = "{image}"
[headless]
argv = ["bash", "-c", "eval \\"$0\\"", "{{prompt}}"]
[login]
argv = ["true"]
kind = "device"
done = "~/.kimi-code/credentials/kimi-code.json"
tokens = "kimi"
"""
FILE = "~/.kimi-code/credentials/kimi-code.json"
KEEPS = f"""
until [ -e ends ]; do
    cat {FILE} > has.new 2>/dev/null; mv has.new has
    if [ -e next ]; then mv next {FILE}; touch renewed; fi
    sleep 0.1
done
true
"""

SETUP = "touch ~/installed; until [ -e go ]; do sleep 0.1; done"


def token(number: int, whose: str = "me") -> str:
    """An access token that says whose it is."""
    claims = base64.urlsafe_b64encode(json.dumps({"sub": whose}).encode())
    return f"eyJhbGciOiJub25lIn0.{claims.decode().rstrip('=')}.number-{number:04}"


def file_of(number: int, expires: float, whose: str = "me") -> dict[str, Any]:
    """The agent's own login file."""
    return {
        "access_token": token(number, whose),
        "refresh_token": f"refresh-token-number-{number:04}",
        "expires_at": int(expires),
        "scope": "kimi-code",
        "token_type": "Bearer",
        "expires_in": 3600,
    }


@dataclass
class House:
    """A home whose user has logged in."""

    harness: KeeperHarness
    sample: Path
    began: float

    def task(self, copies: int = 1) -> list[int]:
        """Tasks that show their login file, and put another one in its place."""
        wish = {"repo": str(self.sample), "prompt": KEEPS, "agent": "standin"}
        made = self.harness.wish_done("new", **wish, copies=copies)["tasks"]
        for task in made:
            self.harness.until(lambda t=task: self.has(t) != {}, f"{task} works")  # type: ignore[misc]  # the default binds it
        return [int(task) for task in made]

    def has(self, task: int) -> dict[str, Any]:
        """The login file as the task's box has it now."""
        place = self.harness.paths.worktree(task) / "has"
        try:
            found: dict[str, Any] = json.loads(place.read_text())
        except (OSError, ValueError):
            return {}
        return found

    def renews(self, task: int, body: object) -> None:
        """The task's agent writes another login file; blocks until it has."""
        tree = self.harness.paths.worktree(task)
        (tree / "renewed").unlink(missing_ok=True)
        (tree / "next.new").write_text(json.dumps(body))
        (tree / "next.new").chmod(0o666)
        (tree / "next.new").rename(tree / "next")
        self.harness.until((tree / "renewed").exists, "renewed")

    def look(self) -> None:
        """As the keeper's next round."""
        shared_login._NEXT_LOOK.clear()
        shared_login.look(self.harness.parts)

    def ends(self, task: int) -> None:
        """Its agent ends by itself."""
        (self.harness.paths.worktree(task) / "ends").touch()
        self.harness.until_taken_in(task)

    @property
    def access(self) -> str:
        """The access token that is stored."""
        login = login_store.read(self.harness.paths.home, "standin")
        assert login
        return login.tokens.access

    @property
    def holder(self) -> int:
        return login_store.read_holder(self.harness.paths.home, "standin").task


@pytest.fixture
def house(harness: KeeperHarness, sample: Path) -> House:
    """One with a keeper, and a login that was just made."""
    harness.configure("")
    place = load.user_file().with_name("agents")
    place.mkdir(parents=True, exist_ok=True)
    image = images.reference(harness.context.containers, "base")
    (place / "standin.toml").write_text(AGENT.format(image=image))
    kind, now = token_kind.find("kimi"), time.time()
    assert kind
    data = json.dumps(file_of(1, now + 3600)).encode()
    read = login_tokens.read_file(kind, data, now)
    login_store.write(harness.paths.home, "standin", login_store.new("kimi", read, now))
    harness.start_keeper()
    return House(harness, sample, now)


def test_one_renews_and_the_others_have_what_it_renewed(house: House) -> None:
    """Promise: one refresh token is in one box alone, and passes on when that ends.

    Why: two that renew by the same refresh token log each other out.
    """
    first, second = house.task(copies=2)
    both = {first, second}
    holder = house.holder
    (other,) = both - {holder}
    assert house.has(holder)["refresh_token"] == "refresh-token-number-0001"
    assert house.has(other) == {**house.has(holder), "refresh_token": ""}

    house.renews(holder, file_of(2, house.began + 7200))
    house.look()

    assert house.access == token(2)
    house.harness.until(
        lambda: house.has(other).get("access_token") == token(2), "the other has it"
    )
    assert house.has(other)["refresh_token"] == ""

    house.renews(holder, file_of(3, house.began + 9000))
    house.ends(holder)

    assert house.access == token(3)
    assert house.holder == other
    house.harness.until(
        lambda: house.has(other)["refresh_token"] == "refresh-token-number-0003",
        "the lock is the other's",
    )
    house.ends(other)
    assert house.holder == 0
    drafts = login_store.folder(house.harness.paths.home).glob(".*")
    assert list(drafts) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"access_token": token(2, "another")}, "not of the account that logged in"),
        ({"access_token": "an-opaque-token-0002"}, "not of the account that logged in"),
        ({"expires_at": 5}, "end no later than those before"),
        ({"expires_at": 9_999_999_999}, "end later than any would"),
        ({"access_token": ["x"]}, "it holds no access token"),
        ({"refresh_token": "with a space in it"}, "no header may hold"),
        ({"scope": "x" * 70_000}, "64 KiB"),
    ],
)
def test_what_a_box_makes_of_it_is_read_as_hostile(
    house: House, change: dict[str, Any], words: str
) -> None:
    """It is told on the task, once, and the login stays as it was."""
    (task,) = house.task()
    house.renews(task, {**file_of(2, house.began + 7200), **change})

    house.look()
    house.look()

    found = house.harness.queries.events.after(task=task)
    told = [r.event.reason for r in found if isinstance(r.event, events.Trouble)]
    assert house.access == token(1)
    assert len(told) == 1
    assert words in told[0]
    assert "refresh-token" not in house.harness.journal_text()


def test_a_link_in_its_place_leads_nowhere(house: House) -> None:
    """Neither when it is read nor when the next token is written."""
    (task,) = house.task()
    tree = house.harness.paths.worktree(task)
    (tree / "next.new").symlink_to("/etc/passwd")
    (tree / "next.new").rename(tree / "next")
    house.harness.until((tree / "renewed").exists, "renewed")

    house.look()

    assert house.access == token(1)
    house.ends(task)
    assert house.holder == 0


def test_a_keeper_that_died_leaves_no_lock_behind(house: House) -> None:
    """What was renewed meanwhile is taken back, and the next task has the lock."""
    (task,) = house.task()
    house.harness.stop_keepers()
    house.renews(task, file_of(2, house.began + 7200))
    (house.harness.paths.worktree(task) / "ends").touch()
    house.harness.until(
        lambda: not (facts := house.harness.context.containers.inspect(
            house.harness.context.names(task).sandbox)) or facts.status == "exited",
        "its box ends",
    )  # fmt: skip
    house.harness.start_keeper()
    house.harness.until_taken_in(task)

    assert house.access == token(2)
    (again,) = house.task()
    assert house.holder == again
    assert house.has(again)["refresh_token"] == "refresh-token-number-0002"


def test_no_log_database_or_plan_has_a_token(house: House) -> None:
    """They are in the login's own file, and in the homes of its boxes."""
    (task,) = house.task()
    logins = login_store.folder(house.harness.paths.home)
    trees = house.harness.paths.worktree(task)
    secrets = (token(1).encode(), b"refresh-token-number-0001")
    found = [
        file
        for file in house.harness.paths.home.rglob("*")
        if file.is_file()
        and file.parent != logins
        and not file.is_relative_to(trees)  # its agent has shown them there
        and any(secret in file.read_bytes() for secret in secrets)
    ]

    assert found == []
    house.ends(task)


def in_bases(house: House) -> list[str]:
    """The files of logins that a warm base holds."""
    bases = house.harness.paths.bases
    return [str(found) for found in bases.rglob("kimi-code.json")]


def test_a_task_in_its_set_up_is_given_no_login(house: House) -> None:
    """Promise: no token of a login gets into what later tasks begin with.

    Why: a base outlives the tasks and the logout. Such a task is lent it later.
    """
    (holder,) = house.task()
    agree(house.harness, house.sample, SETUP, ignored="go\n")
    wish = {"repo": str(house.sample), "prompt": KEEPS, "agent": "standin"}
    (task,) = house.harness.wish_done("new", **wish)["tasks"]
    queries = house.harness.queries
    house.harness.until(lambda: queries.tasks.get(task).is_setting_up, "it is set up")

    house.renews(holder, file_of(2, house.began + 7200))
    house.ends(holder)

    assert house.access == token(2)
    assert house.holder == 0
    (house.harness.paths.worktree(task) / "go").touch()
    house.harness.until(lambda: house.has(task) != {}, "it works")
    assert list(house.harness.paths.bases.rglob("installed"))
    assert in_bases(house) == []
    assert house.has(task)["refresh_token"] == "refresh-token-number-0002"
    assert house.holder == task
    house.ends(task)


def test_a_set_up_that_leaves_a_login_leaves_no_base(house: House) -> None:
    """It is told, and the task goes on with what it has."""
    leave = f"mkdir -p $(dirname {FILE}); echo x > {FILE}"
    agree(house.harness, house.sample, leave, ignored="go\n")

    (task,) = house.task()

    assert in_bases(house) == []
    told = house.harness.queries.events.last(events.Trouble, task)
    assert told is not None
    assert "holds ~/.kimi-code" in told.reason
    house.ends(task)


@pytest.mark.parametrize("next_one", ["another", "without its box", "itself", "none"])
def test_what_a_task_renewed_is_taken_before_the_lock_is(
    house: House, next_one: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Promise: nobody is given a refresh token that was used, whoever ends when.

    Why: a keeper that dies, or is late, at the end of the task that has the lock.
    """
    (task,) = house.task()
    with monkeypatch.context() as late:
        late.setattr(shared_login, "take_back_quietly", lambda *_: None)
        house.renews(task, file_of(2, house.began + 7200))
        house.ends(task)
    assert (house.access, house.holder) == (token(1), task)
    context, tree = house.harness.context, house.harness.paths.worktree(task)
    if next_one == "none":
        house.harness.wish_done("discard", task=task)
        house.harness.wish_done("rm", task=task)
    if next_one == "without its box":
        context.containers.remove(context.names(task).sandbox)
    if next_one == "itself":
        (tree / "ends").unlink()
        (tree / "has").unlink()
        house.harness.wish_done("continue", task=task, fresh=True)
        house.harness.until(lambda: house.has(task) != {}, "it works again")
        again = task
    else:
        (again,) = house.task()

    assert (house.access, house.holder) == (token(2), again)
    assert house.has(again)["refresh_token"] == "refresh-token-number-0002"
    (house.harness.paths.worktree(again) / "ends").touch()
    house.harness.until_state(again, State.STOPPED)


def test_the_lock_passes_to_a_box_that_takes_the_token(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Promise: a task that cannot be given the refresh token does not keep the lock.

    Why: nobody could renew the login then, for all.
    """
    first, second, third = house.task(copies=3)
    refused = {first}
    put = home_files.put

    def failing(context: EngineContext, task: Task, *rest: Any) -> None:
        if task.id in refused:
            raise ToolError("docker run: no")
        put(context, task, *rest)

    monkeypatch.setattr(home_files, "put", failing)
    shared_login.hand_out(house.harness.parts, "standin")
    assert house.holder == second
    house.harness.until(
        lambda: house.has(second)["refresh_token"] != "", "the second has it"
    )

    refused.add(third)
    house.ends(second)
    assert house.holder == 0
    for task in (first, third):
        house.ends(task)


def test_a_full_disk_stops_neither_a_look_nor_the_end_of_a_task(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other agents are looked at, other boxes served, and the end goes on."""
    first, second = house.task(copies=2)
    holder = house.holder
    (other,) = {first, second} - {holder}
    home, context = house.harness.paths.home, house.harness.context
    login = login_store.read(home, "standin")
    assert login
    login_store.write(home, "aaa", login)
    real = shared_login._find

    def find(context: EngineContext, name: str) -> Any:
        if name == "aaa":
            raise OSError(ENOSPC, "No space left on device")
        return real(context, name)

    house.renews(holder, file_of(2, house.began + 7200))
    with monkeypatch.context() as full:
        full.setattr(shared_login, "_find", find)
        house.look()
    assert house.access == token(2)

    shared = real(context, "standin")
    assert shared
    queries = house.harness.queries
    with monkeypatch.context() as full:
        full.setattr(home_files, "put", no_room)
        task = queries.tasks.get(other)
        assert not shared_login._put_quietly(context, shared, task, is_holder=False)
    told = queries.events.last(events.Trouble, other)
    assert told is not None
    assert "No space left" in told.reason

    with monkeypatch.context() as full:
        full.setattr(home_files, "read", no_room)
        full.setattr(context.journal, "record", no_room)
        shared_login.take_back_quietly(house.harness.parts, queries.tasks.get(holder))
        with pytest.raises(OSError, match="No space"):
            shared_login.take_back(house.harness.parts, queries.tasks.get(holder))
    for each in (first, second):
        house.ends(each)


def test_what_cannot_be_taken_back_leaves_the_lock_where_it_is(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A box begins with the access token alone, and is told; a later look passes it."""
    (first,) = house.task()
    with monkeypatch.context() as full:
        full.setattr(home_files, "read", no_room)
        house.renews(first, file_of(2, house.began + 7200))
        house.ends(first)
        (second,) = house.task()
    assert (house.access, house.holder) == (token(1), first)
    assert house.has(second)["refresh_token"] == ""
    told = house.harness.queries.events.last(events.Trouble, second)
    assert told is not None
    assert "cannot be taken back" in told.reason

    house.look()

    assert (house.access, house.holder) == (token(2), second)
    house.harness.until(
        lambda: house.has(second)["refresh_token"] != "", "the second has it"
    )
    house.ends(second)


def no_room(*_: object) -> None:
    """As whatever writes to a full disk."""
    raise OSError(ENOSPC, "No space left on device")
