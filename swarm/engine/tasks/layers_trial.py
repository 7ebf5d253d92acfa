"""Tries once whether this engine can show a folder in layers, as warm bases need it."""

import secrets
import threading
from contextlib import suppress
from pathlib import Path

from swarm.adapters.git.safe_fs.files import erase
from swarm.engine.context import EngineContext
from swarm.engine.host import images
from swarm.engine.tasks import warm_copies
from swarm.errors import SwarmError
from swarm.plan import warm_box
from swarm.plan.naming import KIND_LABEL
from swarm.plan.specs import Plan

PREFIX = "layers-trial-"
_LOCK = threading.Lock()
_KNOWN: dict[Path, str] = {}
"""By home, what was certain: an engine may stumble, and is tried again."""


def fault(context: EngineContext, plan: Plan) -> str:
    """Why bases must be copied on this machine; empty if they are shared.

    Blocks for about a second, as a rule once a keeper.
    """
    home = context.paths.home
    if plan.sandbox.relabels:
        return "SELinux gives each sandbox a label of its own"
    if not warm_box.is_mountable(str(home)):
        return "the path of the home has letters that no mount takes"
    with _LOCK:
        if home not in _KNOWN:
            try:
                _KNOWN[home] = _tried(context, plan)
            except (SwarmError, OSError) as error:
                return f"this engine cannot show a folder in layers: {error}"
        return _KNOWN[home]


def _tried(context: EngineContext, plan: Plan) -> str:
    """Write over a file and remove another; below all must be as it was.

    SwarmError and OSError if that could not be tried.
    """
    place = context.paths.home / f"{PREFIX}{secrets.token_hex(4)}"
    volume = f"{plan.sandbox.name}-trial"
    containers = context.containers
    lower, upper, work = (place / part for part in ("lower", "upper", "work"))
    try:
        for folder in (lower, upper, work):
            folder.mkdir(parents=True)
            folder.chmod(0o777)
        for name in ("below", "gone"):
            (lower / name).write_text(name)
            (lower / name).chmod(0o666)
        layers = warm_box.overlay(str(lower), str(upper), str(work))
        labels = {**plan.sandbox.labels, KIND_LABEL: warm_box.COPY_KIND}
        containers.make_volume(volume, labels, layers)
        try:
            box = warm_box.trial(plan.sandbox, images.tag("gate"), volume)
            warm_copies.run(context, box)
        finally:
            containers.remove_volume(volume)
        if (lower / "below").read_text() != "below" or not (lower / "gone").exists():
            return "a write went through to what is shared"
        if (upper / "below").read_text() != "above\n":
            return "a write was not kept"
    finally:
        _remove(place)
    return ""


def _remove(place: Path) -> None:
    with suppress(OSError):
        # The kernel's own, which nobody but root may open.
        (place / "work" / "work").rmdir()
    with suppress(OSError):  # the next trial has a name of its own
        erase(place)
