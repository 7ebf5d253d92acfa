"""Keeps parsed style sheets from one app of a process to the next.

Every app parses the same sheets of ours and of Textual's widgets, and each of its
screens again: an eighth of the processor's time of a test.
"""

from typing import Any

import pytest
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet

_parse = Stylesheet._parse_rules
_parsed: dict[tuple[object, ...], list[RuleSet]] = {}


def keep_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parse a sheet once for the same place and variables. Apps never change rules."""
    monkeypatch.setattr(Stylesheet, "_parse_rules", _parse_once)


def _parse_once(sheet: Stylesheet, css: str, *place: Any, **more: Any) -> list[RuleSet]:
    variables = tuple(sorted(sheet._variables.items()))
    key = (css, place, tuple(sorted(more.items())), variables)
    if key not in _parsed:
        _parsed[key] = _parse(sheet, css, *place, **more)
    return _parsed[key]
