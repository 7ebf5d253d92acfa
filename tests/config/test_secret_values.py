"""Values of a project's variables that are secrets by their looks, and others."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.config.secret_values import LONGEST, looks_random, looks_secret


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


HEX = "9f86d081884c7d659a2feaa0c55ad015"
SECRETS = [
    # By the name.
    ("PASSWORD", "x"), ("DB_PASS", "hunter2"), ("PASSPHRASE", "correct horse"),
    ("MYSQL_PWD", "hunter2"), ("APP_PW", "x"), ("SALT", "x"), ("HASH_PEPPER", "x"),
    ("LOGIN_PIN", "1234"), ("TOTP_SEED", "x"), ("WALLET_MNEMONIC", "a b c"),
    ("SENTRY_DSN", "x"), ("SIGNING", "abc"), ("SLACK_WEBHOOK", "https://x/y"),
    ("TLS_CERT", "x"), ("AUTH_USER", "me"), ("API_LOGIN", "admin:hunter2"),
    # A user and a password for another host.
    ("A", "postgres://u:hunter2@db.corp/x"), ("A", "redis://:pass@cache.example/0"),
    ("A", "u:hunter2@tcp(db.corp:3306)/x"), ("A", "amqp://guest:guest@rabbit"),
    ("A", "mongodb://u:hunter2@localhost,db.corp/x"),
    ("A", "http://localhost:1,postgres://u:hunter2@db.corp/x"),
    ("A", "postgres://u:hunter2@localhost/x?host=db.corp"),
    ("A", "postgres://u:hunter2@127.0.0.1.nip.io/x"),
    ("A", "postgres://u:p/a@db.corp/x"), ("A", "x@y:hunter2@db.corp"),
    ("A", "postgresql+asyncpg://u:hunter2@db.corp/x"),
    ("A", "postgres%3A%2F%2Fu%3Ahunter2%40db.corp"),
    ("A", "jdbc:postgresql://db.corp/x?user=a&password=hunter2"),
    ("A", f"https://{HEX}@o1.ingest.sentry.io/1"),
    # Within a text of some form.
    ("A", "Server=db.corp;Database=x;User Id=sa;Password=hunter2;"),
    ("A", '{"password": "hunter2"}'), ("A", '{"user":"a","pass":"hunter2"}'),
    ("A", "sv=2020&sig=abcdefgh1234%3D"), ("A", "--password hunter2"),
    ("A", "-Ddb.password=hunter2"), ("A", "machine x login y password hunter2"),
    ("A", "curl -u a:hunter2 https://x"), ("A", "Authorization: Basic dXNlcjpwYXNz"),
    ("A", "one\npassword: hunter2\ntwo"), ("A", "-----BEGIN PRIVATE KEY-----\nMII"),
    ("A", "ghp_0123456789abcdef0123456789"),
    # Encoded, and such as machines draw.
    ("A", "Basic dXNlcjpwYXNz"), ("A", _encoded("user:hunter2")),
    ("A", _encoded('{"password": "hunter2"}')), ("A", _encoded("postgres://u:p@db/x")),
    ("A", HEX), ("A", f"prefix-{HEX}"), ("A", "xK9/bQ2+zL7vR4wT8yU1iO3pA6sD5fG0"),
]  # fmt: skip
PLAIN = [
    ("PASSWORD", ""), ("PASSWORD", " "), ("NAME", "me"), ("PORT", "3000"),
    ("DEBUG", "true"), ("NODE_ENV", "development"), ("HOST", "localhost"),
    ("ADDR", "localhost:3000"), ("IMAGE", "redis:7-alpine"), ("USER_PORT", "db:5432"),
    ("PATHS", "/usr/local/bin:/usr/bin"), ("PYTHONPATH", "/srv/app1/src/lib2/long"),
    ("URL", "https://example.com/a/path?x=1"), ("URL", "http://[broken"),
    ("URL", "http://localhost:4873/@scope/name"), ("TZ", "Europe/Berlin"),
    ("FROM_MAIL", "mailto:me@example.com"), ("LOCALE", "de_DE.UTF-8"),
    ("VERSION", "1.2.3-rc1"), ("COMMIT", "da926746"), ("REMOTE", "git@host:me/x.git"),
    ("ID", "123e4567-e89b-12d3-a456-426614174000"), ("PASSIVE", "yes"),
    ("MODEL", "claude-3-5-sonnet-20241022"), ("PIPELINE", "x"), ("SHIPPING", "yes"),
    ("DATABASE_URL", "postgres://u:p@localhost/x"), ("R", "redis://:p@127.0.0.1/0"),
    ("A", "mongodb://u:p@localhost:1,127.0.0.1:2/x"), ("A", "u:p@tcp(localhost:3306)"),
    ("SETTINGS", "app.settings.production"), ("WORDS", "a sentence of some words"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value"), SECRETS)
def test_a_secret(name: str, value: str) -> None:
    assert looks_secret(name, value)


@pytest.mark.parametrize(("name", "value"), PLAIN)
def test_a_plain_value(name: str, value: str) -> None:
    assert not looks_secret(name, value)


@given(st.text(max_size=300))
def test_any_text_is_answered(text: str) -> None:
    assert looks_secret("A", text) in (True, False)


@pytest.mark.parametrize("part", ["a:", "1a", "a1", "://", "a@", "Aa1+/", "=", "%41"])
def test_a_value_of_any_length_is_read_in_one_go(part: str) -> None:
    """Each pattern is bounded: the square of a file's length would not end."""
    looks_secret("A", part * (LONGEST // len(part)))
    looks_random(part * (200_000 // len(part)))


def test_a_value_that_is_too_long_to_be_read_is_a_secret() -> None:
    assert not looks_secret("A", "word " * (LONGEST // 5))
    assert looks_secret("A", "word " * (LONGEST // 5 + 1))
