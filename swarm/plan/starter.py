"""The script that begins a sandbox: it fills a new home, then becomes the agent.

It lies with its files in the task's folder at /etc/swarm, which is read-only in the
sandbox. Nothing of an agent's argv is read by the shell; a server's is quoted.
"""

import shlex

from swarm import assets
from swarm.agents.starting import Start
from swarm.plan.package_settings import FOLDER

SCRIPT_NAME = "start.sh"
SEEDS = "home"
"""The folder with what a new home gets, in the task's folder."""
PROMPT_NAME = "prompt.txt"
PROMPT_FILE = f"{FOLDER}/{PROMPT_NAME}"
MCP_NAME = "mcp.json"
MCP_FILE = f"{FOLDER}/{MCP_NAME}"
SIDE_NAME = "side.json"
SIDE_FILE = f"{FOLDER}/{SIDE_NAME}"
HOOK_NAME = "hook.py"
HOOK_FILE = f"{FOLDER}/{HOOK_NAME}"
BRIEFING_NAME = "briefing.md"
BRIEFING_FILE = f"{FOLDER}/{BRIEFING_NAME}"

BROUGHT = "brought"
"""The folder with what its user brings, in the task's folder."""

_HEAD = f"""\
# Puts the agent's first settings where its home has none, links what is read-only, and
# becomes the agent.
put() {{
    place=$HOME/$1
    [ -e "$place" ] || [ -L "$place" ] || (
        umask 077 && mkdir -p "${{place%/*}}" \\
            && cat "{FOLDER}/{SEEDS}/$1" > "$place.new" && mv "$place.new" "$place"
    ) || {{
        printf 'swarm: ~/%s could not be written; is the disk full?\\n' "$1" >&2
        exit 1
    }}
}}
link() {{
    place=$HOME/$1
    if [ -d "$place" ] && [ ! -L "$place" ]; then rm -rf "$place"; fi
    (umask 077 && mkdir -p "${{place%/*}}" && ln -sfn "$2" "$place") || {{
        printf 'swarm: ~/%s could not be linked; is the disk full?\\n' "$1" >&2
        exit 1
    }}
}}
copy() {{
    place=$HOME/$1
    if [ -d "$place" ] && [ ! -L "$place" ]; then rm -rf "$place"; fi
    (umask 077 && mkdir -p "${{place%/*}}" && rm -f "$place" \\
        && cat "$2" > "$place" && chmod 400 "$place") || {{
        printf 'swarm: ~/%s could not be written; is the disk full?\\n' "$1" >&2
        exit 1
    }}
}}
serve() {{
    socket=$1
    shift
    command -v "$1" > /dev/null || return 0
    rm -f "$socket"
    "$@" < /dev/null > /dev/null 2> "$socket.log" &
    until [ -S "$socket" ]; do
        kill -0 $! 2> /dev/null || {{
            tail -n 5 "$socket.log" >&2
            printf 'swarm: %s ended before its screen began\\n' "$1" >&2
            exit 1
        }}
        sleep 0.1
    done
}}
"""


def is_needed(start: Start) -> bool:
    """False if the agent can be the sandbox's first program itself."""
    fills_home = start.files or start.brought or start.links or start.before
    return bool(fills_home or start.server) or start.delivery == "stdin"


def argv(start: Start, shell: str) -> tuple[str, ...]:
    """The sandbox's argv; `shell` is the image's own."""
    if not is_needed(start):
        return start.argv
    return (shell, f"{FOLDER}/{SCRIPT_NAME}", *start.argv)


def files(start: Start, prompt: str, briefing: str = "") -> dict[str, str]:
    """The files of the task's folder that the start needs: name to text."""
    told = {BRIEFING_NAME: briefing} if briefing else {}
    told |= {MCP_NAME: start.mcp} if start.mcp else {}
    told |= {SIDE_NAME: start.side} if start.side else {}
    if start.hook:
        told[HOOK_NAME] = (assets.folder("box") / f"{start.hook}.py").read_text()
    found = told | {f"{SEEDS}/{path}": text for path, text in start.files.items()}
    found |= {f"{BROUGHT}/{path}": text for path, text in start.brought.items()}
    if start.delivery in ("stdin", "file"):
        found[PROMPT_NAME] = prompt
    if is_needed(start):
        found[SCRIPT_NAME] = script(start)
    return found


def script(start: Start) -> str:
    """The script's text; no path in it holds a letter that a shell reads.

    A link or copy is made anew at each start, over what the agent may have put there.
    """
    source = f" < {PROMPT_FILE}" if start.delivery == "stdin" else ""
    links = {path: f"{FOLDER}/{BROUGHT}/{path}" for path in start.brought}
    lines = [f"put '{path}'" for path in start.files]
    verb = "link" if start.follows_links else "copy"
    lines += [f"{verb} '{p}' '{at}'" for p, at in (links | start.links).items()]
    if start.server:
        lines.append(f"serve {shlex.join((start.socket, *start.server))}")
    return "\n".join([_HEAD.rstrip(), start.before, *lines, f'exec "$@"{source}', ""])
