"""Reads arguments and names of files in UTF-8, whatever the locale says.

A keeper and its front ends may be started in different locales, and share names of
files and branches, which are UTF-8 nearly everywhere.
"""

import codecs
import os
import sys

_ASCII = "ascii"
UTF8 = "utf-8"


def begin_in_utf_8() -> None:
    """Begin this program anew in Python's UTF-8 mode if the locale has another charset.

    Returns at once if it has not; else the same process goes on with the same words.
    """
    is_utf_8 = sys.getfilesystemencoding() == UTF8
    if is_utf_8 or os.environ.get("PYTHONUTF8") == "1" or not sys.executable:
        return
    os.environ["PYTHONUTF8"] = "1"
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - ourselves


def of_terminal() -> str:
    """The charset that the locale names for terminals, by Python's name for it.

    `utf-8` for the locales C and POSIX, which name none: such a terminal's is UTF-8.
    """
    if not sys.flags.utf8_mode:
        return UTF8
    import locale  # noqa: PLC0415 - only a rare locale needs it

    try:
        name = codecs.lookup(locale.getencoding()).name
    except LookupError:
        return UTF8
    return UTF8 if name == _ASCII else name


def decoded(text: str) -> str:
    """What was read byte by byte, as UTF-8, else as the terminal's charset has it."""
    if text.isascii() or not any("\udc80" <= each <= "\udcff" for each in text):
        return text
    raw = os.fsencode(text)
    for charset in (UTF8, of_terminal()):
        try:
            return raw.decode(charset)
        except UnicodeError:
            continue
    return text
