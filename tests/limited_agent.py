"""A named fake: an agent that asks a model through the gate, and meets its limits.

It is a program of the repository under test, so that the base image runs it. What its
prompt begins with says what it does at a limit: `EXIT`, `HANG`, or, on its screen,
`WAIT` at its prompt.
"""

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from swarm.scripted_model.server import ScriptedModel
from swarm.scripted_model.steps import Hold, Step
from tests.engine.keeper_harness import (
    KeeperHarness,
    new_sample_repository,
    open_keeper_harness,
)
from tests.promises.sandbox_probe import gateway

KEY = "the-key-of-the-limited"
HOST = "model.example"

PROGRAM = r"""
import json, os, sys, time, tty, urllib.error, urllib.request, uuid
home, work, options = os.environ["HOME"], "/workspace", {}
words, prompt = sys.argv[1:], ""
while words:
    word = words.pop(0)
    if word == "--":
        prompt = words.pop(0) if words else ""
    elif word == "-p":
        options["-p"] = True
    else:
        options[word] = words.pop(0)
name = options.get("--resume") or options["--session-id"]
os.makedirs(home + "/.limited", exist_ok=True)
file = f"{home}/.limited/{name}.json"
try:
    turns = json.load(open(file))
except FileNotFoundError:
    turns = []
def ask(text):
    turns.append({"role": "user", "content": text})
    json.dump(turns, open(file, "w"))
    tool = {"name": "Bash", "input_schema": {"properties": {"command": {}}}}
    body = {"model": "m-large", "messages": turns, "tools": [tool]}
    request = urllib.request.Request(
        "https://THE_HOST/v1/messages",
        json.dumps(body).encode(),
        {"x-api-key": "THE_KEY", "content-type": "application/json"},
    )
    try:
        answer = json.load(urllib.request.urlopen(request, timeout=900))
    except urllib.error.HTTPError as error:
        error.read()
        return error.code
    turns.append({"role": "assistant", "content": answer["content"]})
    json.dump(turns, open(file, "w"))
    number = len(os.listdir(work))
    with open(f"{work}/answered-{number}-{uuid.uuid4().hex[:6]}", "w") as made:
        made.write(text)
    return 200
def first():
    return turns[0]["content"] if turns else prompt
if "-p" in options:
    status = ask(prompt)
    if status != 200 and "HANG" in first():
        time.sleep(100_000)
    print(status, flush=True)
    sys.exit(status != 200)
def draw(*lines):
    print("\x1b[2J\x1b[H" + "\r\n".join(lines), end="", flush=True)
try:
    tty.setraw(0)
except OSError:
    pass
def typed():
    print("\x1b[?2004h", end="", flush=True)
    text = b""
    while True:
        text += os.read(0, 1 << 16)
        body, end, rest = text.partition(b"\x1b[201~")
        if end and rest.endswith(b"\r"):
            return body.partition(b"\x1b[200~")[2].replace(b"\r", b"\n").decode()
        if text.endswith(b"\r") and b"\x1b[200~" not in text:
            return text[:-1].decode()
while True:
    if prompt:
        draw("working", "esc to interrupt")
        while (status := ask(prompt)) != 200 and "HANG" in first():
            time.sleep(100_000)
    draw(f"{len(turns)} turns", "> ", "? for shortcuts")
    prompt = typed()
""".replace("THE_HOST", HOST).replace("THE_KEY", KEY)

_ARGV = '["python3", "/workspace/agent.py", "{conversation}", %s"--", "{prompt}"]'
DESCRIPTION = f"""
version = 1
title = "Limited"
summary = "a named fake"
[state]
transcript = "~/.limited/{{conversation}}.json"
[screen]
argv = {_ARGV % ""}
prompt = "argument"
[headless]
argv = {_ARGV % '"-p", '}
prompt = "argument"
stream = "scripted"
[conversation]
id = "chosen"
begin = ["--session-id", "{{id}}"]
resume = ["--resume", "{{id}}"]
[cues.ready]
text = ["^>"]
footer = "\\\\? for shortcuts"
"""


@dataclass
class LimitedAgents:
    """A house with a keeper, its model, and a repository to work on."""

    harness: KeeperHarness
    model: ScriptedModel
    sample: Path

    def start(self, prompt: str, way: str = "headless", **more: object) -> list[int]:
        """Queue tasks of the agent; their ids."""
        body = {"repo": str(self.sample), "agent": "limited", "way": way, **more}
        return list(self.harness.wish_done("new", prompt=prompt, **body)["tasks"])

    def answered(self, task_id: int) -> list[str]:
        """What its model answered, in no order."""
        task = self.harness.queries.tasks.get(task_id)
        files = self.harness.context.worktree(task).glob("answered-*")
        return [file.read_text() for file in files]

    def start_held(
        self, steps: Sequence[Step], *starts: dict[str, object]
    ) -> list[int]:
        """Tasks of which each has asked its model before any is answered.

        Otherwise the limit of the first could hold the start of the others.
        """
        hold = Hold(seconds=240.0)
        self.model.plays("please", [hold, *steps])
        ids = [i for start in starts for i in self.start(**start)]  # type: ignore[arg-type]  # as `start` takes them
        tasks = self.harness.queries.tasks
        self.harness.until(
            lambda: all(tasks.get(i).model.open_requests for i in ids), "all have asked"
        )
        hold.released.set()
        return ids

    def until_answered(self, task_id: int) -> None:
        """Block until its model said something, and the gate lifted its limit."""
        tasks = self.harness.queries.tasks
        self.harness.until(
            lambda: tasks.get(task_id).model.tokens_out > 0, f"{task_id} was answered"
        )

    def happened(self, task_id: int) -> list[str]:
        """The names of what happened to it."""
        found = self.harness.queries.events.after(task=task_id, limit=10_000)
        return [type(each.event).__name__ for each in found]


@contextmanager
def open_limited_agents(folder: Path, settings: str = "") -> Iterator[LimitedAgents]:
    """The house; `settings` are of its config."""
    with open_keeper_harness() as harness:
        harness.patience = 240.0
        net = harness.parts.nets.gate.names
        harness.context.containers.make_network(net.gate, net.labels("gate"))
        address = gateway(net.gate)
        model = ScriptedModel(address, folder, KEY, [HOST])
        (folder / "model.pem").write_text(model.authority.certificate)
        policy = f"""
version = 1
[[allow]]
host = "{HOST}"
model = "anthropic"
[network]
allow_nets = ["{address}/32"]
[tls]
upstream_ca = ["{folder / "model.pem"}"]
"""
        (harness.paths.home / "policy.toml").write_text(policy)
        agents = harness.paths.home / "agents"
        agents.mkdir(exist_ok=True)
        (agents / "limited.toml").write_text(DESCRIPTION)
        sample = new_sample_repository(folder / "sample")
        (sample / "agent.py").write_text(PROGRAM)
        for argv in (["add", "-A"], ["commit", "-qm", "the agent"]):
            subprocess.run(["git", "-C", str(sample), *argv], check=True)
        gate = f'[gate]\nready = 0\nhosts = {{ "{HOST}" = "{address}" }}\n'
        (harness.paths.home / "config.toml").write_text(f"{settings}\n{gate}")
        harness.start_keeper()
        yield LimitedAgents(harness, model, sample)
        model.close()
