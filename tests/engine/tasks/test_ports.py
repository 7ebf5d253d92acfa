"""A port of a real box, at the loopback of this machine."""

import http.client
import socket
from pathlib import Path

from swarm.model import events
from swarm.model.task import State
from tests.engine.keeper_harness import KeeperHarness
from tests.engine.open_ports.relayed_box import fetch
from tests.engine.test_toolchain import agree_to_project
from tests.free_ports import free_port

PAGE = "the box's page"
SERVER = f"""
echo "{PAGE}" > index.html
exec python3 -m http.server 3000 --bind 127.0.0.1
"""


def until_served(harness: KeeperHarness, at: int, task_id: int) -> None:
    """Until the box's own server has begun to listen."""
    host = f"t{task_id}.localhost:{at}"
    harness.until(lambda: asked(at, host)[0] == 200, "the server in the box")


def asked(at: int, host: str) -> tuple[int, bytes]:
    """Status and body; 0 if the port was opened, cut or closed while it was asked."""
    try:
        return fetch(at, host=host)[:2]
    except (OSError, http.client.HTTPException):
        return 0, b""


def test_a_box_s_server_is_opened_closed_and_opened_again(
    harness: KeeperHarness, sample: Path
) -> None:
    """A keeper that starts anew opens it there, and the end of its task closes it."""
    harness.start_keeper()
    task_id = harness.new_task(sample, SERVER)
    harness.until_state(task_id, State.LIVE)
    # Not the number that each home gives its first task: another test's would take it
    # while this one's is closed.
    free = free_port()
    opened = harness.wish_done("open_port", task=task_id, port=3000, at=free)
    at = int(opened["at"])
    host = f"t{task_id}.localhost:{at}"
    until_served(harness, at, task_id)
    assert PAGE.encode() in fetch(at, host=host)[1]
    assert harness.wish_done("open_port", task=task_id, port=3000) == {"at": at}

    harness.stop_keepers()
    assert not _listens(at)
    harness.start_keeper()
    until_served(harness, at, task_id)

    harness.wish_done("close_port", task=task_id, port=3000)
    assert not _listens(at)
    assert "no port 3000" in harness.wish("close_port", task=task_id, port=3000).message

    harness.wish_done("open_port", task=task_id, port=3000, at=at)
    until_served(harness, at, task_id)
    harness.wish_done("kill", task=task_id)
    harness.until(lambda: not _listens(at), "the end of the port")
    kinds = [type(r.event) for r in harness.queries.events.after(task=task_id)]
    told = [kind for kind in kinds if kind in (events.PortOpened, events.PortClosed)]
    assert told == [events.PortOpened, events.PortClosed, events.PortOpened]
    refused = harness.wish("open_port", task=task_id, port=3000)
    assert "not live" in refused.message


def test_two_tasks_serve_at_one_port_and_cannot_call_each_other(
    harness: KeeperHarness, sample: Path
) -> None:
    """Each has an address and a name of its own."""
    harness.start_keeper()
    tasks = [harness.new_task(sample, SERVER) for _ in range(2)]
    places = []
    for task_id in tasks:
        harness.until_state(task_id, State.LIVE)
        at = int(harness.wish_done("open_port", task=task_id, port=3000)["at"])
        until_served(harness, at, task_id)
        places.append((at, f"t{task_id}.localhost:{at}"))
    (first, first_host), (second, second_host) = places

    assert first != second
    page = {"Origin": f"http://{first_host}"}
    assert fetch(first, page, host=first_host)[0] == 200
    assert fetch(second, page, host=second_host)[0] == 403
    assert fetch(second, host=first_host)[0] == 421
    harness.wish_done("cut", task=tasks[0])
    # What is under way at that moment ends without an answer.
    harness.until(lambda: b"is cut off" in asked(first, first_host)[1], "the cut")
    assert fetch(second, host=second_host)[0] == 200


def test_ports_of_an_agreed_file_are_open_from_the_start(
    harness: KeeperHarness, sample: Path
) -> None:
    """`swarm.toml` is used once a human agreed; nothing else asks for the port."""
    (sample / "swarm.toml").write_text("ports = [3000, 8080]\n")
    agree_to_project(harness.paths, sample)
    harness.start_keeper()
    task_id = harness.new_task(sample, SERVER)
    harness.until_state(task_id, State.LIVE)
    harness.until(
        lambda: all(p.is_open for p in harness.queries.tasks.get(task_id).ports),
        "its ports",
    )

    served, silent = harness.queries.tasks.get(task_id).ports
    until_served(harness, served.at, task_id)
    host = f"t{task_id}.localhost:{silent.at}"
    status, body, _ = fetch(silent.at, host=host)
    assert status == 502
    assert b"nothing listens at port 8080 in the box" in body


def _listens(at: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", at), 10):
            return True
    except OSError:
        return False
