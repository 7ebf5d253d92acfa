"""Makes text that an agent may have chosen safe for a human's screen."""

import re
import unicodedata

_REPLACED = frozenset({"Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories that are invisible or move text; shown as their code point."""
_COLOUR = re.compile(r"\x1b\[[0-9;:]{0,64}m")


def plain(text: str, limit: int = 4000) -> str:
    """The text without control, format or bidi characters; newlines and tabs stay.

    A removed character is replaced by its code (`\\x1b`, `<U+202E>`), so that nothing
    is hidden. A text of more than `limit` characters is cut and marked. Never markup.
    """
    cut = text if len(text) <= limit else f"{text[:limit]}…"
    if cut.isascii() and cut.isprintable():
        return cut
    return "".join(_shown(character) for character in cut)


def without_colours(text: str) -> str:
    """The text without the sequences that only colour it; what they hid is seen."""
    return _COLOUR.sub("", text)


def as_last_written(text: str) -> str:
    """What a terminal would show in the end: no colours, a line written anew once."""
    lines = (line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))
    return without_colours("\n".join(lines))


def safe_line(text: str, limit: int = 400) -> str:
    """The text as `plain` makes it, on one line: newlines and tabs become visible."""
    return plain(text, limit).replace("\n", "⏎").replace("\t", "→")


def _shown(character: str) -> str:
    code = ord(character)
    if character in "\n\t":
        return character
    if code < 0x20 or 0x7F <= code < 0xA0:
        return f"\\x{code:02x}"
    if unicodedata.category(character) in _REPLACED:
        return f"<U+{code:04X}>"
    return character
