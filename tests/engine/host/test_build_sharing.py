"""Two that want one image build it once; who waits can be ended."""

import threading

import pytest

from swarm.engine.host.build_sharing import BuildSharing
from swarm.errors import Cancelled
from tests.fakes import FakeImages


def test_the_second_begins_when_the_first_has_ended() -> None:
    sharing, order = BuildSharing(), list[str]()
    begun = threading.Event()

    def second() -> None:
        begun.set()
        with sharing.of("a:1", FakeImages()):
            order.append("second")

    with sharing.of("a:1", FakeImages()):
        thread = threading.Thread(target=second)
        thread.start()
        assert begun.wait(60)
        with sharing.of("b:1", FakeImages()):
            order.append("first")
    thread.join(60)

    assert order == ["first", "second"]


def test_one_that_waits_is_ended_by_a_stop() -> None:
    sharing, engine, ended = BuildSharing(), FakeImages(), list[str]()

    def wait() -> None:
        with pytest.raises(Cancelled), sharing.of("a:1", engine):
            ended.append("built")
        ended.append("cancelled")

    with sharing.of("a:1", FakeImages()):
        thread = threading.Thread(target=wait)
        thread.start()
        engine.stop()
        sharing.wake()
        thread.join(60)

    assert ended == ["cancelled"]
