"""Reads an agent's login file, and makes the one that a box holds: placeholders.

Everything here comes from a program that is not trusted, or from a host: it is read
strictly, within bounds, and only what is named is taken.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from swarm.agents.token_kind import JWT, Keys, TokenKind
from swarm.errors import SwarmError

FILE_LIMIT = 64 << 10
"""Bytes of a login file."""
TOKEN_LIMIT = 8192
"""Characters of a token; a header holds no more."""
LEAST_TOKEN = 12
"""Characters: a shorter value is no token, and masking it would mask plain words."""
WORD_LIMIT = 400
LIST_LIMIT = 64
PLACEHOLDER_SECONDS = 20 * 86400.0
"""Timers of JavaScript hold 24 days; one that is longer fires at once."""
LONGEST_SHARED = 2.0
"""Times its usual life that a token which a box renewed may live."""
LONGEST_LIFE = 400 * 86400.0
"""Seconds; a later end is taken for this one."""


class BadLogin(SwarmError):
    """The file or answer is not what it must be; no value stands in the message."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """A person's tokens for one agent. They never enter a box, a log or a database."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    expires: float
    """Seconds since the epoch."""
    kept: Mapping[str, Any] = field(default_factory=dict)
    """What of the agent's file the box's file holds beside placeholders."""
    claims: Mapping[str, Any] = field(default_factory=dict)


def read_file(kind: TokenKind, data: bytes, now: float) -> Tokens:
    """The tokens that the agent's login file holds; BadLogin says what is wrong."""
    if len(data) > FILE_LIMIT:
        raise BadLogin(f"the login file is longer than {FILE_LIMIT >> 10} KiB")
    body = _object(data, "the login file")
    places = kind.file
    access = _token(_at(body, places.access), "access token")
    refresh = _token(_at(body, places.refresh), "refresh token")
    divisor = 1000.0 if places.unit == "ms" else 1.0
    told = _number(_at(body, places.expires)) / divisor if places.expires else 0.0
    id_token = _at(body, places.id) if places.id else None
    kept = _picked(body, places.keep)
    claims = _picked({**_claims(access), **_claims(id_token)}, places.claims)
    _require_apart(access, refresh, kept, claims)
    end = _end(told, access, now + kind.lifetime, now)
    return Tokens(access, refresh, end, kept, claims)


def read_answer(kind: TokenKind, data: bytes, before: Tokens, now: float) -> Tokens:
    """The tokens after a refresh; BadLogin if the answer is none."""
    body = _object(data, "the answer")
    access = _token(body.get("access_token"), "access token")
    refresh = before.refresh
    if body.get("refresh_token") not in (None, ""):
        refresh = _token(body["refresh_token"], "refresh token")
    seconds = _number(body.get("expires_in"))
    told = now + seconds if seconds > 0 else 0.0
    claims = _picked(
        {**_claims(access), **_claims(body.get("id_token"))}, kind.file.claims
    )
    claims = claims or dict(before.claims)
    _require_apart(access, refresh, before.kept, claims)
    end = _end(told, access, now + kind.lifetime, now)
    return Tokens(access, refresh, end, before.kept, claims)


def read_back(
    kind: TokenKind, data: bytes, before: Tokens, now: float
) -> Tokens | None:
    """The tokens that a box which shares the login renewed; None if it did not.

    The file is the box's: of it only the two tokens and their end count. BadLogin if
    they are another account's, end sooner than those before, or later than any would.
    """
    after = read_file(kind, data, now)
    if after.access == before.access:
        return None
    if after.claims != before.claims:
        raise BadLogin("its tokens are not of the account that logged in")
    if after.expires <= before.expires:
        raise BadLogin("its tokens end no later than those before")
    if after.expires > now + kind.lifetime * LONGEST_SHARED:
        raise BadLogin("its tokens end later than any would")
    return replace(after, kept=before.kept)


def names_account(tokens: Tokens) -> bool:
    """Whether the tokens tell whose they are, so that another's can be refused."""
    return bool(tokens.claims)


def shared_file(kind: TokenKind, tokens: Tokens, mark: str, is_holder: bool) -> str:
    """The login file for a box that shares it; the holder's has both tokens."""
    body: dict[str, Any] = json.loads(json.dumps(tokens.kept))
    other = kind.placeholders["refresh"].replace("{mark}", mark)
    _put(body, kind.file.access, tokens.access)
    _put(body, kind.file.refresh, tokens.refresh if is_holder else other)
    if kind.file.expires:
        unit = 1000 if kind.file.unit == "ms" else 1
        _put(body, kind.file.expires, int(tokens.expires * unit))
    return json.dumps(body, indent=2) + "\n"


def is_revoked(status: int, data: bytes) -> bool:
    """True if the answer says that the refresh token is worth nothing any more."""
    if status not in (400, 401, 403):
        return False
    try:
        body = _object(data, "the answer")
    except BadLogin:
        return False
    error = body.get("error")
    code = error.get("code") if isinstance(error, dict) else error
    return code in (
        "invalid_grant",
        "refresh_token_expired",
        "refresh_token_reused",
        "refresh_token_invalidated",
    )


