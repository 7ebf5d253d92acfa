"""Takes out of a line that names a secret what looks drawn by a machine.

The forms in which files give a value are known in part only; so a line with a telling
word in it loses every word that looks like a key, wherever it stands. A word that is
telling only in letters of another script is meant to be read as one.
"""

import re
import unicodedata

_TELLING = re.compile(
    r"(?i)secret|token|passw|passphrase|credential|(?:api|access|private)[_-]?key"
)
_RANDOM = re.compile(
    # Digits among letters, and no name in capitals: those are of variables.
    r"(?<![\w./$%-])(?![A-Z0-9_]+(?![\w-]))(?=[A-Za-z]*[0-9]+[A-Za-z][A-Za-z0-9]*[0-9])"
    r"[A-Za-z0-9+_~-]{12,}={0,2}(?![\w/(.])"
)
_LOOK_ALIKES = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0455\u0458\u0501\u051b"
    "\u04bb\u0432\u043a\u043d\u0442\u043c\u051d\u03b1\u03b5\u03bf\u03c1\u03c5"
    "\u03b9\u03ba\u03bd\u03c4\u03c9\u0410\u0412\u0415\u041a\u041c\u041d\u041e"
    "\u0420\u0421\u0422\u0423\u0425\u0406\u0405\u0408\u0391\u0392\u0395\u0396"
    "\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7\u0131\u0261"
    "\ua731\u1d1b\u1d0f\u1d0b\u1d07\u0274\u1d18\u1d00\u1d21\u0280\u1d05\u1d04",
    "aeopcyxisjdqhbkhtmwaeopuikvtwABEKMHOPCTYXISJABEZHIKMNOPTYXigstokenpawrdc",
)
"""Letters of Cyrillic, Greek and phonetic scripts, with those that they look like."""


def stripped(line: str, left_out: str) -> str:
    """The line without them, each replaced by `left_out`."""
    if not line.isascii():
        plain = _plain(line)
        if _TELLING.search(plain) and not _TELLING.search(line):
            # Its own letters are not those of the plain one, and any may be the value.
            return left_out
    if not _TELLING.search(line):
        return line
    return _RANDOM.sub(
        lambda found: found[0] if _TELLING.search(found[0]) else left_out, line
    )


def _plain(line: str) -> str:
    """As its reader sees it: no letter of another script, and none that is unseen."""
    seen = "".join(char for char in line if unicodedata.category(char) != "Cf")
    apart = unicodedata.normalize("NFKD", seen).translate(_LOOK_ALIKES)
    return "".join(char for char in apart if not unicodedata.combining(char))
