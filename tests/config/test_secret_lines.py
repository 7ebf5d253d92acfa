"""A line that names a secret loses what looks like a key, wherever it stands."""

import pytest

from swarm.config.secret_lines import stripped

KEY = "c4naryS3cr3tValue99"


@pytest.mark.parametrize(
    ("line", "clean"),
    [
        (f"echo {KEY} | x --password-stdin", "echo OUT | x --password-stdin"),
        (f"tokens {KEY} {KEY}=", "tokens OUT OUT"),
        (f"see {KEY}", f"see {KEY}"),
        ("token OAUTH2_TOKEN_V2X3 $oauth2token4me", None),
        ("token in /usr/lib/python3x11a2/token, plug/token2json3x", None),
        ("export TOKEN_FILE=~/.cache/x", None),
        ("p\u0430ssword = hunter2", "OUT"),
        ("\uff34OKEN hunter2", "OUT"),
        ("se\u200bcret: hunter2", "OUT"),
        ("stra\u00dfe \u043f\u0430\u0440\u043e\u043b\u044c", None),
    ],
)
def test_what_stays_and_what_goes(line: str, clean: str | None) -> None:
    assert stripped(line, "OUT") == (line if clean is None else clean)


@pytest.mark.parametrize("part", ["a1", "token", "A1_", "1a", "-", "\u0430"])
def test_a_long_line_is_read_in_one_go(part: str) -> None:
    stripped("token " + part * (200_000 // len(part)), "OUT")
