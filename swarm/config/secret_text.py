"""Finds values in a text that are secrets by their looks, and takes them out.

It knows the beginnings of common tokens, private keys, and a value after a name such as
`api_key`. What it does not know stays, so a text is no place for a secret all the same.
"""

import re
from collections.abc import Callable

from swarm.config import secret_lines
from swarm.config.secret_forms import FORMS

LEFT_OUT = "LEFT-OUT-BY-SWARM"
NAME = re.compile(r"(?i)key|token|secret|passw|auth|credential|cookie|private|session")
"""Names of variables and headers that hold secrets, as far as a name tells."""
OPTION = re.compile(
    r"(?i)(token(?!s)|secret|passw(or)?d|api[_-]?key|access[_-]?key|credential)"
    r"(?!.*(file|path|env|name|limit|type|dir)$)"
)
"""Names of options and parts of a URL that hold secrets."""
_KEY = (
    r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----"
    r"[\s\S]{0,20000}?(?:-----END [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----|\Z)"
)
_TOKENS = (
    r"\b(?:gh[opsru]_|github_pat_|gl[a-z]{2,5}-|xox[abeprs]-|xapp-|sk-|[rs]k_live_|"
    r"[rs]k_test_|whsec_|npm_|hf_|pypi-|do[opr]_v1_|dckr_pat_|ATATT3|shpat_|lin_api_|"
    r"ntn_|hvs\.|tskey-|sbp_|figd_|r8_|gsk_|xai-|pplx-|sntry[su]_|nfp_|ya29\.|GOCSPX-|"
    r"rubygems_|pscale_tkn_|AGE-SECRET-KEY-1|SG\.)[A-Za-z0-9_.-]{16,}|"
    r"(?<=hooks\.slack\.com/services/)[A-Za-z0-9/]{16,}|"
    r"(?<=/api/webhooks/)[A-Za-z0-9/_-]{16,}|\b[0-9]{8,10}:[A-Za-z0-9_-]{35}\b|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|"
    r"\bAIza[A-Za-z0-9_-]{30,}|\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*"
)
_FOUND = re.compile(f"{_KEY}|{_TOKENS}")
_ASSIGNED = re.compile(
    r"(?i)((?:api[_-]?key|token|secret|passw(?:or)?d)[\"']?\s{0,4}[:=]\s{0,4}[\"']?)"
    r"(?=[A-Za-z0-9+/_.=-]{0,200}[0-9])(?=[A-Za-z0-9+/_.=-]{0,200}[A-Za-z])"
    r"([A-Za-z0-9+/_.=-]{16,})"
)
_BEARER = re.compile(r"(?i)(\bbearer\s{1,4})([A-Za-z0-9+/_.=-]{16,})")


def stripped(text: str) -> tuple[str, tuple[int, ...]]:
    """The text without its secrets, and the numbers of the lines that held one."""
    lines: set[int] = set()

    def take(match: re.Match[str]) -> str:
        name = match[1] if match.re.groups else ""
        found = match.group()[len(name) :]
        if found.startswith(LEFT_OUT):
            return match.group()
        lines.add(line_at(match.start()))
        return name + LEFT_OUT + "\n" * found.count("\n")

    for pattern in (_FOUND, _ASSIGNED, _BEARER):
        line_at = _line_counter(text)
        text = pattern.sub(take, text)
    return text, tuple(sorted(lines))


_NAMED = re.compile(
    r"(?i)(?<![\w$.-])("
    r"[\w.-]*?(?:secret|token|passw(?:or)?d|passphrase|api[_-]?key|access[_-]?key|"
    r"private[_-]?key|credential)s?[\w-]{0,40}(?<!sock)(?<!file)(?<!path)(?<!name)"
    r"(?<!dir)(?<!type)(?<!limit)(?<!command)(?<!program)[\"']?"
    r"(?:[ \t]{0,4}=(?!=)[ \t]{0,4}|:[ \t]{1,4}))"
    r"((?:\"[^\"]*+\"|'[^']*+')(?=[\s,;})\]]|\Z)"
    r"|(?:\"[^\"]*+\"|'[^']*+'|[^\s;&|()<>\"'`]++)++)"
)
_PASSWORD_IN_URL = re.compile(r"(://[^\s/:@\"']{0,200}:)(?=([^\s/@\"']{1,500})@)\2")
_NETRC = re.compile(
    r"(?im)^([ \t]*(?:(?:machine|default|login)\b[^\n]{0,500}?\b)?password[ \t]+)"
    r"([^\s:=?+]\S*)"
)
_OAUTH = re.compile(
    r"(?i)(?<![\w$.-])[\"']?type[\"']?\s{0,9}[:=]\s{0,9}[\"']?oauth(?![\w-])"
)
_OAUTH_TOKEN = re.compile(
    r"(?i)(?<![\w$.-])([\"']?(?:refresh|access)[\"']?\s{0,9}[:=]\s{0,9})"
    r"(\"[^\"]*+\"|'[^']*+'|[^\s,;&|()<>{}\[\]\"'`]++)"
)
"""How agents keep a login, in a file that says so."""
_STANDS_IN = re.compile(
    r"[\"']?[\"']?(?:\$(?![\"']).*)?"
    r"|(?i:true|false|yes|no|none|null|nil|on|off|[0-9]{1,3})[,)]?",
    re.DOTALL,
)
"""Values that are no secret: nothing, a switch, and what a shell finds out."""


def _line_counter(text: str) -> Callable[[int], int]:
    """The line of a place in the text; asked for places in their order."""
    place, line = 0, 1

    def line_at(wanted: int) -> int:
        nonlocal place, line
        line += text.count("\n", place, wanted)
        place = wanted
        return line

    return line_at


def stripped_settings(text: str) -> tuple[str, tuple[int, ...]]:
    """A file of settings without secrets, and the lines that had one.

    Any value of a telling name goes, whatever it looks like.
    """
    lines: set[int] = set()

    def take(match: re.Match[str]) -> str:
        value = match[match.re.groups]
        if LEFT_OUT in value or _STANDS_IN.fullmatch(value):
            return match.group()
        start = match.start(match.re.groups)
        lines.add(line_at(start))
        quote = value[0] if value[0] in "\"'" and value[-1] == value[0] else ""
        before = match.string[match.start() : start]
        return f"{before}{quote}{LEFT_OUT}{quote}" + "\n" * value.count("\n")

    text, more = stripped(text)
    more_names = (_OAUTH_TOKEN,) if _OAUTH.search(text) else ()
    for pattern in (*FORMS, _NAMED, _PASSWORD_IN_URL, _NETRC, *more_names):
        line_at = _line_counter(text)
        text = pattern.sub(take, text)
    found = text.split("\n")
    clean = [secret_lines.stripped(line, LEFT_OUT) for line in found]
    last = [n for n, (a, b) in enumerate(zip(found, clean, strict=True), 1) if a != b]
    return "\n".join(clean), tuple(sorted({*lines, *more, *last}))
