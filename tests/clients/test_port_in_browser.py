"""A box's page in a real browser of this machine, and what that page cannot reach."""

import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from swarm.model.task import State
from tests.engine.keeper_harness import (
    KeeperHarness,
    new_sample_repository,
    open_keeper_harness,
)
from tests.engine.open_ports.relayed_box import answering, fetch, served

pytestmark = pytest.mark.long

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
OK = b"HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nContent-Length: 2\r\n\r\nhi"
CALLS = """<body>loading</body><script>
const call = (url) => fetch(url, {mode: "no-cors", cache: "no-store"})
  .then(() => "reached", () => "refused");
Promise.all(%s.map(call)).then((all) => document.body.textContent = all.join(" "));
</script>
"""


@pytest.fixture(scope="module")
def browser() -> str:
    """The program; the test is left out with a reason if there is none."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip("no Chromium is installed on this machine")
    return found


@pytest.fixture(scope="module")
def home() -> Iterator[KeeperHarness]:
    with open_keeper_harness() as harness:
        harness.start_keeper()
        yield harness


def dom(browser: str, url: str, folder: Path) -> str:
    """The page as the browser has it after its scripts have run."""
    flags = (
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--virtual-time-budget=8000",
        f"--user-data-dir={folder}",
        "--dump-dom",
    )
    argv = [browser, *flags, url]
    return subprocess.run(
        argv, capture_output=True, text=True, timeout=120, check=True
    ).stdout


def served_task(home: KeeperHarness, folder: Path, page: str) -> tuple[str, str]:
    """The address of a task whose server has this page, and its container."""
    folder.mkdir()
    sample = new_sample_repository(folder / "sample")
    command = f"cat > index.html <<'END'\n{page}\nEND\nexec python3 -m http.server 3000"
    task = home.new_task(sample, command)
    home.until_state(task, State.LIVE)
    at = int(home.wish_done("open_port", task=task, port=3000)["at"])
    host = f"t{task}.localhost:{at}"
    home.until(lambda: fetch(at, host=host)[0] == 200, "the server")
    return f"http://{host}/", home.context.names(task).sandbox


def test_a_browser_shows_the_page_of_a_box(
    browser: str, home: KeeperHarness, tmp_path: Path
) -> None:
    """By the name below localhost, which no resolver has to know."""
    url, _ = served_task(home, tmp_path / "box", "<p id=it>the page of a box</p>")

    assert '<p id="it">the page of a box</p>' in dom(browser, url, tmp_path / "profile")


def test_a_page_of_a_box_reaches_neither_another_box_nor_a_server_of_the_user(
    browser: str, home: KeeperHarness, tmp_path: Path
) -> None:
    """It reaches its own server; and no page of the user's own reaches a box."""
    heard: list[bytes] = []

    def handle(wire: socket.socket) -> None:
        heard.append(b"x")
        answering(OK)(wire)

    other, other_box = served_task(home, tmp_path / "other", "other")
    with served(handle) as port:
        own = f"http://localhost:{port}/"
        page = CALLS % f'["/", "{other}?burglar", "{own}"]'
        url, _ = served_task(home, tmp_path / "box", page)
        text = dom(browser, url, tmp_path / "profile")

        assert "reached refused refused" in text
        assert heard == []

    # A page without our header calls: the browser says who does, and nothing arrives.
    body = (CALLS % f'["{other}?burglar"]').encode()
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n"
    with served(answering(head % len(body) + body)) as port:
        dom(browser, f"http://localhost:{port}/", tmp_path / "profile")
    log = home.context.containers.logs(other_box, 200)
    assert b"GET / " in log
    assert b"burglar" not in log
