"""A git directory of ours: without templates, so without hooks, and with no filters."""

import os
from pathlib import Path

from swarm.adapters.git.safe_fs.files import write_new
from swarm.adapters.git.task_git import TaskGit

# The highest place that attributes are read from: whatever a `.gitattributes` in the
# tree says, bytes are taken as they are, and every file is diffed and merged as text.
ATTRIBUTES = (
    "* -text !eol !crlf -ident !filter !working-tree-encoding !diff !merge "
    "!whitespace !conflict-marker-size !encoding !delta\n"
)


def write_skeleton(task: TaskGit, git_dir: Path, config: str) -> None:
    """A git directory of the repository's object format; `config` goes on in [core]."""
    object_format = task.repo.object_format
    is_sha1 = object_format == "sha1"
    # Extensions count from version 1 on; version 0 is what any git understands.
    version = 0 if is_sha1 else 1
    extensions = "" if is_sha1 else f"[extensions]\n\tobjectformat = {object_format}\n"
    core = f"[core]\n\trepositoryformatversion = {version}\n\tfilemode = true\n"
    write_new(git_dir / "config", os.fsencode(core + config + extensions))
    for name in ("objects/pack", "objects/info", "refs/heads", "info"):
        (git_dir / name).mkdir(parents=True, exist_ok=True)
    write_new(git_dir / "info" / "attributes", ATTRIBUTES)
    write_new(git_dir / "info" / "exclude", _excludes(task))


def copy_shallow(store: Path, git_dir: Path) -> None:
    """Let history end where it ends in the git directory `store`."""
    shallow = store / "shallow"
    if shallow.exists():
        write_new(git_dir / "shallow", shallow.read_bytes())


def config_value(text: str) -> str:
    """Any text as the quoted value, or the quoted name, of a configuration."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def write_alternates(git_dir: Path, objects: list[str]) -> None:
    """Let a git directory borrow from these object directories."""
    lines = "".join(f"{path}\n" for path in objects)
    write_new(git_dir / "objects" / "info" / "alternates", os.fsencode(lines))


def _excludes(task: TaskGit) -> bytes:
    """The rules of the user's machine: `info/exclude` and `core.excludesFile`."""
    configured = task.repo.settings.last("core.excludesfile")
    home = task.repo.owner_home
    default = home / ".config" / "git" / "ignore"
    personal = Path(configured.replace("~", str(home), 1)) if configured else default
    files = (personal, task.repo.common_dir / "info" / "exclude")
    return b"".join(path.read_bytes() + b"\n" for path in files if path.is_file())
