"""A login from its box to a task, on a real engine, with a burglar who looks for it.

The agent and the token endpoint are stand-ins: a script that writes a login file as
Claude Code does, and `tests/token_endpoint.py`. No real sign-in is tried.
"""

import base64
import json
import socket
import subprocess
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from swarm.adapters import loopback_pipe
from swarm.agents import login_store
from swarm.config import load
from swarm.engine.host import images
from swarm.engine.tasks import login
from swarm.errors import PlanError
from swarm.plan import login_box
from tests.engine.keeper_harness import KeeperHarness
from tests.free_ports import free_port

ACCESS = "sk-ant-oat01-the-real-access-token-of-a-person-0001"
REFRESH = "sk-ant-ort01-the-real-refresh-token-of-a-person-0001"
AGENT = """
version = 1
title = "Stand-in"
summary = "Writes a login file as Claude Code does"
[image]
manager = "none"
reference = "{image}"
[headless]
argv = ["bash", "-c", "eval \\"$0\\"", "{{prompt}}"]
[login]
argv = ["bash", "-c", "eval \\"$0\\"", '''{script}''']
kind = "paste"
done = "~/.claude/.credentials.json"
tokens = "claude"
"""
LOGS_IN = """
mkdir -p ~/.claude
echo {body} | base64 -d > ~/.claude/.credentials.json
sleep 600
"""
LISTENS = """
python3 -u -c "
import socket
s = socket.create_server((\\"127.0.0.1\\", 18455))
while True:
    c = s.accept()[0]
    c.sendall(c.recv(100).upper())
    c.close()
"
"""
LOOKS = """
cat ~/.claude/.credentials.json > file
env > variables; cat /proc/*/environ /proc/*/cmdline > processes 2>/dev/null
grep -raoE 'sk-ant-o[ar]t01-[a-z0-9-]*' / --exclude-dir=sys --exclude-dir=proc \
    --exclude-dir=workspace > everywhere 2>/dev/null
curl -s -d '{}' https://platform.claude.com/v1/oauth/token > answer
true
"""


