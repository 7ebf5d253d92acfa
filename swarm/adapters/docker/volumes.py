"""The sizes of volumes: read if this user may, else as the engine tells them."""

import os
from pathlib import Path
from typing import Any

from docker import APIClient
from docker.errors import NotFound

from swarm.adapters.disk_use import Limits, disk_use
from swarm.errors import ToolError
from swarm.model.disk_use import DiskUse
from swarm.plan.specs import SandboxSpec


def volume_sizes(
    client: APIClient, filters: list[str], seconds: float
) -> dict[str, DiskUse]:
    """Bytes by the volume's name; one that nobody may look at is left out.

    The engine adds up every volume of the machine, however many there are, so it is
    asked only for those that this process cannot read.
    """
    answer = client.volumes(filters={"label": filters})
    sizes: dict[str, DiskUse] = {}
    unread = set()
    for volume in answer.get("Volumes") or []:
        name, place = str(volume["Name"]), str(volume.get("Mountpoint") or "")
        if place and os.access(place, os.R_OK | os.X_OK):
            sizes[name] = disk_use(Path(place), Limits(seconds=seconds))
        else:
            unread.add(name)
    told = _told(client) if unread else {}
    return sizes | {name: told[name] for name in unread & told.keys()}


def require(client: APIClient, spec: SandboxSpec) -> None:
    """ToolError if a volume that the container mounts is gone.

    The engine would make an empty one of that name, which bears none of our labels:
    the next start would take it for the old one, and nobody would remove it.
    """
    for mount in spec.mounts:
        if mount.kind == "volume" and mount.source:
            try:
                client.inspect_volume(mount.source)
            except NotFound as error:
                raise ToolError(
                    f"docker create {spec.name}: its volume {mount.source} is gone"
                ) from error


def _told(client: Any) -> dict[str, DiskUse]:
    url = client._url("/system/df")
    answer = client._result(client._get(url, params={"type": "volume"}), json=True)
    usages = {
        str(volume.get("Name")): (volume.get("UsageData") or {}).get("Size", -1)
        for volume in answer.get("Volumes") or []
    }
    return {name: DiskUse(int(size)) for name, size in usages.items() if size >= 0}
