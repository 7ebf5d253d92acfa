"""The caches of package tools that a user may lend to boxes, as a table."""

from typing import NamedTuple

PLACE = "/own-caches"
"""Where a box has them, each below its kind."""


class CacheKind(NamedTuple):
    """One tool's cache: which of its folders are lent, and how a box has them."""

    parts: tuple[str, ...]
    """Folders below its place; nothing else there is lent."""
    home: str = ""
    """Where a box copies them to, as its tool must write there; empty if the tool reads
    them in their place."""
    variables: tuple[tuple[str, str], ...] = ()
    """By which the tool reads them in their place."""


KINDS = {
    "cargo": CacheKind(("registry/index", "registry/cache"), ".cargo"),
    "go": CacheKind(("cache/download",)),
    "gradle": CacheKind(
        ("modules-2",), variables=(("GRADLE_RO_DEP_CACHE", f"{PLACE}/gradle"),)
    ),
    "maven": CacheKind(
        ("",),
        variables=(
            (
                "MAVEN_ARGS",
                f"-Dmaven.repo.local.tail={PLACE}/maven "
                "-Dmaven.repo.local.tail.ignoreAvailability=true",
            ),
        ),
    ),
    "npm": CacheKind(("_cacache",), ".npm"),
    "pip": CacheKind(("http-v2", "http", "wheels"), ".cache/pip"),
}
"""By tool. Go's is one more proxy, see `swarm.plan.own_caches`."""
