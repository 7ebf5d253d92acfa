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
    "ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔ[]ㅁㄴㅇㄹㅎㅗㅓㅏㅣ;'ㅋㅌㅊㅍㅠㅜㅡ,.",  # Korean
)


def latin_key(character: str) -> str:
    """The Latin letter of the same key, upper case for upper case; empty if unknown.

    ASCII is empty too: it has its meaning already.
    """
    if character.isascii() or len(character) != 1:
        return ""
    wide = unicodedata.normalize("NFKC", character)
    if len(wide) == 1 and wide.isascii() and wide.isalnum():
        return wide
    small = character.lower()
    for layout in _LAYOUTS:
        if small in layout:
            letter = _LATIN[layout.index(small)]
            return letter.upper() if character != small else letter
    return ""
