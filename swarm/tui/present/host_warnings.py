"""Warnings about a host before anything is allowed to go there; pure."""

from collections.abc import Iterable

from swarm.config import public_suffixes
from swarm.model.safe_text import safe_line
from swarm.policy.rules import Rule

PUBLIC_PLACES = (
    "0x0.st anonfiles.com discord.com dropbox.com file.io gist.github.com "
    "gist.githubusercontent.com hookb.in ix.io paste.rs pastebin.com pipedream.net "
    "raw.githubusercontent.com requestbin.com rentry.co slack.com telegram.org "
    "termbin.com transfer.sh webhook.site"
)
"""Hosts where anybody can publish; so can anybody below a shared suffix."""
LABEL_LIMIT = 40
"""Characters; a longer label is seldom a name, and can be data on its way out."""
NAME_LIMIT = 80
_FOLDED = str.maketrans({"0": "o", "1": "l", "i": "l", "5": "s", "-": None, "_": None})
_SHORTEST = 4
"""Letters of a brand; a shorter one is part of too many other names."""


def is_public_place(host: str) -> bool:
    """True if the name alone says that strangers can read what is sent there."""
    return bool(public_suffixes.shared_suffix(host)) or any(
        f".{host}".endswith(f".{place}") for place in PUBLIC_PLACES.split()
    )


def flags(host: str, first: bool, rules: Iterable[Rule]) -> list[str]:
    """Sentences about the host, harmless on a screen; most hosts have none."""
    domain = public_suffixes.owner(host)
    warnings = []
    if first:
        warnings.append(f"first time a task here contacts {safe_line(domain, 80)}")
    allowed_host = look_alike(host, rules)
    if allowed_host:
        warnings.append(
            f"looks like an allowed host: {safe_line(allowed_host, 80)}, "
            "of another owner"
        )
    if is_public_place(host):
        warnings.append("anybody can open an account there and read what is sent to it")
    if any(label.startswith("xn--") for label in host.split(".")):
        warnings.append(f"its letters may imitate others: {_international(host)}")
    if len(host) > NAME_LIMIT or any(len(part) > LABEL_LIMIT for part in labels(host)):
        warnings.append("a very long name: possibly data on its way out")
    return warnings


def look_alike(host: str, rules: Iterable[Rule]) -> str:
    """An allowed host that this one could be taken for; empty for none."""
    domain = public_suffixes.owner(host)
    for rule in rules:
        allowed_domain = public_suffixes.owner(rule.host.removeprefix("*."))
        if (
            rule.kind != "deny"
            and allowed_domain != domain
            and _resemble(host, domain, allowed_domain)
        ):
            return rule.host
    return ""


def _resemble(host: str, domain: str, allowed_domain: str) -> bool:
    """True if a label contains the allowed brand, or both brands are one edit apart."""
    brand, other = (
        _folded(domain.split(".")[0]) for domain in (allowed_domain, domain)
    )
    if len(brand) < _SHORTEST:
        return False
    is_named = any(brand in _folded(label) for label in labels(host))
    return is_named or _is_one_edit(brand, other)


def _folded(label: str) -> str:
    """The label with all letters and digits that look alike made the same."""
    return label.replace("rn", "m").replace("vv", "w").translate(_FOLDED)


def _is_one_edit(label: str, other: str) -> bool:
    """True if one letter was added, removed, replaced, or swapped with the next."""
    short, long = sorted((label, other), key=len)
    if len(long) - len(short) > 1:
        return False
    split = next(
        (n for n, (a, b) in enumerate(zip(short, long, strict=False)) if a != b),
        len(short),
    )
    if len(short) != len(long):
        return short[split:] == long[split + 1 :]
    swapped = long[:split] + long[split : split + 2][::-1] + long[split + 2 :]
    return short[split + 1 :] == long[split + 1 :] or short == swapped


def labels(host: str) -> list[str]:
    """The parts of a host between its dots."""
    return host.split(".")


def _international(host: str) -> str:
    """The name as its owner wants it read, with the code of each non-ASCII letter."""
    try:
        name = host.encode("ascii").decode("idna")
    except UnicodeError:
        return "it does not even decode"
    codes = " ".join(f"U+{ord(c):04X}" for c in dict.fromkeys(name) if not c.isascii())
    return f"{safe_line(name, 80)} ({safe_line(codes, 80)})"
