"""`swarm agent check`: runs an agent in a box against a scripted model behind the gate.

It has a home, a keeper and a repository of its own, which are removed at the end. The
model is a server of swarm's on the container engine's bridge: no request of the agent's
leaves this machine, and no key of the user's is used.
"""

import os
import secrets
import shutil
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from swarm.adapters.docker import DockerImages
from swarm.agents import registry
from swarm.agents.description import Agent
from swarm.agents.starting import chosen_run
from swarm.bootstrap import wiring
from swarm.cli import exit_codes, output
from swarm.cli.agent import check_policy, check_report
from swarm.cli.agent.check_policy import FORBIDDEN, ModelPlace
from swarm.cli.agent.check_turn import FILE, Turn, steps_of
from swarm.cli.demo.environment import DemoEnvironment, demo_environment
from swarm.cli.keeper_client import ask, changes
from swarm.engine.host import images
from swarm.errors import PlanError, SwarmError
from swarm.model import agent_screen, events
from swarm.model.safe_text import safe_line
from swarm.model.task import ACTIVE, Task
from swarm.model.wishes import NewTasks, Stop
from swarm.plan.gate_containers import GateNames
from swarm.plan.naming import HOME_LABEL, KIND_LABEL, TASK_LABEL
from swarm.scripted_model.server import ScriptedModel
from swarm.store.queries import Queries

TURN_SECONDS = 240.0
"""The longest time for an agent's start and one turn of it."""
IMPORT_SECONDS = 60.0
PROMPT_SECONDS = 60.0
"""The longest time from its model's last words to its prompt, if that is recognised."""


@dataclass(frozen=True, slots=True)
class _Run:
    """What one way to run has shown."""

    way: str
    rows: dict[str, str]
    """What was tried, to `yes` or why not."""
    report: tuple[str, ...] = ()
    """Of one that is not good: what is known of it, in lines."""

    @property
    def is_good(self) -> bool:
        return all(answer == "yes" for answer in self.rows.values())


def check(args: Namespace) -> int:
    """Check every way in which the agent runs, and print a table; FAILED if one fails.

    Blocks for about a minute, and longer if an image is built. PlanError for an agent
    that cannot be run, or that has no model to be asked through the gate.
    """
    agent = registry.find(args.name)
    chosen_run(agent, "")
    if not agent.model.key:
        raise PlanError(
            f"{agent.name} asks no model by a key, so there is nothing to check",
            hint="give it a [model] with the variable of its key",
        )
    own_file = registry.user_folder() / f"{agent.name}.toml"
    own = own_file.read_bytes() if agent.name in registry.own_names() else b""
    _build(agent)
    with demo_environment() as environment:
        if own:
            _bring(environment, agent.name, own)
        with _model(environment, agent) as model:
            runs = [_tried(environment, agent, way, model) for way in agent.ways]
    shutil.rmtree(environment.root, ignore_errors=True)
    names = dict.fromkeys(name for run in runs for name in run.rows)
    output.columns(
        [f"{agent.name} {agent.image.version}".strip(), *(run.way for run in runs)],
        [[name, *(run.rows.get(name, "") for run in runs)] for name in names],
    )
    for run in runs:
        if not run.is_good and run.report:
            output.out("\n".join(["", *run.report]))
    good = all(run.is_good for run in runs)
    return exit_codes.DONE if good else exit_codes.FAILED


def _bring(environment: DemoEnvironment, name: str, own: bytes) -> None:
    folder = environment.root / "agents"
    folder.mkdir()
    (folder / f"{name}.toml").write_bytes(own)


def _build(agent: Agent) -> None:
    needed = ["base", "gate", "sensor"]
    if agent.image_name and not agent.image.reference:
        needed.append(agent.image_name)
    for name in needed:
        images.build(
            DockerImages(), name, lambda text: output.note(f"  {safe_line(text, 160)}")
        )


@contextmanager
def _model(environment: DemoEnvironment, agent: Agent) -> Iterator[ScriptedModel]:
    """The scripted model where the gate of the check's home reaches it."""
    tag = environment.places.tag
    names = GateNames(tag)
    labels = {HOME_LABEL: tag, TASK_LABEL: "", KIND_LABEL: "gate"}
    containers = wiring.sandboxes()
    containers.make_network(names.gate, labels)
    address = containers.gateway(names.gate)
    containers.close()
    key, host = secrets.token_hex(24), check_policy.host_of(agent)
    key_file, certificate = environment.root / "key", environment.root / "model.pem"
    # A port below 1024 is root's; any other is told to the agent as its endpoint.
    port = 443 if os.geteuid() == 0 else 0
    model = ScriptedModel(address, environment.root, key, [host], port)
    try:
        key_file.touch(mode=0o600)
        key_file.write_text(key)
        certificate.write_text(model.authority.certificate)
        place = ModelPlace(address, model.port, key_file, certificate)
        root = environment.root
        (root / "config.toml").write_text(check_policy.config(agent, place))
        (root / "policy.toml").write_text(check_policy.policy(agent, place))
        yield model
    finally:
        model.close()


