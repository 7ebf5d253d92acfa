"""Single keys of a `swarm.toml` are changed; what a human wrote beside them stays."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.config.project import parsed
from swarm.config.project_edit import with_added, with_values
from swarm.errors import ConfigError

TEXT = """\
# mine
stacks = ["go"] # why
# packages = ["libpq-dev"]

# db
[service-container.db]
recipe = "postgres"
"""


def test_a_name_is_added_where_its_list_stands() -> None:
    after = with_added(TEXT, "stacks", ["node"])

    assert after == TEXT.replace('["go"] #', '["go", "node"] #')


def test_a_key_that_is_not_there_takes_its_example_s_place() -> None:
    after = with_added(TEXT, "packages", ["jq", "jq"])

    assert after == TEXT.replace('# packages = ["libpq-dev"]', 'packages = ["jq"]')


def test_else_it_stands_before_the_first_table() -> None:
    after = with_values(TEXT, {"test": "make test"})

    assert after == TEXT.replace("# db", 'test = "make test"\n\n# db')
    assert with_values("", {"ports": (1,)}) == "ports = [1]\n"


def test_an_empty_value_takes_a_key_out() -> None:
    assert "stacks" not in with_values(TEXT, {"stacks": ()})
    assert with_values(TEXT, {"test": ""}) == TEXT


def test_what_is_there_already_changes_nothing() -> None:
    assert with_added(TEXT, "stacks", ["go"]) is TEXT


@pytest.mark.parametrize(
    ("text", "values", "words"),
    [
        ("stacks = ", {"test": "x"}, "not valid TOML"),
        ("", {"stacks": ("nod",)}, "did you mean node"),
        ('test = """\n# hide = 1\n"""\n', {"hide": ("a",)}, "too oddly"),
    ],
)
def test_what_cannot_be_changed_is_refused(
    text: str, values: dict[str, Any], words: str
) -> None:
    with pytest.raises(ConfigError, match=words):
        with_values(text, values)


@given(st.sampled_from(["test", "hide", "ports"]), st.text(max_size=30))
def test_it_never_says_anything_else(key: str, value: str) -> None:
    values: dict[str, Any] = {
        "test": value,
        "hide": (value,),
        "ports": (len(value) + 1,),
    }
    try:
        after = with_values(TEXT, {key: values[key]})
    except ConfigError:
        return

    assert getattr(parsed(after), key) == values[key]
    assert parsed(after).service_container == parsed(TEXT).service_container


def test_an_empty_each_task_is_written_and_none_takes_it_out() -> None:
    after = with_values(TEXT, {"each_task": ()})
    assert parsed(after).each_task == ()
    assert "each_task = []\n" in after
    assert parsed(with_values(after, {"each_task": ("a",)})).each_task == ("a",)
    assert "each_task" not in with_values(after, {"each_task": None})
