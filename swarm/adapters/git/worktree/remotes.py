"""The user's remotes by name, with what of their URLs is nobody's secret.

A tool that parses origin's URL works in the box. Nothing is copied of the user's
configuration but names and URLs, and of a URL only parts of a known shape.
"""

import re
from dataclasses import dataclass
from urllib.parse import unquote

from swarm.adapters.git.settings import Settings

LIMIT = 100
"""Remotes that are named at most."""
NO_PUSH = "/etc/swarm/repository.md says why nothing can be pushed from here"
"""Stands in the place of each push URL, so that git's refusal names the page."""
HIDDEN = "redacted"
"""Stands in the place of a part that could be a secret."""

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*")
_HOST = r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]"
_URL = re.compile(
    r"(?P<scheme>https?|ssh|git|git\+ssh|ssh\+git|ftps?)://"
    rf"(?:(?P<user>[^/@]*)@)?(?P<host>{_HOST})(?P<port>:\d{{1,5}})?(?P<path>/[^@]*)"
)
_SCP = re.compile(rf"(?:(?P<user>[^/@:]*)@)?(?P<host>{_HOST}):(?P<path>[^@]*)")
_PATH = re.compile(r"[A-Za-z0-9._~+/-]*")
_TOKEN = re.compile(
    r"gh[opsru]_|github_pat_|gl[a-z]{2,8}-|xox[a-z]-|sk-|AKIA|ASIA|AIza|eyJ|npm_|pypi-"
    r"|dop_v1_|hf_|ATBB|ATCTT|BBDC-|[0-9a-f]{8}-[0-9a-f]{4}-",
    re.IGNORECASE,
)
_WORD = re.compile(r"[A-Z]?[a-z]*\d{0,4}|[A-Z]{1,12}\d{0,4}|\d{1,8}")


@dataclass(frozen=True, slots=True)
class Remote:
    """A remote as the box knows it."""

    name: str
    url: str
    """Without a user, a secret or a path of the host's; empty if nothing is left."""


def remotes(settings: Settings) -> tuple[Remote, ...]:
    """The remotes of the user's configuration, in its order; the first URL of each."""
    urls: dict[str, str] = {}
    for key, value in settings.entries:
        name = key.removeprefix("remote.").removesuffix(".url")
        if key == f"remote.{name}.url" and _NAME.fullmatch(name) and ".." not in name:
            urls[name] = urls.get(name) or value
    named = list(urls.items())[:LIMIT]
    return tuple(Remote(name, _shown(settings, url)) for name, url in named)


def remote_config(named: tuple[Remote, ...]) -> str:
    """The part of a git configuration that names the remotes; nothing leads out."""
    sections = []
    for remote in named:
        url = f"\turl = {remote.url}\n" if remote.url else ""
        sections.append(
            f'[remote "{remote.name}"]\n{url}\tpushurl = {NO_PUSH}\n'
            f"\tfetch = +refs/heads/*:refs/remotes/{remote.name}/*\n"
        )
    return "".join(["[push]\n\tdefault = current\n", *sections])


def _shown(settings: Settings, url: str) -> str:
    """The URL that git would use, if it can be shown, else the one that is written."""
    return shown_url(_rewritten(settings, url)) or shown_url(url)


def _rewritten(settings: Settings, url: str) -> str:
    """The URL by the longest `insteadOf` that it begins with."""
    rules = [
        (value, key.removeprefix("url.").removesuffix(".insteadof"))
        for key, value in settings.entries
        if key.startswith("url.") and key.endswith(".insteadof")
    ]
    matches = [(old, new) for old, new in rules if old and url.startswith(old)]
    if not matches:
        return url
    old, new = max(matches, key=lambda rule: len(rule[0]))
    return new + url.removeprefix(old)


def shown_url(url: str) -> str:
    """A remote's URL without user, password, query and fragment; empty if unknown.

    The user `git` of SSH stays, for tools look for it. A part of the path that looks
    like a token is replaced. Local paths, other transports and whatever is not of a
    known shape give nothing.
    """
    if not url.isascii() or not url.isprintable() or "\\" in url:
        return ""
    bare = re.split(r"[?#]", url, maxsplit=1)[0]
    # After the host, or in a query, an `@` can mean that the host is a user's name.
    if url.count("@") > bare.split("://", 1)[-1].split("/", 1)[0].count("@"):
        return ""
    match = _URL.fullmatch(bare)
    if match:
        start, host, path = f"{match['scheme']}://", match["host"], match["path"]
        is_ssh = "ssh" in match["scheme"]
        end = match["port"] or ""
    else:
        match = _SCP.fullmatch(bare)
        if not match or "://" in bare or "::" in bare or len(match["host"]) == 1:
            return ""
        start, host, path, is_ssh, end = "", match["host"], match["path"], True, ":"
    if any(_could_be_secret(label) for label in host.strip("[]").split(".")):
        return ""
    is_git = is_ssh and (match["user"] or "").split(":")[0] == "git"
    user = "git@" if is_git else ""
    shown_path = "/".join(_shown_part(part) for part in path.split("/"))
    return f"{start}{user}{host}{end}{shown_path}"


def _shown_part(part: str) -> str:
    plain = unquote(part)
    known = _PATH.fullmatch(plain.replace(" ", "")) and "/" not in plain
    return part if known and not _could_be_secret(plain) else HIDDEN


def _could_be_secret(part: str) -> bool:
    """True for what looks like a token and not like words; a guess on the safe side."""
    letters = re.sub(r"[^A-Za-z0-9]", "", part)
    if _TOKEN.search(part) or len(letters) >= 40:
        return True
    words = re.split(r"[^A-Za-z0-9]+", part)
    odd = sum(len(word) for word in words if not _WORD.fullmatch(word))
    camel = sum(len(word) for word in words if _is_camel(word))
    return any(_is_random(word) for word in words) or (
        len(letters) >= 20 and odd - camel >= 8
    )


def _is_random(word: str) -> bool:
    """True for one run of letters and digits that no one would make of words."""
    digits = sum(char.isdigit() for char in word)
    if digits:
        changes = len(re.findall(r"(?<=\d)(?=[A-Za-z])|(?<=[A-Za-z])(?=\d)", word))
        return len(word) >= 16 or (len(word) >= 8 and changes >= 3)
    if len(word) >= 16 and re.search(r"[^aeiouyAEIOUY]{5}", word):
        return True
    if word.isupper():
        return len(word) >= 16
    if word.islower():
        return len(word) >= 32
    return len(word) >= 16 and not _is_camel(word)


def _is_camel(word: str) -> bool:
    """True for words in one, such as `MyLongName`: four letters each, or more."""
    parts = re.findall(r"[A-Z]*[a-z]+|[A-Z]+", word)
    return word.isalpha() and len(word) >= 4 * len(parts)
