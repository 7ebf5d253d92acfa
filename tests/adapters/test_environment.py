"""An environment is copied while names come and go."""

import os
import threading

import pytest

from swarm.adapters.environment import copy_of


def test_a_name_that_goes_meanwhile_is_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("STAYS", "1")
    ended = threading.Event()

    def come_and_go() -> None:
        while not ended.is_set():
            for number in range(20):
                os.environ[f"GOES_{number}"] = "1"
            for number in range(20):
                del os.environ[f"GOES_{number}"]

    other = threading.Thread(target=come_and_go)
    other.start()
    try:
        copies = [copy_of(os.environ) for _ in range(3000)]
    finally:
        ended.set()
        other.join()

    assert all(copy["STAYS"] == "1" for copy in copies)
    assert {value for copy in copies for value in copy.values()} <= {
        *os.environ.values(),
        "1",
    }
