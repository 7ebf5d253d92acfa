"""A letter of another layout is the key that it is printed on."""

import pytest

from swarm.tui.present.keyboard_layout import latin_key


@pytest.mark.parametrize(
    ("character", "key"),
    [
        ("т", "n"),
        ("Т", "N"),
        ("к", "r"),
        ("ї", "]"),
        ("ъ", "]"),
        ("ν", "n"),
        ("Σ", "S"),
        ("ς", "w"),
        ("מ", "n"),
        ("ㅜ", "n"),
        ("ى", "n"),
        ("ق", "r"),
        ("é", "2"),
        ("&", "1"),
        ("！", "!"),
        ("［", "["),
        ("ｎ", "n"),
        ("ｋ", "k"),
        ("n", ""),
        ("½", ""),
        ("\0", ""),
        ("?", ""),
        ("ก", ""),
        ("字", ""),
        ("", ""),
    ],
)
def test_the_key_of_a_letter(character: str, key: str) -> None:
    """Upper case for upper case; what is Latin, or unknown, is no other key."""
    assert latin_key(character) == key
