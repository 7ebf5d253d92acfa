"""Says in words of ours why an engine does not answer, if the library's are known."""

_NO_ENGINE = "what listens there is no container engine"
_HUNG_UP = "it hung up without an answer"
_REASONS = (
    ("Connection refused", "nothing listens there"),
    ("timed out", "it took the call and said nothing in time"),
    ("Connection reset", _HUNG_UP),
    ("closed connection without response", _HUNG_UP),
    ("BadStatusLine", _NO_ENGINE),
    ("list indices", _NO_ENGINE),
    ('"ApiVersion"', _NO_ENGINE),
    ("Expecting value", _NO_ENGINE),
)
"""A part of the library's words, and ours; `--verbose` prints the library's, too."""


def reason(text: str) -> str:
    """Why it does not answer; the library's own text if it is not known."""
    return next((ours for theirs, ours in _REASONS if theirs in text), text)
