"""How a box has the user's package caches: read-only, or as a copy of its own."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from swarm.model.package_cache import KINDS, PLACE
from swarm.model.user_network import UserNetwork
from swarm.plan.specs import Mount

_COPY = f"""\
lend() {{
    [ ! -e "$HOME/$2" ] && [ -d "{PLACE}/$1" ] || return 0
    mkdir -p "$HOME/${{2%/*}}" || return 0
    rm -rf "$HOME/$2.lent"
    cp -R "{PLACE}/$1" "$HOME/$2.lent" 2> /dev/null
    chmod -R u+rwX "$HOME/$2.lent" 2> /dev/null
    mv "$HOME/$2.lent" "$HOME/$2"
}}
"""


@dataclass(frozen=True, slots=True)
class LentFolder:
    """A folder of one of the user's caches."""

    kind: str
    part: str
    source: str
    """Its real path on this machine."""

    @property
    def name(self) -> str:
        """Where a box has it, below the place of all."""
        return "/".join(filter(None, (self.kind, self.part)))


def mounts(folders: Iterable[LentFolder]) -> tuple[Mount, ...]:
    """The mounts, all read-only."""
    return tuple(
        Mount("bind", each.source, f"{PLACE}/{each.name}", read_only=True)
        for each in folders
    )


def is_one(mount: Mount) -> bool:
    """True for the mount of a lent folder."""
    return mount.kind == "bind" and mount.target.startswith(f"{PLACE}/")


def environment(
    folders: Iterable[LentFolder], network: UserNetwork, given: Collection[str] = ()
) -> dict[str, str]:
    """The variables by which tools read a cache in its place.

    Go takes it for a proxy, asked before those that it would ask; if those are not
    known, it is not set at all. A variable that the project has `given` stays its own.
    """
    kinds = dict.fromkeys(each.kind for each in folders)
    found = dict(pair for kind in kinds for pair in KINDS[kind].variables)
    proxies = [
        each.url for each in network.registries if each.tool == "go" and not each.scope
    ]
    if "go" in kinds and proxies:
        found["GOPROXY"] = ",".join([f"file://{PLACE}/go/cache/download", *proxies])
    return {name: value for name, value in found.items() if name not in given}


def copying(mounted: Iterable[Mount]) -> str:
    """Shell text that copies what a tool must write to, where the home has none."""
    lines = []
    for mount in mounted:
        kind, _, part = mount.target.removeprefix(f"{PLACE}/").partition("/")
        if mount.target.startswith(f"{PLACE}/") and (home := KINDS[kind].home):
            lines.append(f"lend '{kind}/{part}' '{home}/{part}'\n")
    return _COPY + "".join(lines) if lines else ""
