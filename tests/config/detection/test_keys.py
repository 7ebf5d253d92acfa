"""Tracked files that look like keys are proposed to be hidden."""

from swarm.config.detection.keys import MOST, MOST_HIDDEN, candidates, propose

KEY = b"-----BEGIN PRIVATE KEY-----\nx\n"


def test_a_key_is_proposed_and_one_for_tests_is_named() -> None:
    notes: list[str] = []
    files = {
        "a/server.key": KEY,
        "tests/x.key": KEY,
        "empty.key": b"",
        "odd\n.key": KEY,
    }

    assert propose(files, files, notes.append) == {
        "a/server.key": "it holds a private key"
    }
    assert [note.partition(":")[0] for note in notes] == ["tests/x.key", "odd\n.key"]


def test_they_are_few() -> None:
    files = {f"k{number:04}.key": KEY for number in range(1000)}

    assert len(candidates(files)) == MOST
    assert len(propose(candidates(files), files, lambda _note: None)) == MOST_HIDDEN
