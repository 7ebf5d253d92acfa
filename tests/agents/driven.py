"""Agents at work in real boxes, with the scripted model behind the gate.

One house serves all agents of a test's module: its policy has a rule for the model of
each, and the key is the gate's alone.
"""

import json
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from swarm.agents import cues, registry
from swarm.agents.description import Agent
from swarm.cli.agent.check_policy import FORBIDDEN, host_of, rule_words
from swarm.cli.agent.check_turn import steps_of
from swarm.engine.host import images
from swarm.model import events
from swarm.model.agent_state import AgentState
from swarm.model.task import ACTIVE, State, Task
from swarm.scripted_model.server import ScriptedModel
from swarm.scripted_model.steps import Hold, Say, Step, has_marker
from tests.agents.key_search import home_of, processes_of, processes_with
from tests.engine.keeper_harness import (
    KeeperHarness,
    new_sample_repository,
    open_keeper_harness,
)
from tests.promises.sandbox_probe import gateway

KEY = "sk-the-real-key-of-this-test-0123456789abcdef"
PATIENCE = 900.0
"""Seconds until a test gives up on a turn: agents are large, and start slowly."""
NO_RULE = "not-in-allowlist"
DONE = "All steps of the script are done."
LOOK = (
    "cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline > ~/seen-in-proc 2>/dev/null; "
    f"curl -sS -m 20 https://{FORBIDDEN}/; echo looked $?"
)
"""What the box sees of its processes, and a host that nothing allows."""


def last_words(marker: str) -> str:
    """What the model says at the end of the turn, and the agent writes down."""
    return f"All steps of {marker} are done."


def steps(agent: str, words: str = DONE) -> tuple[Step, ...]:
    """One turn's work."""
    return steps_of(registry.find(agent), LOOK, words)


def held_steps(agent: str, marker: str, held: Hold) -> tuple[Step, ...]:
    """One turn's work; its last request is held, and of edits in text the first."""
    *work, end = steps(agent, last_words(marker))
    return (held, *work, end) if edits_in_text(agent) else (*work, held, end)


def edits_in_text(agent: str) -> bool:
    """It takes edits from what the model says, and commits them itself."""
    return registry.find(agent).model.edits == "text"


