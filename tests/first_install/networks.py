"""The four networks of the table, as a user of one has it: files, variables, hosts."""

from dataclasses import dataclass

DIRECT = "direct"
PARENT = "parent proxy"
MIRROR = "private mirror"
TOKEN = "mirror with token"


@dataclass(frozen=True, slots=True)
class Network:
    """What is there."""

    has_mirror: bool = True
    token: str = ""
    """The token that the mirror wants; empty for none."""
    has_proxy: bool = False
    """Nothing else leads out, and it alone knows the mirror's name."""


NETWORKS = {
    DIRECT: Network(has_mirror=False),
    PARENT: Network(has_proxy=True),
    MIRROR: Network(),
    TOKEN: Network(token="t0ken-of-the-mirror-4711"),
}