def _tried(
    environment: DemoEnvironment, agent: Agent, way: str, model: ScriptedModel
) -> _Run:
    """One task of the agent, from its prompt to the end of its turn."""
    turn = Turn(model, f"check-{way}", steps_of(agent), agent.model.edits == "text")
    model.plays(turn.marker, turn.steps, in_text=turn.in_text)
    output.note(f"  {agent.name}, {way}: at work")
    wish = NewTasks(
        str(environment.sample),
        prompt=f"Please do {turn.marker} now.",
        agent=agent.name,
        way=way,
    )
    try:
        task_id = int(ask(environment.places, wish)["tasks"][0])
    except SwarmError as error:
        return _Run(way, {"started": safe_line(error.message, 120)})
    queries = Queries(environment.places.database)
    try:
        screen = _until_turn_ended(environment, queries, task_id, way, turn)
        rows = _rows(environment, queries, task_id, turn)
        task = queries.tasks.get(task_id)
        if way == "headless":
            rows["ended by itself"] = _yes(
                task.exit_code == 0, f"exit {task.exit_code}"
            )
        run = _Run(way, rows)
        if run.is_good:
            return run
        was_stopped = screen is not None
        seen = check_report.evidence(queries, task, turn, rows, was_stopped)
        shown = screen or check_report.printed(environment.places, task)
        return replace(run, report=check_report.lines(agent, task, way, seen, shown))
    finally:
        queries.close()


def _until_turn_ended(
    environment: DemoEnvironment,
    queries: Queries,
    task_id: int,
    way: str,
    turn: Turn,
) -> str | None:
    """Block until the task has ended and was taken in; one that has not is stopped.

    What its screen showed before that; None if it ended by itself.
    """

    def has_ended() -> bool:
        return queries.tasks.get(task_id).state not in ACTIVE

    def has_answers() -> bool:
        return turn.is_over() and not queries.tasks.get(task_id).model.open_requests

    screen = way == "screen"
    _wait(queries, lambda: has_ended() or (screen and has_answers()), TURN_SECONDS)
    shown = None
    if not has_ended():
        _until_at_prompt(queries, task_id)
        shown = check_report.screen(environment.places, task_id)
        ask(environment.places, Stop(task_id))
        _wait(queries, has_ended, IMPORT_SECONDS)
    _wait(queries, lambda: _is_taken_in(queries, task_id), IMPORT_SECONDS)
    return shown


def _until_at_prompt(queries: Queries, task_id: int) -> None:
    """Block until it waits for its human: it may write down its turn until then."""
    task = queries.tasks.get(task_id)
    if agent_screen.READY in registry.find(task.agent).cues:
        _wait(
            queries,
            lambda: queries.tasks.get(task_id).screen == agent_screen.READY,
            PROMPT_SECONDS,
        )


def _wait(queries: Queries, happened: Callable[[], bool], seconds: float) -> None:
    """Block until it is so, or for so many seconds: the table says what is missing."""
    for _ in changes(queries, seconds):
        if happened():
            return


def _is_taken_in(queries: Queries, task_id: int) -> bool:
    kinds = (events.CommitsImported, events.ImportRefused, events.TaskFailed)
    records = queries.events.after(task=task_id)
    return any(isinstance(record.event, kinds) for record in records)


def _rows(
    environment: DemoEnvironment,
    queries: Queries,
    task_id: int,
    turn: Turn,
) -> dict[str, str]:
    model, marker = turn.model, turn.marker
    task = queries.tasks.get(task_id)
    worktree = environment.places.worktree(task_id)
    seen = [one for one in model.seen if marker in repr(one.asked.turns)]
    denied = [record.event for record in queries.events.denials(task_id)]
    hosts = {event.host for event in denied if isinstance(event, events.NetDenied)}
    results = model.results(marker)
    tools = {
        "ran a command": _yes(any("looked" in text for text in results), "no result"),
        "was denied a host": _yes(FORBIDDEN in hosts, "no denial"),
    }
    return {
        "started": _yes(task.started is not None, _why(task)),
        "asked its model": _yes(bool(seen), _why(task) or "no request came"),
        "by the gate's key": _yes(
            bool(seen) and model.keys <= {model.key},
            "another" if seen else "no request",
        ),
        check_report.EDIT: _yes(_has(worktree / FILE), "no file"),
        **({} if turn.in_text else tools),
        "committed": _yes(task.review.commits > 0, "no commit"),
        "tokens counted": _yes(task.model.tokens_out > 0, "none"),
    }


def _has(file: Path) -> bool:
    return file.is_file() and not file.is_symlink()


def _why(task: Task) -> str:
    return safe_line(task.reason, 80)


def _yes(happened: bool, otherwise: str) -> str:
    return "yes" if happened else f"no: {otherwise}"