@dataclass
class DrivenAgents:
    """The house, its model, and a repository to work on."""

    harness: KeeperHarness
    model: ScriptedModel
    sample: Path
    in_memory: dict[int, list[int]] = field(default_factory=dict)
    """The processes of each task that had the key in their memory."""

    def start(self, agent: str, way: str, prompt: str, **more: object) -> int:
        """Queue a task of the agent."""
        body = {"repo": str(self.sample), "agent": agent, "way": way, **more}
        made = self.harness.wish_done("new", **body, prompt=prompt)
        return int(made["tasks"][0])

    def work(self, agent: str, way: str, marker: str) -> Task:
        """One task from its prompt to the end of the turn, stopped and taken in.

        While its model is silent, the memory of its box is searched for the key.
        """
        held = Hold(seconds=PATIENCE)
        script = held_steps(agent, marker, held)
        self.model.plays(marker, script, in_text=edits_in_text(agent))
        task = self.start(agent, way, f"Please do {marker} now.")
        try:
            place = script.index(held)
            self._until(task, lambda: self.model.furthest(marker) >= place, marker)
            box = processes_of(self.harness.context.names(task).sandbox)
            assert box, "there is no process in its box"
            self.in_memory[task] = processes_with(box, KEY.encode())
            held.released.set()
            self.end(task, way, marker, len(script) - 1)
        finally:
            held.released.set()
            self.stop(task)
        return self.harness.queries.tasks.get(task)

    def again(self, task: int, way: str, marker: str) -> None:
        """A turn more of a task that has ended, in a fresh box."""
        self.model.plays(marker, [Say(last_words(marker))])
        try:
            prompt = f"And now {marker}."
            self.harness.wish_done("continue", task=task, prompt=prompt)
            self.end(task, way, marker, 0, goes_on=False)
        finally:
            self.stop(task)

    def end(
        self, task: int, way: str, marker: str, last: int, goes_on: bool = True
    ) -> None:
        """Block until the turn is over, with the step `last`, and the task with it.

        What a conversation that goes on needs of the turn is written down by then.
        """
        if way == "screen":
            # Not the number of requests: a screen asks the same more than once.
            self._until(task, lambda: self._has_come_to(task, marker, last), marker)
            self._until(
                task,
                lambda: (
                    not goes_on
                    or (
                        self._has_written(task, marker)
                        and self._is_at_prompt(task, marker)
                    )
                ),
                "its transcript, and its prompt",
            )
            self.until_answered(task)
            self.stop(task)
        self.harness.until_state(task, State.STOPPED, State.FAILED)
        self.harness.until_taken_in(task)

    def stop(self, task: int) -> None:
        """Stop it if it is at work: a task that is left asks on in another's turn."""
        if self.harness.queries.tasks.get(task).state in ACTIVE:
            self.harness.wish("stop", task=task)

    def _until(self, task: int, happened: Callable[[], bool], what: str) -> None:
        """Block until it is so, or the task has ended; the screen is in a failure."""
        try:
            self.harness.until(lambda: happened() or self._has_ended(task), what)
        except AssertionError as late:
            raise AssertionError(f"{late}\n{self.screen(task)}") from late

    def _is_at_prompt(self, task: int, marker: str) -> bool:
        """It shows the end of its turn, and waits for its human.

        Both are read of one screen: what was recorded of it may be from before.
        """
        agent = registry.find(self.harness.queries.tasks.get(task).agent)
        name = self.harness.context.names(task).pane
        shown = self.harness.context.panes.capture([name], titles=True).get(name)
        if shown is None or "ready" not in agent.cues:
            return shown is not None
        read = cues.read_screen(agent, shown.text, shown.title)
        end = "Commit " if edits_in_text(agent.name) else last_words(marker)
        return read.state is AgentState.READY and end in shown.text

    def _has_written(self, task: int, marker: str) -> bool:
        """Its last words are in the files from which it takes up the conversation.

        An agent that is told to end before that goes on without them.
        """
        agent = registry.find(self.harness.queries.tasks.get(task).agent)
        if agent.conversation.id == "none" or not agent.state.transcript:
            return True
        home = home_of(self.harness.context.names(task).home_volume)
        file = agent.state.transcript.removeprefix("~/")
        found = home.glob(file.replace("{conversation}", "*"))
        beside = {f for each in found for f in each.parent.rglob("*") if f.is_file()}
        words = last_words(marker).encode()
        return any(words in file.read_bytes() for file in beside)

    def until_answered(self, task: int) -> None:
        """Block until the gate has counted the last answer."""
        tasks = self.harness.queries.tasks
        self.harness.until(
            lambda: not tasks.get(task).model.open_requests, "the last answer"
        )

    def answered(self, marker: str, in_text: bool = False) -> list[int]:
        """The places of the requests with the marker that offered tools, if it can."""
        return [
            place
            for place, seen in enumerate(self.model.seen)
            if seen.status == 200
            and (seen.asked.tools or in_text)
            and any(
                has_marker(turn.text, marker)
                for turn in seen.asked.turns
                if turn.kind == "user"
            )
        ]

    def counted(self, task: int, estimated: bool) -> Counter[tuple[int, int]]:
        """Tokens in and out of each answer that the gate counted, or estimated."""
        records = self.harness.queries.events.after(task=task, limit=100_000)
        return Counter(
            (e.tokens_in + e.tokens_cached + e.tokens_cache_written, e.tokens_out)
            for e in (record.event for record in records)
            if isinstance(e, events.ModelAnswered)
            and e.estimated is estimated
            and (e.tokens_in or e.tokens_out)
        )

    def _has_come_to(self, task: int, marker: str, last: int) -> bool:
        if edits_in_text(self.harness.queries.tasks.get(task).agent):
            # It asks no more once it has made its edits.
            last = 1
        return self.model.furthest(marker) >= last

    def _has_ended(self, task: int) -> bool:
        ended = (State.STOPPED, State.FAILED)
        return self.harness.queries.tasks.get(task).state in ended

    def screen(self, task: int) -> str:
        """The task's terminal."""
        name = self.harness.context.names(task).pane
        shown = self.harness.context.panes.capture([name]).get(name)
        return shown.text if shown else ""

    def log(self, task: int) -> str:
        """What the sandbox printed."""
        name = self.harness.context.names(task).sandbox
        return self.harness.context.containers.logs(name, 400).decode(errors="replace")

    def denied(self, task: int) -> dict[str, bool]:
        """The hosts that no rule allows and that it asked, each with whether quietly.

        A registry that a preset allows is out of reach here, which is no denial.
        """
        records = self.harness.queries.events.denials(task)
        found = [r.event for r in records if isinstance(r.event, events.NetDenied)]
        denied = [event for event in found if event.reason == NO_RULE]
        return {event.host: event.quiet for event in denied}

    def home_archive(self, task: int) -> bytes:
        """The files of the agent's home, as they are, in one archive."""
        volume = self.harness.context.names(task).home_volume
        image = images.reference(self.harness.context.containers, "base")
        script = "cd /h && tar -cf - ."
        argv = ["docker", "run", "--rm", "--network", "none", "--user", "0"]
        done = subprocess.run(
            [*argv, "-v", f"{volume}:/h:ro", image, "sh", "-c", script],
            capture_output=True,
            check=True,
            timeout=120,
        )
        return done.stdout

    def places_of_the_key(self, task: int) -> list[str]:
        """Where the real key is to be found, of all that a task can see or leave."""
        key = KEY.encode()
        names = self.harness.context.names(task)
        facts = self.harness.context.containers.inspect(names.sandbox)
        found = ["home"] if key in self.home_archive(task) else []
        found += [f"memory of {pid}" for pid in self.in_memory[task]]
        if facts and KEY in json.dumps(facts.raw):
            found.append("inspect")
        if key in self.harness.context.containers.logs(names.sandbox, 10_000):
            found.append("log")
        files = [f for f in self.harness.paths.home.rglob("*") if f.is_file()]
        return found + [str(file) for file in files if key in file.read_bytes()]


