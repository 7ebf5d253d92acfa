"""Public suffixes: domains below which strangers register names of their own.

The list is that of publicsuffix.org, kept by the package `publicsuffixlist`. The gate's
image has the standard library alone, so `policy/hosts.py` keeps a small floor of such
names there, and a wildcard over any other suffix is refused on the host, before the
policy gets to the gate.

Loading the list takes 85 ms. It is loaded when a wildcard or a denied host is looked
at, never for a listing of tasks or the dashboard's first paint.
"""

import functools
from typing import Any

from swarm.policy import hosts
from swarm.policy.hosts import BadHost, Pattern


@functools.cache
def _suffixes(only_registries: bool = False) -> Any:
    """A PublicSuffixList: of all suffixes, or of registries (`ne.jp`) only."""
    from publicsuffixlist import PublicSuffixList  # noqa: PLC0415 - 85 ms

    return PublicSuffixList(only_icann=only_registries)


@functools.lru_cache(maxsize=4096)
def owner(name: str) -> str:
    """The domain that its owner registered: `you.github.io`, `example.co.uk`."""
    registered: str = _suffixes().privatesuffix(name) or name
    return max(registered, hosts.owner(name), key=len)


def shared_suffix(name: str) -> str:
    """The company's suffix that the name is or lies below; empty for none."""
    suffix: str = _suffixes().publicsuffix(name) or ""
    is_company_s = suffix and not _suffixes(only_registries=True).is_public(suffix)
    return max(suffix if is_company_s else "", hosts.shared_suffix(name), key=len)


def check(pattern: Pattern) -> None:
    """BadHost if a wildcard stands for a whole registry, such as `*.ne.jp`."""
    if not pattern.is_wildcard:
        return
    # Below some names every label is a suffix (`*.kawasaki.jp`): any label shows it.
    for name in (pattern.name, f"any-label.{pattern.name}"):
        if _suffixes().is_public(name) and _suffixes(only_registries=True).is_public(
            name
        ):
            raise BadHost(f"{pattern} allows a whole top-level domain")


def is_shared(pattern: Pattern) -> bool:
    """True if a wildcard stands where anybody can have a name."""
    if not pattern.is_wildcard:
        return False
    return hosts.is_shared(pattern) or bool(_suffixes().is_public(pattern.name))
