"""Writes the account files that a task's sandbox sees, from those of its image."""

import threading

from swarm.plan import accounts, sandbox_environment
from swarm.plan.naming import HOME_LABEL, KIND_LABEL, TASK_LABEL
from swarm.plan.specs import Plan
from swarm.ports import Containers

_LOCK = threading.Lock()
_KNOWN: dict[tuple[str, str], bytes] = {}
"""By image and path. An image of one id never changes; swarm's tags never do either."""
_MOST = 64
LINKS = 8
"""Links that an image's account file may be: some keep it elsewhere."""


def write(containers: Containers, plan: Plan) -> None:
    """Write them where the plan mounts them; blocks for a moment at an image's first.

    A plan of an earlier version mounts none.
    """
    sandbox = plan.sandbox
    folder = sandbox_environment.mounted_folder(sandbox.mounts)
    targets = {mount.target for mount in sandbox.mounts}
    if folder is None or f"/etc/{accounts.PASSWD}" not in targets:
        return
    folder.mkdir(parents=True, exist_ok=True, mode=0o755)
    uid, gid = (int(number) for number in sandbox.user.split(":"))
    passwd = accounts.passwd(_of_image(containers, plan, accounts.PASSWD), uid, gid)
    group = accounts.group(_of_image(containers, plan, accounts.GROUP), gid)
    for name, text in ((accounts.PASSWD, passwd), (accounts.GROUP, group)):
        (folder / name).write_text(text, encoding="utf-8", errors="surrogateescape")
        (folder / name).chmod(0o644)


def _of_image(containers: Containers, plan: Plan, name: str) -> str:
    image = plan.sandbox.image
    key = (containers.image_id(image) or image, name)
    with _LOCK:
        if key not in _KNOWN:
            if len(_KNOWN) > _MOST:
                _KNOWN.clear()
            # All of them, or the image's own would count for what it stands for.
            home = plan.sandbox.labels[HOME_LABEL]
            labels = {HOME_LABEL: home, TASK_LABEL: "", KIND_LABEL: "file"}
            _KNOWN[key] = containers.image_file(image, f"/etc/{name}", labels, LINKS)
        return _KNOWN[key].decode("utf-8", "surrogateescape")
