"""A named fake: an agent that has a screen, a first-run dialog and a conversation.

It is a program of the repository under test, so that the base image runs it. What it
was told it writes into the worktree, byte by byte, and into its conversation.
"""

import subprocess
from pathlib import Path

from swarm.model.task import Task
from tests.engine.keeper_harness import KeeperHarness

PROGRAM = r"""
import json, os, sys, time, tty, uuid
home, work = os.environ["HOME"], "/workspace"
words, prompt = sys.argv[1:], ""
options = {}
while words:
    word = words.pop(0)
    if word == "--":
        prompt = words.pop(0) if words else ""
    elif word == "-p":
        options["-p"] = True
    elif word == "--prompt-file":
        prompt = open(words.pop(0), newline="").read()
    elif word == "--stdin":
        prompt = sys.stdin.read()
    else:
        options[word] = words.pop(0)
sessions = home + "/.scripted/sessions/2026"
os.makedirs(sessions, exist_ok=True)
def fail(text):
    print(text, flush=True)
    sys.exit(1)
def file_of(name):
    return f"{sessions}/rollout-07-{name}.jsonl"
if "--resume" in options:
    name = options["--resume"]
    if not os.path.exists(file_of(name)):
        fail("No conversation found with session ID: " + name)
else:
    name = options.get("--session-id") or str(uuid.uuid4())
    if os.path.exists(file_of(name)):
        fail("Session ID " + name + " is already in use")
def history():
    try:
        with open(file_of(name)) as file:
            return [json.loads(line) for line in file]
    except FileNotFoundError:
        return []
def take(text):
    with open(file_of(name), "a") as file:
        print(json.dumps({"said": text}), file=file)
    number = len(history())
    with open(f"{work}/said-{number}.txt", "w", newline="") as file:
        file.write(text)
    if text == "CRASH":
        raise ModuleNotFoundError("No module named 'everything'")
    if text == "WORK":
        time.sleep(100_000)
def draw(*lines):
    print("\x1b[2J\x1b[H" + "\r\n".join(lines), end="", flush=True)
if "-p" in options:
    print(json.dumps({"type": "thread.started", "thread_id": name}), flush=True)
    take(prompt)
    sys.exit(0)
try:
    tty.setraw(0)
except OSError:
    pass
def typed():
    print("\x1b[?2004h", end="", flush=True)
    text, pasting = b"", False
    while True:
        text += os.read(0, 1 << 16)
        if text.startswith(b"\x1b[200~"):
            body, end, rest = text.partition(b"\x1b[201~")
            if end and rest.endswith(b"\r"):
                return body.removeprefix(b"\x1b[200~").replace(b"\r", b"\n").decode()
        elif text.endswith(b"\r"):
            return text[:-1].decode()
trusted = home + "/.scripted/trusted"
if not os.path.exists(trusted):
    draw("Do you trust the files in this folder?", "  1. Yes", "", "Enter to confirm")
    typed()
    open(trusted, "w").close()
draw("working", "esc to interrupt")
if prompt:
    take(prompt)
while True:
    draw(f"{len(history())} said", "> ", "? for shortcuts")
    text = typed()
    draw("working", "esc to interrupt")
    take(text)
"""

_CUES = r"""
[cues.first_run]
text = ["Do you trust the files"]
footer = "Enter to confirm"

[cues.ready]
text = ["^>"]
footer = "\\? for shortcuts"
"""

_CHOSEN = """
[conversation]
id = "chosen"
begin = ["--session-id", "{id}"]
resume = ["--resume", "{id}"]
"""

_FOUND = """
[conversation]
id = "file"
resume = ["--resume", "{id}"]
file = "~/.scripted/sessions/*/rollout-*-{id}.jsonl"
"""

_ARGV = '["python3", "/workspace/agent.py", "{conversation}", %s]'
_TRUSTED = """
[[seed]]
path = "~/.scripted/trusted"
text = "yes"
"""
TRANSCRIPT = "~/.scripted/sessions/2026/rollout-07-{conversation}.jsonl"


def description(
    chosen: bool = True, prompt: str = "argument", trusted: bool = True
) -> str:
    """The TOML of the agent, which takes its prompt in one of the ways that there are.

    On its screen that is `argument`, `file` or `paste`, headless `stdin` for `paste`.
    """
    screen = {
        "argument": '"--", "{prompt}"',
        "file": '"--prompt-file", "{prompt_file}"',
        "paste": "",
    }
    headless = {**screen, "paste": '"--stdin"'}
    way = "stdin" if prompt == "paste" else prompt
    return f'''
version = 1
title = "Scripted"
summary = "a named fake"
{_TRUSTED if trusted else ""}
[state]
transcript = "{TRANSCRIPT if chosen else ""}"

[screen]
argv = {_ARGV % screen[prompt]}
prompt = "{prompt}"

[headless]
argv = {_ARGV % ('"-p", ' + headless[prompt])}
prompt = "{way}"
stream = "scripted"
{_CHOSEN if chosen else _FOUND}{_CUES}'''


def install(harness: KeeperHarness, repo: Path, text: str) -> None:
    """Put the program into the repository and its description beside the settings."""
    put_program(harness, repo, "scripted", text, PROGRAM)


def put_program(
    harness: KeeperHarness, repo: Path, agent: str, text: str, program: str
) -> None:
    """The same for an agent of this name and program."""
    folder = harness.paths.home / "agents"
    folder.mkdir(exist_ok=True)
    (folder / f"{agent}.toml").write_text(text)
    (repo / "agent.py").write_text(program)
    for argv in (["add", "-A"], ["commit", "--allow-empty", "-qm", "the agent"]):
        subprocess.run(["git", "-C", str(repo), *argv], check=True)


def said(harness: KeeperHarness, task: Task) -> list[str]:
    """What the agent was told, in order, byte by byte."""
    files = harness.context.worktree(task).glob("said-*.txt")
    numbered = sorted((int(file.stem[5:]), file) for file in files)
    return [file.read_bytes().decode() for _, file in numbered]


def begin(
    harness: KeeperHarness, repo: Path, text: str, prompt: str = "one", **more: str
) -> Task:
    """A task of the scripted agent that was told its prompt."""
    install(harness, repo, text)
    wish = {"repo": str(repo), "prompt": prompt, "agent": "scripted", **more}
    return told(harness, int(harness.wish_done("new", **wish)["tasks"][0]), 1)


def told(harness: KeeperHarness, task_id: int, number: int) -> Task:
    """Block until the agent was told so many things."""

    def is_told() -> bool:
        known = said(harness, harness.queries.tasks.get(task_id))
        return len(known) >= number and bool(known[-1])

    harness.until(is_told, f"{task_id} was told {number}")
    return harness.queries.tasks.get(task_id)


def until_screen(harness: KeeperHarness, task_id: int, screen: str) -> None:
    """Block until the keeper recognised this screen."""
    harness.until(
        lambda: harness.queries.tasks.get(task_id).screen == screen,
        f"the screen {screen}",
    )
