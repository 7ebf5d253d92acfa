"""A document is read in time that grows with its size, whoever wrote it."""

import pytest

from swarm.policy import toml_table
from swarm.policy.policy_parser import parse
from swarm.policy.toml_table import BadPolicy


@pytest.mark.parametrize(
    "text",
    [
        "a." * 500_000,
        '"a".' * 250_000,
        "['a' . " + "b . " * 250_000,
        "version = " + "1" * 5000,
    ],
    ids=["key", "quoted", "table", "number"],
)
def test_what_would_take_hours_or_end_the_reader_is_a_mistake_of_the_file(
    text: str,
) -> None:
    """A repository's own policy file is an agent's to write."""
    with pytest.raises(BadPolicy, match=r"^p: "):
        parse(text, "p", "repo")


def test_keys_of_a_few_parts_are_keys() -> None:
    text = "a.b.'c.d'.\"e\" = 1\n" + ".".join("f" * 99) + " = 2"

    assert toml_table.loads(text)["a"]["b"]["c.d"]["e"] == 1