def placeholder_file(kind: TokenKind, tokens: Tokens, mark: str, now: float) -> str:
    """The agent's login file for a box: its own format, and no token in it."""
    body: dict[str, Any] = json.loads(json.dumps(tokens.kept))
    end = now + PLACEHOLDER_SECONDS
    places, values = kind.file, _placeholders(kind, tokens, mark, now)
    _put(body, places.access, values["access"])
    _put(body, places.refresh, values["refresh"])
    if places.id:
        _put(body, places.id, values["id"])
    if places.expires:
        _put(body, places.expires, int(end * (1000 if places.unit == "ms" else 1)))
    if places.renewed:
        moment = datetime.fromtimestamp(now, UTC)
        _put(body, places.renewed, moment.isoformat().replace("+00:00", "Z"))
    return json.dumps(body, indent=2) + "\n"


def placeholder_answer(kind: TokenKind, tokens: Tokens, mark: str, now: float) -> str:
    """What the gate says to a box that asks the token endpoint."""
    values = _placeholders(kind, tokens, mark, now)
    body: dict[str, Any] = {
        "token_type": "Bearer",
        "access_token": values["access"],
        "refresh_token": values["refresh"],
        "expires_in": int(PLACEHOLDER_SECONDS),
    }
    if kind.file.id:
        body["id_token"] = values["id"]
    if kind.file.scope:
        scope = _at(tokens.kept, kind.file.scope)
        body["scope"] = " ".join(scope) if isinstance(scope, list) else scope or ""
    return json.dumps(body)


def fixed_answer(fields: Mapping[str, str]) -> str:
    """What the gate says to a box that asks whether its token is good."""
    return json.dumps({**fields, "expires_in": int(PLACEHOLDER_SECONDS)})


def refresh_body(kind: TokenKind, tokens: Tokens) -> dict[str, str]:
    """The fields that ask for new tokens."""
    return {
        key: tokens.refresh if value == "{refresh}" else value
        for key, value in kind.request.items()
    }


def _placeholders(
    kind: TokenKind, tokens: Tokens, mark: str, now: float
) -> dict[str, str]:
    def filled(template: str) -> str:
        if template != JWT:
            return template.replace("{mark}", mark)
        claims = {
            **tokens.claims,
            "email": "agent@swarm.invalid",
            "iat": int(now),
            "exp": int(now + PLACEHOLDER_SECONDS),
        }
        return ".".join((_coded({"alg": "none", "typ": "JWT"}), _coded(claims), mark))

    return {key: filled(value) for key, value in kind.placeholders.items()}


def _coded(body: Mapping[str, Any]) -> str:
    text = json.dumps(body, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def _claims(token: Any) -> dict[str, Any]:
    """The claims of a JSON Web Token, unproven; empty if it is none."""
    parts = token.split(".") if isinstance(token, str) else []
    if len(parts) != 3 or len(parts[1]) > FILE_LIMIT:
        return {}
    try:
        text = base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
        return _object(text, "a claim")
    except (ValueError, BadLogin):
        return {}


def _end(told: float, access: str, otherwise: float, now: float) -> float:
    """When the access token ends: as told, as it says itself, or as is usual."""
    if not told:
        told = _number(_claims(access).get("exp"))
    return min(told or otherwise, now + LONGEST_LIFE)


def _object(data: bytes, what: str) -> dict[str, Any]:
    try:
        body = json.loads(data.decode("utf-8"), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise BadLogin(f"{what} is no JSON") from error
    if not isinstance(body, dict):
        raise BadLogin(f"{what} is no table")
    return body


def _refuse(_text: str) -> Any:
    raise ValueError("no number")


def _at(body: Any, keys: Keys) -> Any:
    for key in keys:
        body = body.get(key) if isinstance(body, Mapping) else None
    return body


def _put(body: dict[str, Any], keys: Keys, value: Any) -> None:
    for key in keys[:-1]:
        body = body.setdefault(key, {})
    body[keys[-1]] = value


def _token(value: Any, what: str) -> str:
    if not isinstance(value, str):
        raise BadLogin(f"it holds no {what}")
    if not LEAST_TOKEN <= len(value) <= TOKEN_LIMIT:
        raise BadLogin(f"its {what} has {len(value)} characters")
    if any(not 0x21 <= ord(each) < 0x7F for each in value):
        raise BadLogin(f"its {what} holds characters that no header may hold")
    return value


def _require_apart(access: str, refresh: str, *others: Mapping[str, Any]) -> None:
    """BadLogin if a token stands in what a box is to see."""
    text = json.dumps(others, ensure_ascii=False)
    if access in text or refresh in text:
        raise BadLogin("a token stands where a word is expected")


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0.0
    return float(value) if 0 <= value < 1e15 else 0.0


def _picked(body: Mapping[str, Any], ways: tuple[Keys, ...]) -> dict[str, Any]:
    """A tree of what stands at these places, if it is words or numbers."""
    picked: dict[str, Any] = {}
    for way in ways:
        value = _at(body, way)
        if _is_plain(value):
            _put(picked, way, value)
    return picked


def _is_plain(value: Any) -> bool:
    if isinstance(value, list):
        return (
            len(value) <= LIST_LIMIT
            and all(isinstance(v, str) for v in value)
            and (all(map(_is_word, value)))
        )
    return isinstance(value, bool | int) or _is_word(value)


def _is_word(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= WORD_LIMIT and value.isprintable()
