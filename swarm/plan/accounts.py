"""The files by which every program finds the agent's name and home.

An image knows the uids of its own; the agent has the user's, whatever that is. A
program that asks for its name and gets none may refuse to start, as ssh does.
"""

from collections.abc import Iterator

from swarm.plan.specs import AGENT_HOME, Mount

PASSWD, GROUP = "passwd", "group"
FILES = (PASSWD, GROUP)
"""Their names in /etc, and in the folder of the host that is mounted."""
NAME = "agent"


def mounts(folder: str) -> tuple[Mount, ...]:
    """The mounts over the image's own files, read-only."""
    return tuple(
        Mount("bind", f"{folder}/{name}", f"/etc/{name}", read_only=True)
        for name in FILES
    )


def passwd(image_s: str, uid: int, gid: int) -> str:
    """The image's accounts, and one for the uid with the agent's home.

    An account of that uid keeps its name, and its shell if one can work in it; its
    home becomes the agent's, for the image's is read-only. A name that another uid has
    is not given twice.
    """
    lines, shell, name = [], "/bin/sh", ""
    for fields in _fields(image_s, 7):
        if fields[0] == "root" and _is_shell(fields[6]):
            shell = fields[6]
        if fields[2] == str(uid) and not name:
            name = fields[0]
            own = fields[6] if _is_shell(fields[6]) else shell
            fields = [*fields[:3], str(gid), fields[4], AGENT_HOME, own]
        lines.append(":".join(fields))
    if not name:
        taken = {fields[0] for fields in _fields(image_s, 7)}
        name = _free(taken)
        lines.append(f"{name}:x:{uid}:{gid}:{NAME}:{AGENT_HOME}:{shell}")
    return "\n".join(lines) + "\n"


def group(image_s: str, gid: int) -> str:
    """The image's groups, and one for the gid if it has none."""
    rows = list(_fields(image_s, 4))
    lines = [":".join(fields) for fields in rows]
    if all(fields[2] != str(gid) for fields in rows):
        lines.append(f"{_free({fields[0] for fields in rows})}:x:{gid}:")
    return "\n".join(lines) + "\n"


def _is_shell(path: str) -> bool:
    """False for a program that only says that the account has none."""
    return path.rpartition("/")[2] not in _NO_SHELLS


_NO_SHELLS = frozenset({"", "nologin", "false", "true", "sync", "halt", "shutdown"})


def _free(taken: set[str]) -> str:
    names = (f"{NAME}{number or ''}" for number in range(len(taken) + 1))
    return next(name for name in names if name not in taken)


def _fields(text: str, count: int) -> Iterator[list[str]]:
    """The fields of each whole line; what is no account is left out."""
    for line in text.splitlines():
        fields = line.split(":")
        if len(fields) == count and fields[0]:
            yield fields
