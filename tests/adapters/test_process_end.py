"""The end of another's process is noticed, with and without the kernel's event."""

import fcntl
import os
import resource
import subprocess
import threading

import pytest

from swarm.adapters.process_end import end_of


@pytest.fixture(params=[True, False], ids=["by an event", "without"])
def has_event(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    if not request.param:
        monkeypatch.delattr(os, "pidfd_open")
    return bool(request.param)


def test_an_end_is_noticed(has_event: bool) -> None:
    """At once by the event; else when the time is over."""
    with (
        subprocess.Popen(["cat"], stdin=subprocess.PIPE) as program,
        end_of(program.pid) as end,
    ):
        assert not end.wait(0.01)
        assert program.stdin
        program.stdin.close()
        if has_event:
            assert end.wait(60)
        program.wait()
        assert end.wait(60)


@pytest.mark.usefixtures("has_event")
def test_what_has_ended_before_has_ended() -> None:
    with subprocess.Popen(["true"]) as program:
        program.wait()

    with end_of(program.pid) as end:
        assert end.wait(60)


@pytest.mark.usefixtures("has_event")
def test_this_process_goes_on() -> None:
    assert threading.main_thread().is_alive()
    with end_of(os.getpid()) as end:
        assert not end.wait(0.01)


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="Linux alone has the event")
def test_a_process_with_many_open_files_waits_as_well(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A keeper of many tasks has descriptors above 1023."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (before[1], before[1]))
    opened = os.pidfd_open

    def high(pid: int) -> int:
        low = opened(pid)
        try:
            return fcntl.fcntl(low, fcntl.F_DUPFD_CLOEXEC, 1500)
        finally:
            os.close(low)

    monkeypatch.setattr(os, "pidfd_open", high)
    try:
        with (
            subprocess.Popen(["cat"], stdin=subprocess.PIPE) as program,
            end_of(program.pid) as end,
        ):
            assert not end.wait(0.01)
            program.communicate()
            assert end.wait(60)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
