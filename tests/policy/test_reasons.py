"""Reasons of denials are one list, and all of it is used."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import swarm
from swarm.policy import explain, reasons
from swarm.policy.reasons import Kind, Reason

ROOT = Path(swarm.__file__).parent
LIST = ROOT / "policy" / "reasons.py"


def nodes() -> Iterator[tuple[Path, ast.AST]]:
    """Everything in the package but the list itself."""
    for file in ROOT.rglob("*.py"):
        if file != LIST:
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                yield file, node


def named_reasons() -> dict[str, Path]:
    """Each `Reason.NAME` that the code spells out, with a file that does."""
    return {
        node.attr: file
        for file, node in nodes()
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "Reason"
    }


def test_every_reason_that_is_used_is_listed_and_every_listed_one_is_used() -> None:
    assert set(named_reasons()) == {reason.name for reason in Reason}


def test_no_code_is_typed_by_hand() -> None:
    """A code of one word (`cut`) is also a word of other things."""
    codes = {reason.value for reason in Reason if "-" in reason}

    typed = [
        f"{file}:{node.lineno}: {node.value}"
        for file, node in nodes()
        if isinstance(node, ast.Constant) and node.value in codes
    ]

    assert typed == []


@pytest.mark.parametrize("reason", Reason, ids=lambda reason: reason.value)
def test_a_reason_is_whole(reason: Reason) -> None:
    """A code that fits into a status line, and a sentence for an agent."""
    assert reason.value.replace("-", "").isalnum()
    assert reason.sentence
    assert reason.is_locked == (reason.kind is Kind.LOCKED)
    assert reasons.by_code(f"{reason}: a detail") is reason


@pytest.mark.parametrize("reason", Reason, ids=lambda reason: reason.value)
@pytest.mark.parametrize("name", ["a.test", "192.168.1.7", "localhost", "a.internal"])
def test_each_reason_says_what_would_open_it(reason: Reason, name: str) -> None:
    """A line for a human; where no rule opens it, what would help."""
    words = explain.way_out(reason, explain.attempt(name, 443))

    assert words
    assert "{" not in words


def test_a_code_of_another_version_is_none() -> None:
    assert reasons.by_code("not-in-any-list") is None
