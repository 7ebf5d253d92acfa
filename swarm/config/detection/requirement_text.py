"""Reads single requirements of Python projects: the name, and what a command may have.

A file is a stranger's: every word that may stand in a command fits a narrow pattern.
"""

import re
from typing import Any

_NAME = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]{0,80})")
_VERSIONS = r"[<>=!~]=?[0-9A-Za-z.*+]{1,30}"
_PLAIN = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9._-]{0,80}(?:\[[A-Za-z0-9,._-]{1,80}\])?"
    rf"(?:{_VERSIONS}(?:,{_VERSIONS}){{0,5}})?"
)
"""A requirement that a command may have between quotes, without blanks."""


def name_of(requirement: Any) -> str:
    """The name of a requirement as the index spells it; empty if it has none."""
    match = _NAME.match(requirement) if isinstance(requirement, str) else None
    return re.sub(r"[-_.]+", "-", match[1]).lower() if match else ""


def plain(requirement: Any) -> str:
    """The requirement without blanks; empty for what no command may have."""
    text = requirement if isinstance(requirement, str) else ""
    text = text.partition("#")[0].partition(";")[0].replace(" ", "").strip()
    return text if _PLAIN.fullmatch(text) else ""
