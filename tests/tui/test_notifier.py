"""Toast, bell and title."""

from swarm.model.notice import Notice
from swarm.tui.backend import Notify
from swarm.tui.notifier import Notifier

ASKS = Notice(3, "3-asks-5-1", "fix", "asks")


class Told:
    """A notifier, and what it told where."""

    def __init__(self, settings: Notify) -> None:
        self.written: list[str] = []
        self.toasts: list[str] = []
        self.notifier = Notifier(
            lambda: settings, self.written.append, self.toasts.append
        )


def test_each_way_can_be_switched_off() -> None:
    """Nothing at all is a choice, too."""
    told = Told(Notify(toast=False))

    told.notifier.announce([ASKS])
    told.notifier.count(2)
    told.notifier.close()
    assert (told.written, told.toasts) == ([], [])


def test_a_need_is_a_toast_and_a_bell() -> None:
    """Several at once are one."""
    told = Told(Notify(bell=True))

    told.notifier.announce([ASKS])
    told.notifier.announce([ASKS, ASKS])

    assert told.toasts == ["fix (#3): asks", "2 tasks need you; w shows the next"]
    assert told.written == ["\a", "\a"]


def test_the_title_counts_and_is_given_back() -> None:
    """A terminal where nothing ever waited keeps its own."""
    told = Told(Notify(title=True))

    told.notifier.count(0)
    assert told.written == []
    for number in (3, 0):
        told.notifier.count(number)
    told.notifier.close()
    told.notifier.close()

    assert told.written == [
        "\x1b[22;2t",
        "\x1b]2;(3) swarm\a",
        "\x1b]2;swarm\a",
        "\x1b[23;2t",
    ]
