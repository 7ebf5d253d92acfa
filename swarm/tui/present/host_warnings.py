"""Warnings about a host before anything is allowed to go there; pure."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from swarm.config import public_suffixes
from swarm.model.safe_text import safe_line

if TYPE_CHECKING:
    from swarm.policy.rules import Rule

DROPS = (
    "0x0.st anonfiles.com discord.com dropbox.com file.io gist.github.com "
    "gist.githubusercontent.com hookb.in ix.io paste.rs pastebin.com pipedream.net "
    "raw.githubusercontent.com requestbin.com rentry.co slack.com telegram.org "
    "termbin.com transfer.sh webhook.site"
)
"""Where anybody can leave something for anybody; so can they below a shared suffix."""
LABEL_LIMIT = 40
"""Characters: a longer label is seldom a name, and can be data on its way out."""
NAME_LIMIT = 80
_FOLDED = str.maketrans({"0": "o", "1": "l", "i": "l", "5": "s", "-": None, "_": None})
_SHORTEST = 4
"""Letters of a brand: a shorter one is in too many other names."""


def is_drop(host: str) -> bool:
    """Whether strangers can read what is sent there, by the name alone."""
    return bool(public_suffixes.shared_suffix(host)) or any(
        f".{host}".endswith(f".{drop}") for drop in DROPS.split()
    )


def flags(host: str, first: bool, rules: "Iterable[Rule]") -> list[str]:
    """Sentences about the host, harmless on a screen; most hosts have none."""
    domain = public_suffixes.owner(host)
    found = []
    if first:
        found.append(f"first time a task here contacts {safe_line(domain, 80)}")
    like = look_alike(host, rules)
    if like:
        found.append(
            f"looks like an allowed host: {safe_line(like, 80)}, of another owner"
        )
    if is_drop(host):
        found.append("anybody can have a place there and read what is sent to it")
    if any(label.startswith("xn--") for label in host.split(".")):
        found.append(f"its letters may imitate others: {_international(host)}")
    if len(host) > NAME_LIMIT or any(len(part) > LABEL_LIMIT for part in labels(host)):
        found.append("a very long name: possibly data on its way out")
    return found


def look_alike(host: str, rules: "Iterable[Rule]") -> str:
    """An allowed host that this one could be taken for; empty for none."""
    mine = public_suffixes.owner(host)
    for rule in rules:
        theirs = public_suffixes.owner(rule.host.removeprefix("*."))
        if rule.kind != "deny" and theirs != mine and _resemble(host, mine, theirs):
            return rule.host
    return ""


def _resemble(host: str, mine: str, theirs: str) -> bool:
    """One brand within the other's name, or both but a letter the same."""
    brand, other = (_folded(domain.split(".")[0]) for domain in (theirs, mine))
    if len(brand) < _SHORTEST:
        return False
    is_named = any(brand in _folded(label) for label in labels(host))
    return is_named or _is_one_edit(brand, other)


def _folded(label: str) -> str:
    """Letters and digits that are read for one another made the same."""
    return label.replace("rn", "m").replace("vv", "w").translate(_FOLDED)


def _is_one_edit(one: str, other: str) -> bool:
    """A letter more, less, other, or two in each other's place."""
    short, long = sorted((one, other), key=len)
    if len(long) - len(short) > 1:
        return False
    at = next(
        (n for n, (a, b) in enumerate(zip(short, long, strict=False)) if a != b),
        len(short),
    )
    if len(short) != len(long):
        return short[at:] == long[at + 1 :]
    swapped = long[:at] + long[at : at + 2][::-1] + long[at + 2 :]
    return short[at + 1 :] == long[at + 1 :] or short == swapped


def labels(host: str) -> list[str]:
    """The parts between its dots."""
    return host.split(".")


def _international(host: str) -> str:
    """The name as its owner wants it read, every letter outside ASCII by number too."""
    try:
        shown = host.encode("ascii").decode("idna")
    except UnicodeError:
        return "it does not even decode"
    codes = " ".join(f"U+{ord(c):04X}" for c in dict.fromkeys(shown) if not c.isascii())
    return f"{safe_line(shown, 80)} ({safe_line(codes, 80)})"
