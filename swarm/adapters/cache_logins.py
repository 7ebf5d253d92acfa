"""Finds logins in what package tools note in their caches of what they asked.

npm and pip keep a request's headers beside an answer that varies by them, and a
registry's answer often varies by who asks.
"""

import os
import re

_NOTES = re.compile(
    r"/index-v\d+/|/http(?:-v\d+)?/(?!.*\.body$)|/(?:FETCH_HEAD|config|origin\.json"
    r"|resolver-status\.properties|[^/]*\.(?:lastUpdated|info))$"
)
_LOGIN = re.compile(
    rb"authorization[^a-z0-9]{1,6}(?:basic|bearer|token|digest|negotiate) "
    rb"|[\"'](?:proxy-)?authorization[\"']\s*:\s*[\"'][^\"']"
    rb"|[\"'](?:cookie|[a-z-]*(?:token|api-?key))[\"']\s*:\s*[\"'][^\"']{8}"
    rb"|\bauthorization\W{1,6}[a-z0-9+/_.=-]{8}"
    rb"|://[^\s/:@\"']{0,200}:[^\s/@\"']{1,500}@|://[a-z0-9_-]{16,200}@",
    re.IGNORECASE,
)
_MOST = 1 << 20
"""Bytes that are searched of each end of a file."""


def is_note(path: str) -> bool:
    """True for a file of a tool's own notes; a package may hold any text."""
    return _NOTES.search(path) is not None


def holds_login(path: str) -> bool:
    """True if a login stands in a file of notes; OSError if it cannot be read."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        head = file.read(_MOST)
        file.seek(max(len(head), os.fstat(descriptor).st_size - _MOST))
        return any(map(_LOGIN.search, (head, file.read(_MOST))))
