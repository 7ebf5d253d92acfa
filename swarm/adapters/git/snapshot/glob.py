"""Matches git's glob patterns in time that only grows with their length.

Git tries each way in which the stars of a pattern can divide a name, so a pattern of
many stars takes for ever. Here all of these ways are followed at once, as bits of one
number: a bit is a place in the pattern up to which the name has matched.
"""

from dataclasses import dataclass, field

_NAMED_CLASSES = {
    b"alnum": bytes(c for c in range(128) if chr(c).isalnum()),
    b"alpha": bytes(c for c in range(128) if chr(c).isalpha()),
    b"blank": b" \t",
    b"cntrl": bytes([*range(32), 127]),
    b"digit": b"0123456789",
    b"graph": bytes(range(33, 127)),
    b"lower": bytes(range(97, 123)),
    b"print": bytes(range(32, 127)),
    b"punct": bytes(c for c in range(33, 127) if not chr(c).isalnum()),
    b"space": b" \t\n\r",
    b"upper": bytes(range(65, 91)),
    b"xdigit": b"0123456789abcdefABCDEF",
}
_SLASH = ord("/")
_STAR, _DEEP_STAR, _SKIP = "*", "**", "skip"
Token = bytes | str
"""The bytes of which one must come next, or the name of what may be nothing."""

_DIRECTORIES: list[Token] = [_SKIP, _DEEP_STAR, b"/"]
"""Any directories, or none: what `**/` stands for."""


@dataclass(slots=True)
class Glob:
    """A compiled pattern."""

    tokens: tuple[Token, ...]
    shortest: int
    """Bytes of the shortest name that matches."""
    ending: bytes
    """Bytes with which every name ends that matches."""
    _stars: int = 0
    _deep_stars: int = 0
    _skips: int = 0
    """Places before a `**/` of which nothing has matched yet."""
    _by_byte: dict[int, int] = field(default_factory=dict)
    """For each byte, the places that it can follow; computed when it is met."""

    def may_match(self, name: bytes) -> bool:
        """False if a glance shows that the name does not match."""
        return len(name) >= self.shortest and name.endswith(self.ending)

    def cost(self, name: bytes) -> int:
        """The work of matching this name, in steps."""
        steps = 3 * len(name) * (1 + len(self.tokens) // 64)
        return steps + len(self.tokens) * len(set(name) - self._by_byte.keys())

    def matches(self, name: bytes) -> bool:
        """True if all of the name matches."""
        places = self._with_nothing(1)
        for byte in name:
            loops = self._deep_stars
            if byte != _SLASH:
                loops |= self._stars
            places = self._with_nothing(
                (places & self._places_of(byte)) << 1 | places & loops
            )
            if not places:
                return False
        return bool(places >> len(self.tokens) & 1)

    def _with_nothing(self, places: int) -> int:
        """Add the places that are reached without another byte."""
        while True:
            skips = places & self._skips
            stars = places & (self._stars | self._deep_stars)
            more = places | (stars | skips) << 1 | skips << 3
            if more == places:
                return places
            places = more

    def _places_of(self, byte: int) -> int:
        if byte not in self._by_byte:
            self._by_byte[byte] = sum(
                1 << place
                for place, token in enumerate(self.tokens)
                if isinstance(token, bytes) and byte in token
            )
        return self._by_byte[byte]


def glob(pattern: bytes) -> Glob | None:
    """Compile a pattern as git reads one for paths; None if no name can match it."""
    tokens: list[Token] = []
    position = 0
    while position < len(pattern):
        token, position = _token(pattern, position)
        if not token:
            return None
        if isinstance(token, str) and tokens and tokens[-1] == token:
            continue
        if token == b"/" and tokens[-1:] == [_DEEP_STAR]:
            tokens[-1:] = _DIRECTORIES
            if tokens[-6:] == _DIRECTORIES * 2:
                del tokens[-3:]
        else:
            tokens.append(token)
    return _compiled(tuple(tokens))


def _compiled(tokens: tuple[Token, ...]) -> Glob:
    stars, deep_stars, skips = (
        sum(1 << place for place, token in enumerate(tokens) if token == name)
        for name in (_STAR, _DEEP_STAR, _SKIP)
    )
    ending: list[bytes] = []
    for place in range(len(tokens) - 1, -1, -1):
        token = tokens[place]
        is_skipped = [*tokens[max(place - 2, 0) : place + 1]] == _DIRECTORIES
        if isinstance(token, str) or len(set(token)) != 1 or is_skipped:
            break
        ending.append(token[:1])
    return Glob(
        tokens,
        shortest=sum(isinstance(token, bytes) for token in tokens) - skips.bit_count(),
        ending=b"".join(reversed(ending)),
        _stars=stars,
        _deep_stars=deep_stars,
        _skips=skips,
    )


def _token(pattern: bytes, position: int) -> tuple[Token, int]:
    """The token at a position, empty if it matches nothing, and the next position."""
    byte = pattern[position : position + 1]
    if byte == b"*":
        return _star(pattern, position)
    if byte == b"?":
        return bytes(c for c in range(256) if c != _SLASH), position + 1
    if byte == b"[":
        return _class(pattern, position + 1)
    if byte == b"\\":
        token = pattern[position + 1 : position + 2]
        # Twice the same byte is one choice, and not the slash that `**/` can skip.
        return token * 2, position + 2
    return byte, position + 1


def _star(pattern: bytes, position: int) -> tuple[Token, int]:
    end = position
    while pattern[end : end + 1] == b"*":
        end += 1
    begins = position == 0 or pattern[position - 1] == _SLASH
    rest = pattern[end : end + 2]
    ends = not rest or rest[:1] == b"/" or rest == b"\\/"
    deep = end - position > 1 and begins and ends
    return _DEEP_STAR if deep else _STAR, end


def _class(pattern: bytes, position: int) -> tuple[bytes, int]:
    """A bracket's bytes; empty if it does not close or names no known class."""
    negated = pattern[position : position + 1] in (b"!", b"^")
    position += negated
    members: set[int] = set()
    previous = 0
    first = True
    while first or pattern[position : position + 1] != b"]":
        first = False
        if position >= len(pattern):
            return b"", position
        byte = pattern[position]
        following = pattern[position + 1 : position + 2]
        if byte == ord("\\"):
            position += 1
            if not following:
                return b"", position
            previous = following[0]
            members.add(previous)
        elif byte == ord("-") and previous and following not in (b"", b"]"):
            position += 1
            if following == b"\\":
                position += 1
            end = pattern[position : position + 1]
            if not end:
                return b"", position
            members |= set(range(previous, end[0] + 1))
            previous = 0
        elif byte == ord("[") and _names_a_class(pattern, position):
            end_of_name = pattern.index(b"]", position)
            named = _NAMED_CLASSES.get(pattern[position + 2 : end_of_name - 1])
            if named is None:
                return b"", position
            members |= set(named)
            previous, position = 0, end_of_name
        else:
            members.add(byte)
            previous = byte
        position += 1
    allowed = set(range(256)) - members if negated else members
    return bytes(sorted(allowed - {_SLASH})), position + 1


def _names_a_class(pattern: bytes, position: int) -> bool:
    """True for `[:name:]`; for the same without its end the bracket is a member."""
    end = pattern.find(b"]", position + 2)
    is_begun = pattern[position + 1 : position + 2] == b":"
    return is_begun and end > position + 2 and pattern[end - 1] == ord(":")