@dataclass
class House:
    """A home whose user has an agent with a login."""

    harness: KeeperHarness
    sample: Path

    @property
    def home(self) -> Path:
        return self.harness.paths.home

    def agent(self, script: str) -> None:
        """The user's agent, whose login is this script."""
        place = load.user_file().with_name("agents")
        place.mkdir(parents=True, exist_ok=True)
        image = images.reference(self.harness.context.containers, "base")
        (place / "standin.toml").write_text(AGENT.format(image=image, script=script))

    def begin(self) -> dict[str, Any]:
        """The login's box."""
        return self.harness.wish_done("login", agent="standin")

    def log_in(self) -> None:
        """From nothing to a stored login."""
        body = {
            "claudeAiOauth": {
                "accessToken": ACCESS,
                "refreshToken": REFRESH,
                "expiresAt": 4102444800000,
                "scopes": ["user:inference"],
            }
        }
        coded = base64.b64encode(json.dumps(body).encode()).decode()
        self.agent(LOGS_IN.format(body=coded))
        argv = self.begin()["argv"]
        subprocess.run(
            ["script", "-qec", " ".join(argv), "/dev/null"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            check=False,
            timeout=60,
        )
        self.harness.wish_done("login_end", agent="standin")

    def task(self, prompt: str) -> int:
        """A task of the agent's, which runs its prompt."""
        wish = {"repo": str(self.sample), "prompt": prompt, "agent": "standin"}
        return int(self.harness.wish_done("new", **wish)["tasks"][0])

    def boxes(self) -> list[str]:
        """What is left of logins in the engine."""
        labels = login_box.labels(self.harness.paths.tag)
        containers = self.harness.context.containers
        found = [facts.name for facts in containers.all(labels)]
        return [*found, *containers.volumes(labels)]


@pytest.fixture
def house(harness: KeeperHarness, sample: Path) -> House:
    """One with a keeper."""
    harness.configure("")
    harness.start_keeper()
    return House(harness, sample)


def test_no_token_is_where_an_agent_or_a_log_could_have_it(house: House) -> None:
    """Promise: a burglar in the box, in `inspect`, in logs and files finds none.

    Why: a copy of a login in a box is the person's account for whoever reads it.
    """
    house.log_in()
    stored = login_store.read(house.home, "standin")
    assert stored
    assert (stored.tokens.access, stored.tokens.refresh) == (ACCESS, REFRESH)
    assert house.boxes() == []

    task = house.task(LOOKS)
    house.harness.until_taken_in(task)
    worktree = house.harness.paths.worktree(task)

    box_file = json.loads((worktree / "file").read_text())["claudeAiOauth"]
    answer = json.loads((worktree / "answer").read_text())
    assert stored.mark in box_file["accessToken"]
    assert box_file["scopes"] == ["user:inference"]
    assert answer["refresh_token"] == box_file["refreshToken"]
    for name in ("file", "variables", "processes", "everywhere", "answer"):
        text = (worktree / name).read_text(errors="replace")
        assert ACCESS not in text, name
        assert REFRESH not in text, name
    assert not _outside(house)


def _outside(house: House) -> list[str]:
    """Places beside the login's own file that hold a token."""
    secrets = [ACCESS.encode(), REFRESH.encode()]
    places = [
        str(file)
        for file in house.home.rglob("*")
        if file.is_file()
        and file.parent != login_store.folder(house.home)
        and any(secret in file.read_bytes() for secret in secrets)
    ]
    for facts in house.harness.context.containers.all(
        house.harness.context.home_labels
    ):
        for argv in (["inspect", facts.name], ["logs", facts.name]):
            done = subprocess.run(["docker", *argv], capture_output=True, check=False)
            if any(secret in done.stdout + done.stderr for secret in secrets):
                places.append(" ".join(argv))
    return places


def test_a_login_that_did_not_come_leaves_nothing(house: House) -> None:
    """The program ended without a file: a sentence, and no box, net or volume."""
    house.agent("exit 3")
    argv = house.begin()["argv"]
    subprocess.run(
        ["script", "-qec", " ".join(argv), "/dev/null"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        check=False,
        timeout=60,
    )

    record = house.harness.wish("login_end", agent="standin")

    assert record.outcome == "refused"
    assert "did not log in" in record.message
    assert house.boxes() == []
    assert login_store.agents(house.home) == []


def test_a_login_file_that_is_a_link_is_not_followed(house: House) -> None:
    """The box could name a file of the host's, or of the image."""
    house.agent("mkdir -p ~/.claude; ln -s /etc/passwd ~/.claude/.credentials.json")
    argv = house.begin()["argv"]
    subprocess.run(
        ["script", "-qec", " ".join(argv), "/dev/null"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        check=False,
        timeout=60,
    )

    assert house.harness.wish("login_end", agent="standin").outcome == "refused"


def test_a_keeper_that_died_in_a_login_leaves_no_box(house: House) -> None:
    """The next one removes box and net before the net could be another's."""
    house.agent("sleep 600")
    house.begin()
    house.harness.stop_keepers()
    login._UNDER_WAY.clear()  # another process would not have it
    house.harness.start_keeper()
    house.harness.until(lambda: house.boxes() == [], "the box to go")


def test_a_call_back_reaches_the_box_and_nothing_else_listens(house: House) -> None:
    """Through the pipe, one after another; the box has no way out by it."""
    house.agent(LISTENS)
    answer = house.begin()
    running = subprocess.Popen(
        ["script", "-qec", " ".join(answer["argv"]), "/dev/null"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    port = free_port()
    relay = [*answer["relay"], "18455"]
    try:
        argv = ["sh", "-c", f"exec {' '.join(relay)}"]
        with loopback_pipe.open_pipe(port, argv):
            answers = [_ask(port) for _ in range(2)]
            with pytest.raises(OSError, match=r"refused|timed out"):
                socket.create_connection((_other_address(), port), 2).close()
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(("127.0.0.1", port), 2)
    finally:
        house.harness.wish_done("login_end", agent="standin", abandon=True)
        running.wait(30)

    assert answers == [b"HELLO 1", b"HELLO 1"]


def _ask(port: int) -> bytes:
    """Until the box's program listens; each try is one connection."""
    for _ in range(200):
        with (
            suppress(OSError),
            socket.create_connection(("127.0.0.1", port), 20) as wire,
        ):
            wire.sendall(b"hello 1")
            if told := wire.recv(100):
                return told
    return b""


def _other_address() -> str:
    """An address of this machine beside its loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))
        return str(probe.getsockname()[0])


def test_a_login_that_rotates_is_not_copied(house: House) -> None:
    """Its sentence names the command that makes one of its own."""
    house.agent("true")

    record = house.harness.wish("login_import", agent="standin")

    assert record.outcome == "refused"
    assert "would log your own standin out" in record.message
    assert "swarm login standin" in record.hint


def test_a_revoked_login_is_told_before_a_task(house: House) -> None:
    """And a logout is at once in force."""
    house.log_in()
    stored = login_store.read(house.home, "standin")
    assert stored
    login_store.write(house.home, "standin", replace(stored, revoked="it is gone"))
    wish = {"repo": str(house.sample), "prompt": "true", "agent": "standin"}
    record = house.harness.wish("new", **wish)
    house.harness.wish_done("logout", agent="standin")

    assert login_store.agents(house.home) == []
    assert record.outcome == "refused"
    assert "is logged out (it is gone): `swarm login standin`" in record.message


@pytest.mark.parametrize("name", ["opencode", "pi", "mini"])
def test_an_agent_whose_tokens_nobody_can_hold_is_refused(name: str) -> None:
    """In a sentence that says what to do instead."""
    with pytest.raises(PlanError) as refusal:
        login._holder(name)

    assert "hold" in refusal.value.message or "held" in refusal.value.message
    assert "key" in refusal.value.hint
