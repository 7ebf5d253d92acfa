"""Quotes any text for a shell and for YAML: whatever it holds, it stays one value."""

import re

from swarm.errors import PlanError

_SHELL_WORD = re.compile(r"[A-Za-z0-9_@%+=:,./-]+")
_SHELL_ESCAPES = {"\n": "\\n", "\t": "\\t", "\r": "\\r", "\\": "\\\\", "'": "\\'"}
_YAML_ESCAPES = {"\n": "\\n", "\t": "\\t", "\r": "\\r", "\\": "\\\\", '"': '\\"'}


def shell(text: str) -> str:
    """One word for bash, zsh and other shells with `$'…'`; all of it is printable.

    Bytes that are no UTF-8 come out as they went in (surrogate escapes).
    """
    if _SHELL_WORD.fullmatch(text):
        return text
    if text.isprintable():
        return "'" + text.replace("'", "'\\''") + "'"
    return "$'" + "".join(map(_shell_character, text)) + "'"


def _shell_character(character: str) -> str:
    if character in _SHELL_ESCAPES:
        return _SHELL_ESCAPES[character]
    if character.isprintable():
        return character
    code = character.encode("utf-8", "surrogateescape")
    return "".join(f"\\{byte:03o}" for byte in code)


def yaml(text: str) -> str:
    """A double-quoted scalar; PlanError for bytes that are no text: YAML has none."""
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise PlanError(
            f"YAML cannot hold {text[:60]!r}, which is no UTF-8",
            hint="`--as docker` can",
        )
    return '"' + "".join(map(_yaml_character, text)) + '"'


def _yaml_character(character: str) -> str:
    if character in _YAML_ESCAPES:
        return _YAML_ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
