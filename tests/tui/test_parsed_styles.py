"""Sheets are parsed once for all apps of a process, and anew where one differs."""

from typing import Any

import pytest
from textual.css import parse, stylesheet
from textual.css.stylesheet import Stylesheet


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that were parsed since."""
    texts: list[str] = []

    def watched(scope: str, css: str, *more: Any, **others: Any) -> Any:
        texts.append(css)
        return parse.parse(scope, css, *more, **others)

    monkeypatch.setattr(stylesheet, "parse", watched)
    return texts


def _colour(css: str, variable: str) -> str:
    sheet = Stylesheet(variables={"mine": variable})
    sheet.add_source(css, read_from=("here", ""))
    sheet.parse()
    (rule,) = sheet.rules
    return rule.styles.color.hex


def test_a_sheet_is_parsed_once_for_the_same_variables(parsed: list[str]) -> None:
    """Another variable or another text is another sheet."""
    css = "Label { color: $mine; }"
    assert [_colour(css, "#010203"), _colour(css, "#010203")] == ["#010203"] * 2
    assert len(parsed) == 1
    assert _colour(css, "#040506") == "#040506"
    assert _colour(css.replace("$mine", "#070809"), "#010203") == "#070809"
    assert len(parsed) == 3
