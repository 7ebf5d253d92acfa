"""`swarm shell`: a command's status, and what is refused without a terminal."""

from collections.abc import Callable

from swarm.cli import exit_codes
from swarm.errors import IllegalMove
from swarm.store.journal import Journal
from swarm.store.wish_queries import WishRecord
from tests.cli.conftest import FakeKeeper, ended

Swarm = Callable[..., tuple[int, str, str]]


def test_a_command_s_status_is_ours(
    swarm: Swarm, keeper: FakeKeeper, journal: Journal
) -> None:
    """Its words are its own, also those that look like options."""
    task = ended(journal)
    keeper.decide = lambda _wish: {"argv": ["sh", "-c", "exit 7"], "ends": []}

    assert swarm("shell", str(task), "--", "ls", "-l", "--all")[0] == 7
    command = ["ls", "-l", "--all"]
    assert keeper.seen == [("shell", {"task": task, "command": command})]


def test_a_shell_needs_a_terminal_and_names_the_way_without(
    swarm: Swarm, keeper: FakeKeeper, journal: Journal
) -> None:
    ended(journal)

    status, _, said = swarm("shell", "1")

    assert (status, keeper.seen) == (exit_codes.FAILED, [])
    assert said == (
        "swarm shell: a shell needs a terminal\n"
        "  without one `swarm shell 1 -- CMD` runs a command\n"
    )


def test_a_refusal_is_the_keeper_s(
    swarm: Swarm, keeper: FakeKeeper, journal: Journal
) -> None:
    def refuse(_wish: WishRecord) -> dict[str, object]:
        raise IllegalMove("task 1 is merged: no sandbox of it runs")

    keeper.decide = refuse
    ended(journal)

    status, _, said = swarm("shell", "1", "--", "id")

    assert status == exit_codes.FAILED
    assert said == "swarm shell: task 1 is merged: no sandbox of it runs\n"
