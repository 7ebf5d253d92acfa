"""Nothing that a program writes acts on the human's terminal, or types for them."""

import base64
import re
import shlex
from pathlib import Path

import pytest

from swarm.adapters.tmux import Tmux
from swarm.adapters.tmux.server import PrivateServer
from tests.adapters.tmux.terminal import ANSWERS, attached

EVIL = base64.b64encode(b"rm -rf ~").decode()
ESC, BEL, ST = "\x1b", "\x07", "\x1b\\"
CLIPBOARD = [
    f"{ESC}]52;c;{EVIL}{BEL}",
    f"{ESC}]52;c;{EVIL}{ST}",
    f"{ESC}]52;p;{EVIL}{BEL}",
    f"{ESC}]52;;{EVIL}{BEL}",
    f"{ESC}]52;c;?{BEL}",
    f"\x9d52;c;{EVIL}\x9c",
    f"{ESC}Ptmux;{ESC}{ESC}]52;c;{EVIL}{BEL}{ST}",
    f"{ESC}Ptmux;{ESC}{ESC}Ptmux;{ESC * 4}]52;c;{EVIL}{BEL}{ESC * 3}\\{ST}",
    f"{ESC}P{ESC}]52;c;{EVIL}{BEL}{ST}",
    f"{ESC}]52;c;{EVIL}",
]
OTHERS = [
    *(f"{ESC}]{number};owned{BEL}" for number in (0, 1, 2, 7, 9, 99, 133, 1337)),
    f"{ESC}kowned{ST}",
    f"{ESC}]777;notify;owned;owned{BEL}",
    f"{ESC}]8;;https://owned.example/{BEL}a{ESC}]8;;{BEL}",
    f"{ESC}]4;1;#ff0000{BEL}",
    f"{ESC}]12;#ff0000{BEL}",
    f"{ESC}Pq#0;2;0;0;0~{ST}",
    f"{ESC}_Gf=24;owned{ST}",
    f"{ESC}^owned{ST}",
    f"{ESC}Xowned{ST}",
    f"{ESC}[5i owned {ESC}[4i",
    f"{ESC}[3;0;0t{ESC}[8;5;5t{ESC}[2t",
    BEL,
]
REPORTS = [
    f"{ESC}]2;echo owned{ST}{ESC}[21t",
    f"{ESC}]1;echo owned{ST}{ESC}[20t",
    f"{ESC}]10;?{BEL}",
    f"{ESC}]11;?{BEL}",
    f"{ESC}P+q544e{ST}",
    f"{ESC}P$q m{ST}",
    "\x05",
]
"""Questions whose answer could hold text of the program's own choice."""
PROBE = (
    'cat {file}; IFS= read -rsd "" -t 0.15 answer; printf "\\030\\033[0m\\033[2J\\n"; '
    'printf "<%q>" "$answer"; echo " e"nd{number}'
)
MARKS = re.compile(rb"\x1b[\]P_^X][^\x1b\x07]{0,40}|[\x90\x9d\x07]")


@pytest.mark.parametrize("kind", ANSWERS)
def test_no_sequence_reaches_the_terminal_or_comes_back_as_keys(
    tmux: Tmux, socket: str, tmp_path: Path, kind: str
) -> None:
    """Clipboards, titles, notifications, links, colours, images, printers, windows, and
    answers; tmux tells what kind of terminal it is, and where the cursor stands."""
    rows = [*CLIPBOARD, *OTHERS, *REPORTS]
    files = [tmp_path / str(number) for number in range(len(rows))]
    for file, row in zip(files, rows, strict=True):
        eight_bit = "latin-1" if "\x9d" in row else "utf-8"
        file.write_bytes(row.encode(eight_bit))
    tmux.open("a", ["bash", "--norc", "--noprofile"], {})

    with attached(tmux.attach_argv("a"), kind) as terminal:
        for number, file in enumerate(files):
            start = len(terminal.written)
            probe = PROBE.format(file=shlex.quote(str(file)), number=number)
            terminal.press(f"{probe}\r".encode())
            terminal.until_shown(b"end%d" % number)
            seen = terminal.written[start:]
            assert MARKS.findall(seen) == [], rows[number]
            screen = tmux.capture(["a"])["a"].text
            assert f"<''> end{number}" in screen.split("\n"), rows[number]

    assert PrivateServer(socket).run("list-buffers") == ""
    assert sorted(tmux.all()) == ["a"]