@contextmanager
def open_driven_agents(folder: Path, names: Sequence[str]) -> Iterator[DrivenAgents]:
    """A house for these agents, whose images exist."""
    agents = [registry.find(name) for name in names]
    hosts = sorted({host_of(agent) for agent in agents})
    with open_keeper_harness() as harness:
        harness.patience = PATIENCE
        net = harness.parts.nets.gate.names
        harness.context.containers.make_network(net.gate, net.labels("gate"))
        address = gateway(net.gate)
        model = ScriptedModel(address, folder, KEY, hosts)
        (folder / "key").write_text(KEY)
        (folder / "model.pem").write_text(model.authority.certificate)
        policy = _policy(agents, folder, address)
        (harness.paths.home / "policy.toml").write_text(policy)
        known = ", ".join(f'"{host}" = "{address}"' for host in hosts)
        text = f"[gate]\nready = 0\nhosts = {{ {known} }}\n"
        (harness.paths.home / "config.toml").write_text(text)
        harness.start_keeper()
        yield DrivenAgents(harness, model, new_sample_repository(folder / "sample"))
        model.close()


def _policy(agents: Sequence[Agent], folder: Path, address: str) -> str:
    """The user's file: where the models are, their key, and whom to trust."""
    variables: dict[str, set[str]] = {}
    for agent in agents:
        variables.setdefault(agent.model.key, set()).add(host_of(agent))
    lines = ["version = 1"]
    for agent in {host_of(agent): agent for agent in agents}.values():
        host = host_of(agent)
        shape, header, template = rule_words(agent)
        secret = next(name for name, known in variables.items() if host in known)
        lines += [
            "[[allow]]",
            f'host = "{host}"',
            f'model = "{shape}"',
            f'inject = {{ header = "{header}", template = "{template}", '
            f'secret = "{secret.lower()}" }}',
        ]
    for variable, known in variables.items():
        lines += [
            f"[secrets.{variable.lower()}]",
            f'source = "file:{folder / "key"}"',
            f"hosts = {json.dumps(sorted(known))}",
            f'placeholder = "{variable}"',
        ]
    lines += [
        "[network]",
        f'allow_nets = ["{address}/32"]',
        "[tls]",
        f'upstream_ca = ["{folder / "model.pem"}"]',
    ]
    return "\n".join(lines) + "\n"
