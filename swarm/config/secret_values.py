"""Tells by its looks whether the value of one variable is a secret.

Too often rather than too rarely: a value that is wrongly taken for one can be given in
plain text, and one that is missed is in the box. What no look tells, such as a password
of letters under a name that says nothing, is missed all the same.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from urllib.parse import unquote_plus

from swarm.config import secret_text
from swarm.policy.own_names import is_own

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.:\[\]-]{0,99}")
"""What a variable may be called; else the line is none, but a part of some value."""
_TELLING = re.compile(
    r"(?i)pass(?!ive|enger|through|ed|ing|es)|(?<![a-z])(?:pwd?|pw|psk|pin|otp|pat|sas"
    r"|dsn|salt|pepper|seed|mnemonic|cert|creds?|csrf|jwt|hmac|pem)(?![a-z])"
    r"|sign(?:ing|ature)|(?<=mysql_)pwd|webhook|passphrase"
)
_LOGIN = re.compile(r"(?i)login|user|account|basic")
_USER_AND_PASSWORD = re.compile(r"[^\s:/@]+:(?![0-9]+\Z)[^\s/@]+")
_RANDOM = re.compile(
    # Digits between letters, or a mix of cases, in one long word.
    r"(?<![A-Za-z0-9])(?=[A-Za-z]*[0-9]+[A-Za-z][0-9A-Za-z]*[0-9])[A-Za-z0-9]{20,}"
    r"|(?<![A-Za-z0-9+/=_-])(?=[^0-9]{0,60}[0-9])(?=[^a-z]{0,60}[a-z])"
    r"(?=[^A-Z]{0,60}[A-Z])[A-Za-z0-9+/_]{24,}={0,2}(?![A-Za-z0-9+/=_-])"
)
_AUTHORITY = re.compile(
    r"(?:://|(?<![\w.%+-])(?!mailto:))[^\s:/@\"'{}]{0,200}:(?![0-9]*/)[^\s@]{1,500}@"
    r"(?:tcp\(|unix\()?([^\s@/?#)\"'}]*)([^\s\"'}]*)"
)
"""A user with a password before a host, or several; with what follows."""
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{12,}={0,2}")
LONGEST = 8 << 10
"""Letters of a value that is read; a longer one is taken for a secret unread."""


def looks_random(text: str) -> bool:
    """True if a word in it looks drawn by a machine, as keys are."""
    return bool(_RANDOM.search(text))


def looks_secret(name: str, value: str) -> bool:
    """True for a value that should not be in a box.

    A user and a password count if the host that they are for is not the box itself.
    """
    if not value.strip():
        return False
    if secret_text.NAME.search(name) or _TELLING.search(name) or len(value) > LONGEST:
        return True
    if _LOGIN.search(name) and _USER_AND_PASSWORD.fullmatch(value):
        return True
    if secret_text.stripped(value)[1]:
        return True
    return any(_holds_secret(name, each) for each in _readings(value)) or any(
        _USER_AND_PASSWORD.fullmatch(each) for each in _decoded(value)
    )


def _readings(value: str) -> Iterator[str]:
    """The value, and what it says when it is decoded."""
    yield value
    if (decoded := unquote_plus(value)) != value:
        yield decoded
    yield from _decoded(value)


def _decoded(value: str) -> Iterator[str]:
    """What its words say that are base64 of a text."""
    for word in value.split():
        if _BASE64.fullmatch(word) and (text := _from_base64(word)):
            yield text


def _from_base64(word: str) -> str:
    """The text that the word encodes; empty if it is no text."""
    padded = word.rstrip("=") + "=" * (-len(word.rstrip("=")) % 4)
    try:
        text = base64.b64decode(padded.translate(_URL_SAFE), validate=True).decode()
    except (binascii.Error, ValueError):
        return ""
    return text if text.isprintable() or "\n" in text else ""


_URL_SAFE = str.maketrans("-_", "+/")


def _holds_secret(name: str, text: str) -> bool:
    rest = _AUTHORITY.sub(_without_own, text)
    return (
        bool(_AUTHORITY.search(rest))
        or bool(secret_text.stripped_settings(f"{name}={rest}\n")[1])
        or bool(secret_text.stripped_settings(f"{rest}\n")[1])
        or looks_random(rest)
    )


def _without_own(found: re.Match[str]) -> str:
    """Leave out who logs in at the box's own services; all else stays."""
    hosts, rest = found[1], found[2]
    names = [each.rpartition(":")[0] or each for each in hosts.split(",")]
    is_elsewhere = re.search(r"(?i)[?&](?:host|hostaddr)=", rest)
    if is_elsewhere or not all(is_own(name.lower()) for name in names):
        return found.group()
    return f"{hosts}{rest}"
