"""Each wish has its sentence, and a keeper's answer of another shape harms none."""

from typing import Any

import pytest

from swarm.model.wishes import (
    OpenPort,
    OpenShell,
    RemoveLater,
    RestoreCheckpoint,
    Stop,
    TakeBack,
    TakeCheckpoint,
    Wish,
)
from swarm.tui.present import wish_text


@pytest.mark.parametrize(
    ("wish", "result", "sentence"),
    [
        (Stop(3), {}, "stop #3: done"),
        (OpenShell(3), {"pane": "p"}, ""),
        (TakeCheckpoint(3), {"number": 2, "new": True}, "checkpoint 2"),
        (
            RestoreCheckpoint(3, 1),
            {"number": 1, "before": 2, "wrote": 4, "removed": 0},
            "back at checkpoint 1: 4 files written, 0 gone; "
            "checkpoint 2 has the files from before",
        ),
        (
            OpenPort(3, 8000),
            {"at": 20001},
            "port 8000 is at http://t3.localhost:20001/; o opens it",
        ),
        (RemoveLater((1, 2), 10), {}, ""),
        (RemoveLater((1,), 10), {"failed": ["a\x1b[2J"]}, "a\\x1b[2J"),
        (TakeBack(9), {"kept": [1, 2]}, "kept: #1, #2"),
    ],
)
def test_what_became_of_it(wish: Wish, result: dict[str, Any], sentence: str) -> None:
    assert wish_text.outcome(wish, result) == sentence


def test_what_was_asked() -> None:
    assert wish_text.request(Stop(3)) == "stop #3 …"
    assert wish_text.request(RemoveLater((1, 2), 10)) == (
        "2 tasks will be removed in 10 s; u keeps them"
    )
