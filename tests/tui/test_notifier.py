"""Toast, bell, title and the human's own command."""

from pathlib import Path

from swarm.model.notice import Notice
from swarm.tui.backend import Notify
from swarm.tui.notifier import Notifier
from tests.tui.fakes import FakeBackend

ASKS = Notice(3, "3-asks-5-1", "fix", "asks")


class Told:
    """A notifier, and what it told where."""

    def __init__(self, tmp_path: Path, settings: Notify) -> None:
        self.backend = FakeBackend(tmp_path / "swarm.db")
        self.written: list[str] = []
        self.toasts: list[str] = []
        self.notifier = Notifier(
            self.backend, lambda: settings, self.written.append, self.toasts.append
        )


def test_each_way_can_be_switched_off(tmp_path: Path) -> None:
    """Nothing at all is a choice, too."""
    told = Told(tmp_path, Notify(toast=False))

    assert not told.notifier.announce([ASKS])
    told.notifier.count(2)
    told.notifier.close()
    assert (told.written, told.toasts) == ([], [])


def test_a_need_is_a_toast_and_a_bell(tmp_path: Path) -> None:
    """Several at once are one."""
    told = Told(tmp_path, Notify(bell=True))

    told.notifier.announce([ASKS])
    told.notifier.announce([ASKS, ASKS])

    assert told.toasts == ["fix (#3): asks", "2 tasks need you; w shows the next"]
    assert told.written == ["\a", "\a"]


def test_the_title_counts_and_is_given_back(tmp_path: Path) -> None:
    """A terminal where nothing ever waited keeps its own."""
    told = Told(tmp_path, Notify(title=True))

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


def test_the_command_gets_words_of_ours(tmp_path: Path) -> None:
    """A sentence as its last argument, and the parts as variables."""
    told = Told(tmp_path, Notify(command=("notify-send", "swarm")))

    assert told.notifier.announce([ASKS])
    told.notifier.run_commands([ASKS])
    told.notifier.run_commands([ASKS] * 5)

    one, many = told.backend.notices
    assert one == (
        ["notify-send", "swarm", "swarm: fix (#3): asks"],
        "3-asks-5-1",
        {"SWARM_TASK": "3", "SWARM_NAME": "fix", "SWARM_STATE": "asks"},
    )
    assert many[0][-1] == "swarm: 5 tasks need you; w shows the next"
