"""The parsers of the command line: the help of all, and the whole for completion."""

from collections.abc import Callable

import pytest

from swarm.cli import exit_codes
from swarm.cli.command_registry import COMMANDS
from swarm.cli.parser import whole_parser
from swarm.cli.task_selection import IdRange

Swarm = Callable[..., tuple[int, str, str]]


@pytest.mark.parametrize("words", [("--help",), ("help",)])
def test_the_help_lists_commands_and_exit_statuses(
    swarm: Swarm, words: tuple[str, ...]
) -> None:
    status, out, err = swarm(*words)

    assert (status, err) == (exit_codes.DONE, "")
    assert all(
        f"  {verb:<11} {command.summary}\n" in out for verb, command in COMMANDS.items()
    )
    assert all(
        f"{code:>3}  {text}" in out for code, text in exit_codes.MEANINGS.items()
    )


@pytest.mark.parametrize(
    ("words", "values"),
    [
        (
            ["stop", "1", "#2"],
            {"verb": "stop", "ids": [(IdRange(1, 1, True),), (IdRange(2, 2, True),)]},
        ),
        (["budget", "3", "--tokens", "2M"], {"id": 3, "tokens": 2_000_000}),
        (["policy", "deny", "a.example", "--user"], {"host": ("a.example", 443)}),
    ],
)
def test_the_whole_parser_reads_every_command(
    words: list[str], values: dict[str, object]
) -> None:
    args = vars(whole_parser(COMMANDS).parse_args(words))

    assert {name: args[name] for name in values} == values
