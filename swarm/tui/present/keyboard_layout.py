"""Finds the key of a Latin keyboard for a letter that no table of keys has.

Whoever writes in another script would have to switch the layout for each key. The
letters are in the order of the rows of a US keyboard, from `q` to `.`.
"""

import unicodedata

_LATIN = "qwertyuiop[]asdfghjkl;'zxcvbnm,."
_LAYOUTS = (
    "йцукенгшщзхъфывапролджэячсмитьбю",  # Russian
    "йцукенгшщзхїфівапролджєячсмитьбю",  # Ukrainian
    ";ςερτυθιοπ[]ασδφγηξκλ΄'ζχψωβνμ,.",  # Greek
    "/'קראטוןםפ][שדגכעיחלךף,זסבהנמצתץ",  # Hebrew
    "ضصثقفغعهخحجدشسيبلاتنمكطئءؤر\0ىةوز",  # Arabic; one key gives two letters
    "ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔ[]ㅁㄴㅇㄹㅎㅗㅓㅏㅣ;'ㅋㅌㅊㅍㅠㅜㅡ,.",  # Korean
)
_FRENCH_DIGITS = {"&": "1", "é": "2", '"': "3"}
"""The digits that are keys of ours, on a keyboard that has them with Shift."""
_WIDE = range(0xFF01, 0xFF5F)
"""All of ASCII, as an input method for Japanese or Chinese writes it."""


def latin_key(character: str) -> str:
    """The Latin letter of the same key, upper case for upper case; empty if unknown.

    ASCII is empty too, as it has its meaning already, unless it is a French digit.
    """
    if digit := _FRENCH_DIGITS.get(character, ""):
        return digit
    if character.isascii() or len(character) != 1:
        return ""
    if ord(character) in _WIDE:
        return unicodedata.normalize("NFKC", character)
    small = character.lower()
    for layout in _LAYOUTS:
        if small in layout:
            letter = _LATIN[layout.index(small)]
            return letter.upper() if character != small else letter
    return ""
