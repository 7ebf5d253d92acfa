"""No byte of an agent's reaches the terminal as anything but text."""

import os
import pty
import re
import select
import subprocess
import sys
import time
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.scenes import HOSTILE, HOSTILE_NAME, Scene, press, shown
from tests.tui.fakes import FakeBackend

Recorded = Callable[[Scene], FakeBackend]

VIEWS = {
    "pane": (),
    "diff": ("right_square_bracket",),
    "info": ("right_square_bracket", "right_square_bracket"),
    "confirm": ("K",),
    "reply": ("space",),
    "help": ("question_mark",),
    "review": ("r", "keeper"),
    "review-bytes": ("r", "keeper", "J"),
    "merge": ("w", "r", "keeper", "M"),
    "toast": ("s", "keeper"),
}


@pytest.mark.parametrize("view", VIEWS)
async def test_no_control_or_bidi_character_is_drawn(
    recorded: Recorded, view: str
) -> None:
    """Whatever name, prompt, pane, path, diff or refusal an agent can influence."""
    backend = recorded(HOSTILE)
    backend.refusals["stop"] = (HOSTILE_NAME, HOSTILE_NAME)
    with shown(backend) as app:
        async with app.run_test(size=(120, 36)) as pilot:
            await press(pilot, backend, *VIEWS[view])
            await pilot.pause(0.3)
            strips = app.screen._compositor.render_strips()
            drawn = "".join(strip.text for strip in strips)

    assert "evil" in drawn or "<U+DCFF>" in drawn
    assert [repr(c) for c in drawn if _acts(c)] == []


def _acts(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn")


OSC = re.compile("\x1b].{,40}")
POINTER = re.compile("\x1b]22;[a-z-]+(\x07|\x1b)")
"""Textual's own: the shape of the mouse pointer, from a style sheet."""

SCRIPT = """
import sys
from pathlib import Path
from tests.scenes import HOSTILE, record, shown
backend = record(HOSTILE, Path(sys.argv[1]))
with shown(backend) as app:
    app.run()
"""


def test_the_terminal_gets_no_sequence_of_an_agents(tmp_path: Path) -> None:
    """In the real output stream: no OSC, no DCS, no C1, no bidi."""
    stream = _seen(tmp_path / "swarm.db", [b"]", b"[", b"?", b"\x1b", b"r"])

    assert "evil" in stream
    assert [osc for osc in OSC.findall(stream) if not POINTER.match(osc)] == []
    assert "\x1bP" not in stream.replace("\x1bP=", "")
    assert not re.search("[\x80-\x9f\u202a-\u202e\u2066-\u2069\u200b]", stream)


def _seen(database: Path, keys: list[bytes]) -> str:
    """All that the dashboard writes to a terminal while the keys are pressed."""
    master, slave = pty.openpty()
    root = Path(__file__).resolve().parent.parent.parent
    environment = {
        **{k: v for k, v in os.environ.items() if k != "NO_COLOR"},
        "TERM": "xterm-256color",
        "COLUMNS": "120",
        "LINES": "36",
        "PYTHONPATH": str(root),
    }
    dashboard = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(database)],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env=environment,
        cwd=root,
        start_new_session=True,
    )
    os.close(slave)
    out = _read_until(master, b"evil", 60.0)
    for key in [*keys, b"\x1b", b"q"]:
        os.write(master, key)
        out += _read_until(master, b"\0never", 0.5)
    try:
        dashboard.wait(5.0)
    except subprocess.TimeoutExpired:
        dashboard.kill()
        dashboard.wait()
    os.close(master)
    return out.decode("utf-8", "surrogateescape")


def _read_until(descriptor: int, wanted: bytes, seconds: float) -> bytes:
    out, deadline = b"", time.monotonic() + seconds
    while wanted not in out and (left := deadline - time.monotonic()) > 0:
        if not select.select([descriptor], [], [], left)[0]:
            break
        try:
            out += os.read(descriptor, 65536)
        except OSError:
            break
    return out
