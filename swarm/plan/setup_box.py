"""The box of a project's set-up: the sandbox with other programs in it."""

import re
from dataclasses import replace

from swarm.plan import own_caches, unattended_environment
from swarm.plan.specs import Mount, SandboxSpec

KIND = "setup"
"""The value of its kind label."""
SEED = "/package-caches"
"""Where the box has the home of an earlier base, read-only."""
CACHES = (
    ".cache/pip",
    ".cache/uv",
    ".npm/_cacache",
    ".cache/yarn",
    ".yarn/berry/cache",
    ".local/share/pnpm/store",
    ".cargo/registry",
    "go/pkg/mod/cache/download",
    ".m2/repository",
    ".gradle/caches/modules-2",
)
"""What package managers keep of what they fetched, in a home."""
_COPY_CACHES = f"""\
for cache in {" ".join(CACHES)}; do
  if [ -d "{SEED}/$cache" ] && [ ! -e "$HOME/$cache" ]; then
    mkdir -p "$HOME/${{cache%/*}}" && cp -a "{SEED}/$cache" "$HOME/$cache"
  fi
done 2>/dev/null
"""
_RUN = """\
count=$#; number=0
for command do
  number=$((number + 1))
  printf '[set-up %s/%s] %s\\n' "$number" "$count" "$command"
  "$0" -c "$command" </dev/null || {
    status=$?
    printf '[set-up] that ended with %s\\n' "$status"
    exit "$status"
  }
done
"""
"""Runs each argument as a command of its own, until one fails."""
_WAIT = "sleep infinity || tail -f /dev/null"
_HEADING = re.compile(rb"\[set-up ([0-9]{1,3})/[0-9]{1,3}\] ")


def spec(
    sandbox: SandboxSpec,
    name: str,
    labels: dict[str, str],
    shell: str,
    commands: tuple[str, ...],
    seed: str = "",
) -> SandboxSpec:
    """A box with all that the sandbox has, which runs the commands and ends.

    It ends with the status of the first command that fails. Each is run by the image's
    `shell`, begins at the root of the worktree, and reads nothing from a terminal.
    Of an earlier home, at the path `seed` of this machine, it first copies the caches;
    then those of the user's own that the sandbox has and a tool must write to.
    """
    seeds = (Mount("bind", seed, SEED, read_only=True, relabel=sandbox.relabels),)
    own = own_caches.copying(sandbox.mounts)
    script = f"{_COPY_CACHES if seed else ''}{own}{_RUN}"
    return replace(
        sandbox,
        name=name,
        labels=labels,
        mounts=(*sandbox.mounts, *(seeds if seed else ())),
        argv=(shell, "-c", script, shell, *commands),
        environment={
            **sandbox.environment,
            **unattended_environment.environment(),
            "TERM": "dumb",
            "NO_COLOR": "1",
        },
        terminal=False,
    )


def waiting(box: SandboxSpec, shell: str) -> SandboxSpec:
    """The set-up's box with a program that only waits, for a human's shell."""
    return replace(box, argv=(shell, "-c", _WAIT))


def begun(line: bytes) -> int:
    """The number of the command that a line of the output announces; 0 for none.

    A command can print such a line itself.
    """
    found = _HEADING.match(line)
    return int(found[1]) if found else 0
