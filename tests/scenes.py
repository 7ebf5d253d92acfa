"""Named scenes: events recorded into a real file, to be drawn and looked at."""

import asyncio
import html
import itertools
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from rich.cells import cell_len
from textual.events import Paste
from textual.pilot import Pilot

from swarm.errors import SwarmError
from swarm.model import events, quiet
from swarm.model.activity import (
    DESTRUCTIVE,
    LOSS,
    OUTSIDE,
    Action,
    Batch,
    LogPosition,
    PathActivity,
)
from swarm.model.agent_state import AgentState, AgentStatus, Evidence, Source
from swarm.model.events import Event
from swarm.model.landing import (
    Conversion,
    LandingItem,
    LandingList,
    Subject,
    Verdict,
)
from swarm.model.question import Option, Part, Question, QuestionKind
from swarm.model.review import Change, Flag, Hidden, Kind, Level
from swarm.model.service_log import ServiceLog
from swarm.model.standing import Standing
from swarm.model.usage import Usage
from swarm.plan.naming import TaskNames, slug
from swarm.policy.layers import ResolvedPolicy
from swarm.policy.rules import Inject, Policy, Rule, Secret
from swarm.store.audit_writer import AuditWriter
from swarm.store.journal import Journal
from swarm.store.queries import Queries
from swarm.store.usage_writer import UsageWriter
from swarm.store.wish_queries import WishRecord
from swarm.tui.app import SwarmApp
from swarm.tui.backend import Options, Project, ToolsChange
from swarm.tui.dialogs.base import Dialog
from tests.builders import queued
from tests.tui.fakes import FakeBackend, FakePanes, FakeReview
from tests.tui.unseen_frames import draw_changes

NOW = 1_790_000_000.0
"""Every scene is looked at in this moment."""
REPO = "/home/you/acme-api"
PROJECT = Project("acme-api", "main", "3f9c2e1")
SIZES = ((120, 36), (80, 24))
FONT = "DejaVu Sans Mono"
FONT_SIZE = "font-size: 20.26px"
"""At which one character of the font is one cell wide."""
CELL = 12.2


@dataclass(frozen=True)
class SceneTask:
    """One task with its events, of which the last happened `age` seconds ago."""

    name: str
    age: float
    events: tuple[Event, ...] = ()
    prompt: str = ""
    agent: str = "claude-code"
    after: tuple[int, ...] = ()
    more: dict[str, Any] = field(default_factory=dict)
    """More fields of its first event."""


@dataclass(frozen=True)
class Scene:
    """A fleet of tasks, and the state of the tools around them."""

    tasks: tuple[SceneTask, ...] = ()
    fleet: tuple[events.Event, ...] = (
        events.KeeperStarted(4711, "0.1.0"),
        events.ContainerEngineUp("27.3.1", "rootless"),
        events.QueueLimit(4),
    )
    lately: tuple[events.Event, ...] = ()
    """Of the whole fleet, a minute ago."""
    panes: dict[str, str] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()
    hidden: tuple[Hidden, ...] = ()
    diffs: dict[str, bytes] = field(default_factory=dict)
    landing: LandingList | None = None
    stored: dict[str, bytes] = field(default_factory=dict)
    """By path, the diff from the reviewed bytes to those that land."""
    logs: dict[int, str] = field(default_factory=dict)
    setup_logs: dict[int, str] = field(default_factory=dict)
    services: dict[int, tuple[ServiceLog, ...]] = field(default_factory=dict)
    build_logs: dict[str, str] = field(default_factory=dict)
    """By image."""
    deeds: dict[int, tuple[Action, ...]] = field(default_factory=dict)
    """By task; the last is the newest."""
    traces: dict[int, tuple[PathActivity, ...]] = field(default_factory=dict)
    policy: ResolvedPolicy = field(default_factory=lambda: ResolvedPolicy(Policy()))
    usages: dict[int, Usage] = field(default_factory=dict)
    """What each task's sandbox uses, by the task's number."""


TREE = "a81c0f2" + "0" * 33
LAUNCH = (
    events.TaskProvisioning(),
    events.StepDone("worktree", 0.21),
    events.StepDone("net", 0.34),
    events.StepDone("sandbox", 0.62),
)
LIVE = (*LAUNCH, events.StepDone("pane", 0.05), events.TaskLive("swarm-1", "task-1"))


def _read(
    files: int, added: int, deleted: int, flags: int = 0, hidden: int = 0
) -> events.SnapshotTaken:
    return events.SnapshotTaken(TREE, files, added, deleted, flags, hidden)


def _ended(
    code: int, *after: events.Event, reason: str = ""
) -> tuple[events.Event, ...]:
    return (*LIVE, events.TaskStopped(code, reason), *after)


def _denied(
    host: str, seq: int, port: int = 443, count: int = 1, reason: str = ""
) -> events.NetDenied:
    return events.NetDenied(
        net="5f0c",
        seq=seq,
        host=host,
        port=port,
        count=count,
        reason=reason or "not-in-allowlist",
        phase="connect",
        locked=reason == "raw-address",
    )


def _allowed(host: str, seq: int) -> events.NetClosed:
    return events.NetClosed(
        net="5f0c",
        seq=seq,
        host=host,
        port=443,
        up=2_310,
        down=48_220,
        rule=f"allow {host}",
        origin="policy.toml:12",
        how="done",
    )


AUTH = SceneTask(
    "auth-refactor",
    125,
    (*LIVE, _read(7, 214, 38, flags=1)),
    "Switch the password hasher to argon2id.\nKeep bcrypt verification for old hashes.",
)
PANE = (
    "\x1b[1m●\x1b[0m I'll switch the hasher to argon2id and keep bcrypt for\n"
    "  existing hashes.\n\n"
    "\x1b[1m●\x1b[0m \x1b[1mUpdate\x1b[0m(src/auth/hash.ts)\n"
    "  └  Updated with \x1b[32m24 additions\x1b[0m and \x1b[31m9 removals\x1b[0m\n\n"
    "\x1b[1m●\x1b[0m \x1b[1mBash\x1b[0m(npm install argon2)\n"
    "  └  Waiting…\n"
    "\x1b[38;5;245m╭────────────────────────────────────────────────────────╮\x1b[0m\n"
    "│ \x1b[1mBash command\x1b[0m                                           │\n"
    "│   npm install argon2                                   │\n"
    "│ Do you want to proceed?                                │\n"
    "│ \x1b[36m❯ 1. Yes\x1b[0m                                               │\n"
    "│   2. No, and tell Claude what to do differently (esc)  │\n"
    "\x1b[38;5;245m╰────────────────────────────────────────────────────────╯\x1b[0m\n"
)


def _is(
    state: AgentState,
    source: Source = Source.CHANNEL,
    rule: str = "turn-ended",
    text: str = "",
    since: float = 60,
    **more: Any,
) -> events.AgentStateChanged:
    """The agent's state; `since` is seconds ago, `until` is seconds ahead."""
    ahead = more.pop("until", None)
    until = None if ahead is None else NOW + ahead
    evidence = Evidence(source, rule, text, NOW - since)
    status = AgentStatus(state, NOW - since, evidence, until=until, **more)
    return events.AgentStateChanged.of(status)


def _asks(number: int, title: str, waits: float = 120, **more: Any) -> events.Event:
    kind: QuestionKind = more.pop("kind", "permission")
    question = Question(
        str(number), kind, title, asked_at=NOW - waits, source="claude-hooks", **more
    )
    return events.QuestionAsked(question)


EDIT = """\
--- a/src/auth/hash.ts
+++ b/src/auth/hash.ts
@@ -12,7 +12,9 @@ export async function hash(password: string) {
-  return bcrypt.hash(password, 12);
+  const salt = randomBytes(16);
+  return argon2.hash(password, { type: argon2.argon2id, salt });
 }
-export const verify = bcrypt.compare;
+export async function verify(password: string, digest: string) {
+  return digest.startsWith("$2") ? bcrypt.compare(password, digest) :
+    argon2.verify(digest, password);
+}
"""
_PERMISSION = _is(
    AgentState.ASKS_PERMISSION, Source.CHANNEL, "permission-request", since=120
)
QUESTIONS = Scene(
    tasks=(
        SceneTask(
            "auth-refactor",
            100,
            (
                *LIVE,
                _read(7, 214, 38, flags=1),
                _PERMISSION,
                _asks(
                    1,
                    "npm install argon2",
                    tool="Bash",
                    body="npm install argon2 --save-exact",
                    allows_always=True,
                    allows_text=True,
                ),
                _asks(
                    2,
                    "Update src/auth/hash.ts",
                    110,
                    tool="Edit",
                    body=EDIT,
                    allows_always=True,
                    allows_text=True,
                ),
            ),
            "Use argon2id",
            "claude",
        ),
        SceneTask(
            "docs-openapi",
            300,
            (
                *LIVE,
                _is(AgentState.ASKS_QUESTION, rule="question.asked", since=300),
                _asks(
                    1,
                    "Which version of OpenAPI do you want?",
                    300,
                    kind="choice",
                    body="The gateway reads 3.0; the new linter wants 3.1.",
                    options=(
                        Option("a", "3.0, as the gateway reads it"),
                        Option("b", "3.1, and a step that converts it for the gateway"),
                        Option("c", "Both"),
                    ),
                    allows_text=True,
                ),
            ),
            "Document the API",
            "opencode",
        ),
        SceneTask(
            "sql-migrate",
            400,
            (
                *LIVE,
                _is(AgentState.ASKS_QUESTION, rule="item/tool/requestUserInput"),
                _asks(
                    1,
                    "What is the name of the staging database?",
                    400,
                    kind="text",
                    allows_text=True,
                ),
            ),
            "Migrate the schema",
            "codex",
        ),
        SceneTask(
            "old-agent",
            500,
            (
                *LIVE,
                _is(AgentState.ASKS_PERMISSION, Source.HOOK, "PreToolUse", since=500),
                _asks(1, "rm -rf build", 500, tool="shell", is_answerable=False),
            ),
            "Clean up",
            "copilot",
        ),
    ),
    panes={"task-1": PANE},
)
"""A question of each kind, and one that only its terminal takes an answer to."""

SEVERAL_QUESTIONS = Scene(
    tasks=(
        SceneTask(
            "api-docs",
            200,
            (
                *LIVE,
                _is(AgentState.ASKS_QUESTION, Source.HOOK, "PermissionRequest"),
                _asks(
                    1,
                    "Which version of OpenAPI shall the description have? (and 2 more)",
                    kind="choice",
                    tool="AskUserQuestion",
                    allows_text=True,
                    parts=(
                        Part(
                            "Which version of OpenAPI shall the description have?",
                            (Option("1", "3.0"), Option("2", "3.1")),
                            allows_text=True,
                        ),
                        Part(
                            "Which parts are documented?",
                            (Option("1", "Users"), Option("2", "Billing")),
                            allows_text=True,
                            allows_many=True,
                        ),
                        Part("Who is named as its contact?", allows_text=True),
                    ),
                ),
            ),
            "Document the API",
            "claude",
        ),
    ),
)
"""Three questions in one request."""

AGENT_STATES = Scene(
    tasks=(
        SceneTask(
            "auth-refactor",
            90,
            (
                *LIVE,
                _read(7, 214, 38, flags=1),
                _is(
                    AgentState.WORKING,
                    Source.GATE,
                    "open-request",
                    "a request to a model is open",
                    42,
                    detail="model",
                ),
            ),
        ),
        SceneTask(
            "i18n-pass",
            100,
            (
                *LIVE,
                _is(
                    AgentState.WORKING,
                    Source.GATE,
                    "open-request",
                    "a request to a model is open",
                    50,
                    detail="model",
                    contradiction="says ready, but a request is open",
                ),
            ),
        ),
        SceneTask("cold-start", 105, (*LIVE, _is(AgentState.STARTING, since=3))),
        SceneTask(
            "bump-node",
            110,
            (
                *LIVE,
                _is(
                    AgentState.FIRST_RUN,
                    Source.SCREEN,
                    "first_run",
                    "Choose the text style that looks best",
                ),
            ),
            agent="claude",
        ),
        SceneTask(
            "pay-webhooks",
            115,
            (
                *LIVE,
                _is(
                    AgentState.NEEDS_LOGIN,
                    Source.GATE,
                    "status-401",
                    "the host of its model answered 401",
                    detail="the model's host does not take the key",
                ),
            ),
            agent="codex",
        ),
        QUESTIONS.tasks[0],
        QUESTIONS.tasks[1],
        SceneTask(
            "pane-asks",
            120,
            (
                *LIVE,
                _is(
                    AgentState.ASKS_PERMISSION,
                    Source.SCREEN,
                    "asks_permission",
                    "Do you want to proceed?",
                ),
            ),
            agent="gemini",
        ),
        SceneTask(
            "lint-fixes",
            125,
            (
                *LIVE,
                _denied("hooks.example", 3),
                _is(AgentState.STALLED, Source.GATE, "denied-then-silent", since=90),
            ),
        ),
        SceneTask(
            "rate-limit/1",
            130,
            (
                *LIVE,
                events.ResumeAfterLimitSet("yes"),
                events.ModelLimited("5f0c", 9, "api.model.example", until=NOW + 4000),
                _is(AgentState.LIMITED, Source.GATE, "limit", until=4000),
            ),
        ),
        SceneTask(
            "rate-limit/2",
            135,
            (
                *LIVE,
                events.ResumeAfterLimitSet("no"),
                events.ModelLimited("5f0c", 9, "api.model.example", until=NOW + 90000),
                _is(AgentState.LIMITED, Source.GATE, "limit", until=90000),
            ),
        ),
        SceneTask(
            "cache-layer",
            140,
            (*LIVE, _is(AgentState.OVERLOADED, Source.GATE, "status-529", since=20)),
        ),
        SceneTask("typo-hunt", 145, (*LIVE, _read(4, 9, 9), _is(AgentState.READY))),
        SceneTask(
            "dark-mode",
            150,
            (
                *LIVE,
                _read(8, 140, 31),
                _is(AgentState.DONE_RUNNING, Source.STREAM, "result"),
            ),
        ),
        SceneTask(
            "search-index",
            155,
            (
                *LIVE,
                _is(
                    AgentState.FAILED,
                    Source.ENGINE,
                    "nothing-done",
                    detail="it changed nothing and was refused its tools",
                ),
                events.TaskStopped(0, ""),
            ),
        ),
        SceneTask(
            "flaky-e2e",
            160,
            (
                *LIVE,
                _read(2, 19, 7),
                _is(AgentState.ENDED, Source.ENGINE, "exit-0"),
                events.TaskStopped(0, ""),
            ),
        ),
    ),
    panes={"task-1": PANE},
)
"""Every state that an agent can be in."""

_HOUR = 3600
_LIMIT_OF_NIGHT = events.ModelLimited(
    "5f0c", 9, "api.model.example", until=NOW - 2 * _HOUR, text="usage limit reached"
)
NIGHT = Scene(
    tasks=(
        SceneTask(
            "typo-hunt",
            7 * _HOUR,
            (*LIVE, _read(4, 9, 9), _is(AgentState.READY, since=7 * _HOUR)),
            agent="opencode",
        ),
        replace(
            QUESTIONS.tasks[0],
            age=5 * _HOUR,
            events=(
                *LIVE,
                _read(7, 214, 38, flags=1),
                _is(
                    AgentState.ASKS_PERMISSION,
                    Source.CHANNEL,
                    "permission-request",
                    since=5 * _HOUR,
                ),
                _asks(
                    1,
                    "npm install argon2",
                    5 * _HOUR,
                    tool="Bash",
                    body="npm install argon2",
                    allows_always=True,
                    allows_text=True,
                ),
            ),
        ),
        SceneTask(
            "rate-limit",
            1.5 * _HOUR,
            (
                *LIVE,
                _read(6, 61, 9),
                events.ResumeAfterLimitSet("yes"),
                _LIMIT_OF_NIGHT,
                _is(AgentState.LIMITED, Source.GATE, "limit", since=6 * _HOUR),
                events.ModelLimitTried("prompt"),
                events.ModelLimitLifted("api.model.example", "answered"),
                _is(AgentState.READY, since=1.5 * _HOUR),
            ),
            agent="codex",
        ),
        SceneTask(
            "docs-openapi",
            3 * _HOUR,
            (
                *LIVE,
                _read(12, 402, 10),
                events.ResumeAfterLimitSet("ask"),
                replace(_LIMIT_OF_NIGHT, until=NOW + 3 * _HOUR),
                _is(
                    AgentState.LIMITED,
                    Source.GATE,
                    "limit",
                    "usage limit reached",
                    3 * _HOUR,
                    until=3 * _HOUR,
                ),
            ),
            agent="claude",
        ),
        SceneTask(
            "pay-webhooks",
            4 * _HOUR,
            (
                *LIVE,
                events.NetReady("5f0d"),
                _denied("hooks.stripe-cdn.example", 5, count=2),
                _is(
                    AgentState.STALLED,
                    Source.GATE,
                    "denied-then-silent",
                    "hooks.stripe-cdn.example:443 was denied, then nothing happened",
                    4 * _HOUR,
                ),
            ),
            agent="codex",
        ),
        SceneTask(
            "sql-migrate",
            6 * _HOUR,
            (
                *LIVE,
                _is(
                    AgentState.FAILED,
                    Source.ENGINE,
                    "exit-code",
                    since=6 * _HOUR,
                    detail="exit 139",
                ),
                events.TaskStopped(139, "segmentation fault", "F takes it up again"),
            ),
            agent="qwen",
        ),
        SceneTask(
            "dark-mode",
            8 * _HOUR,
            (
                *LIVE,
                _read(8, 140, 31),
                _is(AgentState.ENDED, Source.ENGINE, "exit-0"),
                events.TaskStopped(0, ""),
            ),
            agent="gemini",
        ),
        SceneTask(
            "i18n-pass",
            60,
            (
                *LIVE,
                _read(2, 33, 1),
                _is(
                    AgentState.WORKING,
                    Source.GATE,
                    "open-request",
                    "a request to a model is open",
                    60,
                    detail="model",
                ),
            ),
            agent="claude",
        ),
    ),
    panes={"task-2": PANE},
)
"""Eight agents after a night: two limits, a question, a denial and a crash."""

DENIALS = Scene(
    tasks=(
        AUTH,
        SceneTask(
            "pay-webhooks",
            52,
            (
                *LIVE,
                events.NetReady("5f0c"),
                events.PolicyApplied(5, "3f1a", "launch", asked=1),
                _denied("data.evil.example", 2, reason="secret-elsewhere"),
                _denied("169.254.169.254", 3, port=80, reason="raw-address"),
                _allowed("api.stripe.example", 4),
                _denied("hooks.stripe-cdn.example", 5, count=2),
            ),
            "Handle the webhooks",
        ),
    ),
    panes={"task-1": PANE, "task-2": "fetching the schema …"},
    policy=ResolvedPolicy(
        Policy(
            rules=(
                Rule(
                    "allow",
                    "packages.example",
                    methods=("GET", "HEAD"),
                    layer="service",
                    origin="service pypi (preset balanced)",
                ),
                Rule(
                    "allow",
                    "api.model.example",
                    model="anthropic",
                    inject=Inject("x-api-key", "{}", "model"),
                    origin="~/.config/swarm/policy.toml:3",
                ),
                Rule(
                    "deny",
                    "*.telemetry.example",
                    (),
                    layer="project",
                    origin="projects/acme-api/policy.toml:2",
                ),
                Rule(
                    "allow",
                    "api.stripe.example",
                    layer="grant",
                    origin="granted by you, 14:02",
                ),
                Rule(
                    "allow",
                    "hooks.stripe.example",
                    uses=1,
                    expires=NOW + 96,
                    layer="grant",
                    origin="granted by you, 14:03",
                ),
            ),
        ),
        requests=(
            Rule("allow", "cdn.example", origin=".swarm/policy.toml:4", layer="repo"),
        ),
        warnings=("*.pages.example is shared by many owners",),
    ),
)

SECRETS = replace(
    DENIALS,
    policy=replace(
        DENIALS.policy,
        policy=replace(
            DENIALS.policy.policy,
            secrets=(
                Secret(
                    "model",
                    "env:MODEL_KEY",
                    ("api.model.example",),
                    "MODEL_API_KEY",
                    origin="~/.config/swarm/policy.toml:8",
                ),
                Secret(
                    "payments",
                    "keyring:payments",
                    ("*.stripe.example",),
                    origin="~/.config/swarm/policy.toml:12",
                ),
            ),
        ),
    ),
)

MANY_DENIALS = replace(
    DENIALS,
    tasks=(
        AUTH,
        replace(
            DENIALS.tasks[1],
            events=(
                *DENIALS.tasks[1].events,
                _denied("fonts.example", 6),
                _denied("telemetry.vendor.example", 7, count=41),
                _denied("xn--pple-43d.example", 8),
                _denied("gist.github.com", 9),
            ),
        ),
    ),
)
BUDGET = Scene(
    tasks=(
        SceneTask(
            "refactor-all",
            40,
            (
                *LIVE,
                events.NetReady("5f0c"),
                events.BudgetSet(500_000, 2.0),
                events.ModelAnswered(
                    net="5f0c",
                    seq=1,
                    host="api.model.example",
                    provider="anthropic",
                    model="claude-sonnet-4-5",
                    tokens_in=498_000,
                    tokens_out=4_100,
                    cost=1.56,
                    priced=True,
                ),
                events.BudgetSpent("it used 502,100 tokens of 500,000"),
                events.TaskPaused("its budget"),
            ),
        ),
        SceneTask(
            "observe", 15, (*LIVE, events.PolicyApplied(9, "3f1a", "launch", open=True))
        ),
    ),
    panes={"task-1": PANE, "task-2": "fetching …"},
)
_WORK = tuple(round(1 + math.sin(n / 5) * math.cos(n / 40), 2) for n in range(60))
MEASURED = Scene(
    tasks=(
        replace(
            AUTH,
            more={
                "agent_version": "2.1.332",
                "way": "screen",
                "mode": "ask",
                "conversation": "6f1c1a52-0f0b-4c55-9a2e-3f0f6f6a5d1e",
            },
        ),
        SceneTask(
            "sql-migrate",
            840,
            (
                *LIVE,
                events.TaskStopped(
                    137,
                    "out of memory: it reached its limit of 4.0 GiB",
                    "raise `memory` under [sandbox], and retry it",
                ),
            ),
            "Migrate the schema",
        ),
    ),
    panes={"task-1": PANE},
    usages={
        1: Usage(
            at=NOW,
            cpu=1.2,
            memory=966_367_641,
            memory_limit=4 << 30,
            pids=41,
            pids_limit=512,
            written=1_288_490_188,
            peak_memory=2 << 30,
            peak_pids=77,
            samples=_WORK,
        ),
        2: Usage(
            at=NOW - 840,
            memory=4_290_000_000,
            memory_limit=4 << 30,
            pids=12,
            pids_limit=512,
            written=88 << 20,
            peak_memory=4_290_000_000,
            peak_pids=19,
            oom=True,
        ),
    },
)


def _kept(number: int, files: int, added: int, why: str = "") -> events.CheckpointTaken:
    return events.CheckpointTaken(number, "4b825dc", files, added, 12, 0, 3, why)


CHECKPOINTS = Scene(
    tasks=(
        SceneTask(
            "auth-refactor",
            1260,
            (
                *LIVE,
                _kept(1, 2, 41),
                _kept(2, 5, 133),
                _kept(3, 7, 214, "by you"),
                _kept(4, 1, 0, "before going back to 3"),
                events.CheckpointRestored(3, 4, wrote=212, removed=1, aside=0),
            ),
            "Use argon2id",
        ),
    ),
    panes={"task-1": PANE},
)
PORTS = Scene(
    tasks=(
        SceneTask(
            "web-shop",
            310,
            (
                *LIVE,
                events.PortOpened(3000, 20016),
                events.PortOpened(5432, 20017, raw=True),
                events.PortOpened(8080, 20018, instead_of=8080),
            ),
            "Add a basket",
        ),
        SceneTask("docs-openapi", 1260, LIVE),
    ),
    panes={"task-1": "listening on http://localhost:3000"},
)
"""A task whose servers have addresses on its user's machine."""
TOOLS_MISSING = Scene(
    tasks=(
        SceneTask(
            "native-addon",
            90,
            (
                *LIVE,
                _read(2, 19, 7),
                events.ToolWanted("gcc", "sudo apt-get install -y gcc"),
                events.ToolWanted("docker", "docker compose up -d"),
                events.ToolWanted("node", "node"),
                events.ToolWanted("root", "sudo make install"),
            ),
        ),
        SceneTask("docs-openapi", 1260, (*LIVE, _read(12, 402, 10))),
    ),
    panes={"task-1": "$ docker compose up -d", "task-2": "writing docs …"},
)
"""A task that tried to use what its box has not."""
_SERVICES = {
    "service_container": {
        "cache": {"recipe": "redis"},
        "db": {"recipe": "postgres"},
        "search": {"image": "opensearch:2"},
    }
}
WITH_SERVICES = Scene(
    tasks=(
        SceneTask(
            "checkout-flow",
            420,
            (
                *LAUNCH,
                events.ServiceReady("db", "postgres", 5432, 1.4),
                events.ServiceReady("cache", "redis", 6379, 0.2),
                events.ServiceReady("search", "opensearch:2", 9200, 21.0),
                events.StepDone("services", 21.4),
                *LIVE[len(LAUNCH) :],
                events.ServiceEnded("search", "reached its limit of memory"),
            ),
            "Keep the cart of a guest",
            more={"plan": {"project": _SERVICES}},
        ),
        SceneTask(
            "order-search",
            60,
            (
                *LAUNCH,
                events.ServiceReady("db", "postgres", 5432, 1.4),
            ),
            "Search in old orders",
            more={"plan": {"project": _SERVICES}},
        ),
        SceneTask("docs-openapi", 30, LIVE, "Document the API"),
    ),
    panes={"task-1": PANE, "task-3": "writing docs …"},
    services={
        1: (
            ServiceLog("cache", "Ready to accept connections tcp"),
            ServiceLog(
                "db",
                "\n".join(
                    (
                        "LOG:  starting PostgreSQL 15.8 on x86_64-pc-linux-gnu",
                        'LOG:  listening on IPv4 address "127.0.0.1", port 5432',
                        "LOG:  database system is ready to accept connections",
                        'ERROR:  relation "cart" does not exist at character 15',
                        "STATEMENT:  select * from cart where guest = $1",
                        "LOG:  checkpoint starting: time",
                        "LOG:  checkpoint complete: wrote 41 buffers (0.3%)",
                    )
                ),
            ),
            ServiceLog("search", "java.lang.OutOfMemoryError: Java heap space\\x1b[2J"),
        ),
        2: (ServiceLog("db", "LOG:  database system is ready"),),
    },
)
"""A task with databases beside it, of which one ended; one that starts; one without."""
_BUILT = """\
Step 1/9 : ARG BASE_IMAGE
Step 2/9 : FROM ${BASE_IMAGE}
Step 3/9 : USER root
Step 4/9 : RUN /usr/share/swarm/recipes/npm.sh install
npm http fetch GET 200 @openai/codex 412ms
npm http fetch GET 200 @openai/codex-linux-x64 90210ms
"""
IMAGE_BUILDING = Scene(
    tasks=(SceneTask("docs-openapi", 30, LIVE, "Document the API"),),
    lately=(events.ImageBuilding("agents/codex", 2),),
    panes={"task-1": "writing docs …"},
    build_logs={"agents/codex": _BUILT},
)
"""An image that a new task waits for."""
IMAGE_FAILED = replace(
    IMAGE_BUILDING,
    lately=(
        *IMAGE_BUILDING.lately,
        events.ImageBuildFailed(
            "agents/codex",
            "docker build agents/codex: npm could not fetch @openai/codex",
            "look at this machine's network and proxy: `swarm doctor`",
        ),
    ),
    build_logs={
        "agents/codex": f"{_BUILT}npm error code ENETUNREACH\nnpm error \x1b[31mnone\n"
    },
)
EMPTY = Scene()
NO_ENGINE = Scene(
    fleet=(events.KeeperStarted(4711, "0.1.0"), events.ContainerEngineDown("no socket"))
)
THREE_RUNNING = Scene(
    tasks=(
        AUTH,
        SceneTask(
            "docs-openapi", 1260, (*LIVE, _read(12, 402, 10)), "Document the API"
        ),
        SceneTask(
            "flaky-e2e", 480, (*LIVE, _read(2, 19, 7, flags=1)), "Mend the e2e test"
        ),
    ),
    panes={"task-1": PANE, "task-2": "writing docs/openapi.yaml …"},
)
ALL_STATES = Scene(
    tasks=(
        AUTH,
        SceneTask(
            "docs-openapi", 1260, (*LIVE, _read(12, 402, 10)), "Document the API"
        ),
        SceneTask(
            "i18n-pass", 240, (*LIVE, events.TaskPaused()), "Translate the messages"
        ),
        SceneTask("rate-limit/1", 180, _ended(0, _read(6, 61, 9)), "Limit per tenant"),
        SceneTask(
            "rate-limit/2",
            61,
            _ended(0, _read(7, 74, 22, flags=4, hidden=1)),
            "Limit per tenant",
        ),
        SceneTask(
            "pay-webhooks", 300, _ended(143, reason="stopped by you"), "Webhooks"
        ),
        SceneTask(
            "sql-migrate",
            840,
            _ended(137, _read(3, 12, 0), reason="out of memory"),
            "Migrate the schema",
        ),
        SceneTask("lint-fixes", 95, _ended(2, _read(1, 4, 4)), "make lint", "command"),
        SceneTask(
            "bump-node",
            50,
            (
                *LAUNCH[:3],
                events.TaskFailed(
                    "sandbox",
                    "image swarm/node is not built",
                    "run `swarm image build node`",
                ),
            ),
            "Node 24",
        ),
        SceneTask(
            "cache-layer", 4000, (*LIVE, events.TaskLost("its container is gone")), "x"
        ),
        SceneTask("search-index", 3, LAUNCH[:3], "Index the catalogue"),
        SceneTask("bump-deps", 20, (), "Bump dependencies", after=(4,)),
        SceneTask(
            "typo-hunt",
            7200,
            _ended(
                0,
                _read(4, 9, 9),
                events.MergeStarted("squash", "main", TREE, "a" * 40, "b" * 40),
                events.TaskMerged("squash", "main", "b71f2c9" + "0" * 33),
            ),
            "Find typos",
        ),
        SceneTask(
            "dark-mode",
            9000,
            _ended(0, _read(8, 140, 31), events.TaskRejected("discarded by you")),
            "Dark mode",
        ),
    ),
    panes={"task-1": PANE, "task-5": "● Done. 7 files changed, all tests pass."},
)
FAILED_LAUNCH = Scene(
    tasks=(ALL_STATES.tasks[8], AUTH),
    panes={"task-2": PANE},
    logs={
        1: "worktree: added swarm/1-bump-node\nnet: ready\n"
        "sandbox: create: no such image: swarm/node:latest\n"
    },
)
TWENTY = Scene(
    tasks=tuple(
        SceneTask(f"{task.name.split('/')[0]}-{copy}", task.age + copy, task.events)
        for copy, task in itertools.product((1, 2, 3), ALL_STATES.tasks[:7])
    )[:20],
    panes={"task-1": PANE},
)
HOSTILE_NAME = "\x1b]0;owned\x07\x1b[2Jred\u202eevil\u200b\x9b31m [bold]x[/bold]"
HOSTILE = Scene(
    tasks=(
        SceneTask(
            HOSTILE_NAME,
            30,
            (*LIVE, _read(1, 1, 1)),
            HOSTILE_NAME,
        ),
        SceneTask("other", 30, _ended(1, reason=HOSTILE_NAME), HOSTILE_NAME),
    ),
    panes={"task-1": f"{HOSTILE_NAME}\n\x1bP1$r\x1b\\ \x9d0;x\x9c [red]markup[/red]\n"},
    changes=(
        Change(HOSTILE_NAME, "added", 0, 0o100644, "0" * 40, "1" * 40, 1, 0),
        Change("bytes\udcff", "added", 0, 0o100644, "0" * 40, "1" * 40, 1, 0),
    ),
    diffs={HOSTILE_NAME: f"@@ -0,0 +1 @@\n+{HOSTILE_NAME}\n".encode()},
)

_PACKAGE_DIFF = b"""diff --git a/package.json b/package.json
index 1111111..2222222 100644
--- a/package.json
+++ b/package.json
@@ -9,6 +9,7 @@ "version": "2.4.0",
   },
   "scripts": {
     "build": "tsc -p .",
-    "test": "vitest run"
+    "test": "vitest run",
+    "prepare": "node dist/run.js"
   },
   "dependencies": {
@@ -31,4 +32,4 @@
   "engines": {
-    "node": ">=20"
+    "node": ">=22"
   }
 }
"""


def _change(path: str, added: int, deleted: int, *flags: Flag) -> Change:
    mode = 0o100644
    kind: Kind = "modified" if deleted else "added"
    before = mode if deleted else 0
    return Change(
        path, kind, before, mode, "1" * 40, "2" * 40, added, deleted, flags=flags
    )


REVIEW_WITH_FLAGS = Scene(
    tasks=(
        SceneTask(
            "rate-limit/2",
            61,
            _ended(0, _read(8, 74, 22, flags=2, hidden=2)),
            "Add per-tenant rate limiting to the public API.\nKeep p99 under 2 ms.",
        ),
        AUTH,
    ),
    panes={"task-1": "● Done. 7 files changed, all tests pass.", "task-2": PANE},
    changes=(
        _change("package.json", 3, 2, Flag(Level.X1, "npm runs its scripts")),
        _change(".github/workflows/ci.yml", 4, 1, Flag(Level.X2, "runs in CI")),
        _change("AGENTS.md", 6, 0, Flag(Level.X3, "agents obey it")),
        _change("src/limit/bucket.ts", 48, 12),
        _change("src/limit/redis.ts", 15, 9),
        _change("src/limit/index.ts", 3, 1),
        _change("fixtures/generated.json", 41_000, 2),
        Change(
            "docs/flow.png",
            "modified",
            0o100644,
            0o100644,
            "1" * 40,
            "2" * 40,
            binary=True,
        ),
    ),
    hidden=(
        Hidden("dist/run.js", "ignored by .gitignore, executable", 1900, 0o100755),
        Hidden("node_modules", "ignored by .gitignore", 41 << 20, 0, 812),
    ),
    diffs={
        "package.json": _PACKAGE_DIFF,
        "src/limit/bucket.ts": b"@@ -1,2 +1,3 @@\n import x\n-old\n+new\n+more\n",
    },
)

REVIEW_COVERED = replace(
    REVIEW_WITH_FLAGS,
    tasks=(
        replace(
            REVIEW_WITH_FLAGS.tasks[0],
            more={
                "plan": {
                    "project": {
                        "protect": [".github/workflows", ".vscode"],
                        "hide": [".env", "deploy/keys"],
                    }
                }
            },
        ),
        AUTH,
    ),
)

LANDING = LandingList(
    "main",
    "squash",
    TREE,
    "c41d7e9" + "0" * 33,
    items=(
        LandingItem(
            Subject.HOOK,
            Verdict.NAMED,
            "pre-commit",
            "your hook pre-commit does not run: it judges a commit before it is made",
        ),
        LandingItem(
            Subject.HOOK,
            Verdict.NAMED,
            "commit-msg",
            "your hook commit-msg does not run on the message",
        ),
        LandingItem(
            Subject.FILTER,
            Verdict.DONE,
            "lfs",
            "your filter lfs stores",
            ("docs/flow.png",),
        ),
        LandingItem(
            Subject.LINE_ENDS,
            Verdict.DONE,
            "eol",
            "line ends become LF, as your attributes say",
            ("src/limit/bucket.ts",),
        ),
        LandingItem(
            Subject.SIGNING,
            Verdict.DONE,
            "ssh",
            "signed with ssh by your user.signingkey",
        ),
        LandingItem(
            Subject.IDENTITY,
            Verdict.DONE,
            "user",
            "author and committer: You <you@example.org>",
        ),
    ),
    conversions=(
        Conversion("docs/flow.png", "2" * 40, "9" * 40),
        Conversion("src/limit/bucket.ts", "3" * 40, "8" * 40),
    ),
)
"""What the user's own git and hooks have a say in."""
IN_THE_WAY = LandingItem(
    Subject.IN_THE_WAY,
    Verdict.REFUSED,
    "src/limit",
    "files of yours that git ignores are where the merge would write",
    ("src/limit/cache.json",),
    hint="move them away, or merge to a branch that is not checked out",
)
LANDING_SCENE = replace(
    REVIEW_WITH_FLAGS,
    landing=LANDING,
    stored={
        "src/limit/bucket.ts": b"@@ -1,2 +1,2 @@\n-import x\r\n+import x\n more\n",
    },
)
REFUSED_LANDING = replace(
    LANDING_SCENE, landing=replace(LANDING, items=(IN_THE_WAY, *LANDING.items))
)


def _file(
    path: str, op: str, age: float, size: int = 0, level: str = "", **more: Any
) -> PathActivity:
    path = path if path.startswith("/") else f"/workspace/{path}"
    at = NOW - age
    return PathActivity(path, op, at - 60, at, count=1, size=size, level=level, **more)


def _generated_folder(path: str, files: int, age: float) -> tuple[PathActivity, ...]:
    return tuple(
        _file(f"{path}/m{n}.js", "create", age + n / 100, group=f"/workspace/{path}")
        for n in range(files)
    )


def _did(age: float, kind: Any, op: str, path: str = "", **more: Any) -> Action:
    return Action(NOW - age, kind, op, path, comm="bash", pid=41, **more)


OBSERVED = Scene(
    tasks=(
        SceneTask(
            "rate-limit", 40, (*LIVE, _denied("hooks.stripe-cdn.dev", 1, count=2))
        ),
        SceneTask("sql-migrate", 300, LIVE),
    ),
    traces={
        1: (
            _file("package.json", "write", 12, 312, "X1", note="a package manager"),
            _file("dist/run.js", "create", 13, 1946, "X1", note="became executable"),
            _file("AGENTS.md", "write", 40, 804, "X3", note="an agent obeys it"),
            _file("src/limit/bucket.ts", "write", 60, 6246),
            _file("src/limit/redis.ts", "create", 75, 3379),
            _file("docs/latest", "symlink", 140, 0, "X0", note="leads out of the tree"),
            _file("src/limit/old.ts", "unlink", 200),
            _file("/etc/hosts", "open", 33, denied=1, note=""),
            _file("/opt/cache/x", "create", 90, 77, OUTSIDE, note="outside"),
            _file("a\x1b]52;c;x\x07\u202eb[red]", "create", 95, 12),
            _file("run-once.sh", "unlink", 25, note="withdrawn: became executable"),
            *_generated_folder("node_modules", 1243, 30),
            *(
                _file(f"/gitdir/objects/ab/{n}", "create", 28, group=quiet.HOUSEKEEPING)
                for n in range(14)
            ),
            *(
                _file(f"/home/agent/.npm/{n}", "create", 29, group=quiet.CACHES)
                for n in range(1119)
            ),
        ),
        2: (_file("migrations/0042_add_index.sql", "create", 100, 1200),),
    },
    deeds={
        1: (
            _did(
                140, "file", "symlink", "/workspace/docs/latest", other="../../../etc"
            ),
            _did(
                60,
                "exec",
                "exec",
                "/usr/bin/npm",
                argv=("npm", "install"),
                code=0,
                housekeeping=1119,
                generated=1243,
            ),
            _did(
                28,
                "exec",
                "exec",
                "/usr/bin/git",
                argv=("git", "commit", "-qm", "Limit by tenant"),
                code=0,
                housekeeping=14,
            ),
            _did(
                24,
                "file",
                LOSS,
                "/workspace/tests",
                level=DESTRUCTIVE,
                note="12 tracked files deleted by `rm -rf tests`",
            ),
            _did(
                50,
                "exec",
                "exec",
                "/usr/bin/git",
                argv=("git", "push", "--force"),
                level=DESTRUCTIVE,
                note="git push: overwrites the remote's history",
                code=128,
            ),
            _did(
                33,
                "file",
                "open",
                "/etc/hosts",
                result=-30,
                note="read-only file system",
                count=3,
            ),
            _did(21, "call", "unshare", result=-1, note="refused"),
            _did(
                18,
                "net",
                "sendto",
                "203.0.113.7:4433",
                result=-1,
                note="refused",
                count=6,
            ),
            _did(
                12,
                "file",
                "write",
                "/workspace/package.json",
                level="X1",
                note="a package manager or an interpreter runs it",
            ),
        ),
        2: (
            _did(
                100,
                "exec",
                "exec",
                "/usr/bin/psql",
                argv=("psql", "-f", "migrations/0042_add_index.sql"),
                code=3,
            ),
        ),
    },
)

_RELEASE = "/WiseLibs/better-sqlite3/releases/download/v11.3.0"


def _asked(host: str, seq: int, path: str, count: int = 1) -> events.NetDenied:
    denial = _denied(host, seq, count=count)
    return replace(denial, phase="request", method="GET", path=path)


WANTED = replace(
    DENIALS,
    tasks=(
        SceneTask(
            "add-cache",
            12,
            (
                *LIVE,
                events.NetReady("5f0c"),
                _asked(
                    "forge.example",
                    2,
                    f"{_RELEASE}/better-sqlite3-v11.3.0-node-v115-linux-x64.tar.gz",
                    count=2,
                ),
            ),
        ),
        SceneTask(
            "python-3.13",
            40,
            (
                *LIVE,
                events.NetReady("5f0d"),
                _asked(
                    "github.com",
                    2,
                    "/astral-sh/python-build-standalone/releases/download/2026/cp.tgz",
                ),
            ),
        ),
    ),
    panes={"task-1": PANE, "task-2": "fetching …"},
    deeds={
        1: (_did(14, "exec", "exec", "/usr/bin/npm", argv=("npm", "install")),),
        2: (_did(41, "exec", "exec", "/usr/bin/uv", argv=("uv", "sync")),),
    },
)
"""An install and a tool-chain that were denied what they fetch by themselves."""

_SET_UP = (
    "[set-up 1/2] npm ci\n\nadded 312 packages in 9s\n"
    "[set-up 2/2] npm run build\n\n> acme-web@2.1.0 build\n> vite build\n\n"
    "\x1b[31merror\x1b[39m src/app.ts:4:10 Cannot find module './\u202eyek'\n"
    "[set-up] that ended with 1\n"
)
SETUP_FAILED = Scene(
    tasks=(
        SceneTask(
            "date-picker",
            40,
            (
                *LAUNCH,
                events.SetupFailed(
                    "npm run build",
                    1,
                    "set-up command 2 of 2 ended with 1: npm run build",
                    "`swarm setup 1 --log` has its output; `swarm shell 1` looks "
                    "around, then `swarm setup 1 --again` or --skip",
                ),
            ),
            "Replace the date picker",
        ),
        SceneTask(
            "dark-mode",
            12,
            (*LAUNCH, events.StepProgress("setup", 1, 2)),
            "Add a dark mode",
        ),
    ),
    setup_logs={1: _SET_UP, 2: "[set-up 1/2] npm ci\n"},
)
"""A set-up that failed and waits for its human, and one that is at work."""

SCENES = {
    "setup-failed": SETUP_FAILED,
    "measured": MEASURED,
    "checkpoints": CHECKPOINTS,
    "observed": OBSERVED,
    "empty": EMPTY,
    "three-running": THREE_RUNNING,
    "all-states": ALL_STATES,
    "failed-launch": FAILED_LAUNCH,
    "twenty": TWENTY,
    "review": REVIEW_WITH_FLAGS,
    "hostile": HOSTILE,
}


def record(scene: Scene, database: Path) -> FakeBackend:
    """Write the scene's events into a file, as the keeper would have."""
    moment = [NOW]
    journal = Journal(database, clock=lambda: moment[0])
    moment[0] = NOW - 10_000
    journal.record(None, *scene.fleet)
    moment[0] = NOW - 75
    journal.record(None, *scene.lately)
    happened: list[tuple[float, int, events.Event]] = []
    for scene_task in scene.tasks:
        moment[0] = NOW - scene_task.age - 60
        task = journal.queue(_first(scene_task))
        for place, event in enumerate(reversed(scene_task.events)):
            happened.append((NOW - scene_task.age - 5 * place, task.id, event))
    for at, task_id, event in sorted(happened, key=lambda item: item[0]):
        moment[0] = at
        journal.record(task_id, event)
    journal.close()
    _observe(scene, database)
    usages = UsageWriter(database)
    usages.store(scene.usages)
    usages.close()
    return FakeBackend(
        database,
        FakePanes(dict(scene.panes)),
        FakeReview(
            scene.changes,
            scene.hidden,
            dict(scene.diffs),
            stored=dict(scene.stored),
        ),
        dict(scene.logs),
        dict(scene.setup_logs),
        build_logs=dict(scene.build_logs),
        services=dict(scene.services),
        policy=scene.policy,
        landing=scene.landing,
    )


def _observe(scene: Scene, database: Path) -> None:
    writer = AuditWriter(database)
    for task in scene.deeds.keys() | scene.traces.keys():
        traces = {trace.path: trace for trace in scene.traces.get(task, ())}
        batch = Batch(traces, list(scene.deeds.get(task, ())))
        writer.take(batch, LogPosition(f"{task:012x}", 0, task))
    writer.close()


def _first(task: SceneTask) -> Callable[[int], events.TaskQueued]:
    return lambda task_id: queued(
        task_id,
        name=task.name,
        repo=REPO,
        agent=task.agent,
        prompt=task.prompt,
        base="3f9c2e1" + "0" * 33,
        branch=TaskNames("", task_id, slug(task.name)).branch,
        after=task.after,
        **{"plan": PLAN, **task.more},
    )


PLAN = {
    "sandbox": {
        "image": "swarm/base:5d2e91c",
        "user": "1000:1000",
        "network": "none",
        "limits": {"memory": 4 << 30, "cpus": 2.0, "pids": 512},
        "mounts": [
            {"target": "/workspace", "source": "/state/worktrees/1"},
            {"target": "/workspace/.git", "source": "/state/x", "read_only": True},
        ],
    }
}


@contextmanager
def shown(
    backend: FakeBackend, options: Options | None = None, repo: str | None = REPO
) -> Iterator[SwarmApp]:
    """The dashboard on a recorded scene; nothing stays open."""
    backend.checkout = PROJECT if repo else None
    try:
        yield SwarmApp(backend, repo, options or OPTIONS)
    finally:
        backend.queries.close()


AGENTS = ("claude-code", "codex", "command", "cursor", "opencode")
MODES = ("ask", "edits", "full")
BALANCED = "balanced: package registries too, read-only"
STANDINGS = {
    "claude-code": Standing(
        "claude-code",
        "env:ANTHROPIC_API_KEY",
        "",
        "agents/claude",
        "",
        BALANCED,
        version="2.1.332",
        modes=MODES,
    ),
    "codex": Standing(
        "codex",
        "",
        "no secret of your policy goes to api.openai.com: README, Give an agent a key",
        "agents/codex",
        "image agents/codex is not built: `swarm image build agents/codex`",
        BALANCED,
        version="0.171.0",
        modes=MODES,
        image_minutes=1,
        builds=("agents/codex",),
        build_minutes=1,
    ),
    "cursor": Standing("cursor", problem="it needs a sign-in with its maker"),
    "opencode": Standing(
        "opencode",
        "env:ANTHROPIC_API_KEY",
        "",
        "agents/opencode",
        "",
        BALANCED,
        version="1.18.33",
        modes=MODES,
    ),
    "command": Standing("command", "", "", "base", "", BALANCED),
}
TOOLS_CHANGE = ToolsChange(
    ("gcc", "node"),
    ("c", "node"),
    (),
    (
        "--- a/swarm.toml",
        "+++ b/swarm.toml",
        "@@ -8,5 +8,5 @@",
        " # Languages' tools: `swarm image stacks`",
        " #   python: pyproject.toml",
        '-stacks = ["python"]',
        '+stacks = ["python", "c", "node"]',
        " ",
        " # Debian packages beside them",
    ),
    True,
    "its image is not built: `swarm image build claude@c+node+python` (about 3 min)",
    lambda: None,
    "agents/claude@c+node+python",
)
OPTIONS = Options(
    agents=lambda: AGENTS,
    clock=lambda: NOW,
    standings=lambda: STANDINGS,
    tools_change=lambda _task: TOOLS_CHANGE,
    usual_agent=lambda: "claude-code",
)


Shot = tuple[str, Scene, tuple[str, ...]]

SHOTS: tuple[Shot, ...] = (
    ("dashboard", ALL_STATES, ("j",) * 7),
    ("empty", EMPTY, ()),
    ("new-task", THREE_RUNNING, ("n", "type:Add per-tenant rate limiting")),
    ("review", REVIEW_WITH_FLAGS, ("r", "keeper")),
    ("merge", REVIEW_WITH_FLAGS, ("r", "keeper", "M", "space")),
    ("landing", LANDING_SCENE, ("r", "keeper", "L")),
    ("merge-landing", LANDING_SCENE, ("r", "keeper", "M")),
    ("merge-refused", REFUSED_LANDING, ("r", "keeper", "M")),
    ("denied", DENIALS, ()),
    ("denied-card", DENIALS, ("exclamation_mark",)),
    ("denied-list", MANY_DENIALS, ("exclamation_mark", "x", "j", *"njtkkk")),
    ("policy", DENIALS, ("j", "P", "w", "type:x.telemetry.example", "enter")),
    ("budget", BUDGET, ()),
    ("net-tab", DENIALS, ("j", "right_square_bracket", "right_square_bracket")),
    ("files-tab", OBSERVED, ("right_square_bracket",) * 3),
    ("audit", OBSERVED, ("A",)),
    ("info-tab", MEASURED, ("j", "left_square_bracket")),
    ("go-back", CHECKPOINTS, ("z",)),
    ("help", ALL_STATES, ("question_mark",)),
    ("failed-launch", FAILED_LAUNCH, ()),
    ("setup-failed", SETUP_FAILED, ()),
    ("agent-states", AGENT_STATES, ("plus",)),
    ("night", NIGHT, ()),
    ("evidence", AGENT_STATES, ("slash", "type:i18n", "enter", "i")),
    ("question-card", QUESTIONS, ("exclamation_mark", "right_square_bracket")),
)
"""What is shown in the README: a name, a scene, and the keys that lead there."""


async def _shoot(shot: Shot, size: tuple[int, int], folder: Path) -> Path:
    name, scene, pressed = shot
    with tempfile.TemporaryDirectory() as home:
        backend = record(scene, Path(home) / "swarm.db")
        with shown(backend) as app:
            svg = await _drawn(app, backend, pressed, size)
    file = folder / f"{name}-{size[0]}x{size[1]}.svg"
    file.write_text(_with_font(svg), encoding="utf-8")
    return file


async def _drawn(
    app: SwarmApp, backend: FakeBackend, pressed: tuple[str, ...], size: tuple[int, int]
) -> str:
    async with app.run_test(size=size) as pilot:
        await press(pilot, backend, *pressed)
        return app.export_screenshot(title="swarm", simplify=True)


async def press(pilot: Pilot[None], backend: FakeBackend, *pressed: str) -> None:
    """Press keys as a human would; `keeper` answers open wishes.

    `type:…` types; `paste:…` pastes, at the cost of one key.

    Landing lists are answered after each key; `late` keeps that of the next one open.
    """
    await settled(pilot)
    is_late = False
    for key in pressed:
        if key == "late":
            is_late = True
            continue
        if key == "keeper":
            answer(backend)
        elif key.startswith("type:"):
            await pilot.press(*key.removeprefix("type:"))
        elif key.startswith("paste:"):
            pilot.app.post_message(Paste(key.removeprefix("paste:")))
        else:
            await pilot.press(key)
        await settled(pilot)
        while not is_late and answer(backend, "plan_landing"):
            await settled(pilot)
        is_late = False


async def until(pilot: Pilot[None], seen: Callable[[], bool]) -> None:
    """Let the dashboard live until it is so; TimeoutError where it never is."""
    async with asyncio.timeout(60):
        while not seen():
            await pilot.pause(0.05)


async def settled(pilot: Pilot[None]) -> None:
    """Let threads answer and the screen repaint.

    The tests' loop skips the waiting (`tests/tui/idle_time.py`).
    """
    for _ in range(3):
        await asyncio.sleep(0.06)
        while not all(worker.is_finished for worker in pilot.app.workers):
            await asyncio.sleep(0.02)
    await pilot.pause(0)
    draw_changes(pilot.app)


def answer(backend: FakeBackend, verb: str = "") -> int:
    """Decide every open wish, as the keeper would, or those of one verb; their number.

    Snapshots are read, landing lists are the backend's, and all else is done.
    """
    journal, queries = Journal(backend.database), Queries(backend.database)
    wanted = [wish for wish in queries.wishes.open() if verb in ("", wish.verb)]
    for wish in wanted:
        if wish.verb in backend.refusals:
            journal.refuse(wish.id, SwarmError(*backend.refusals[wish.verb]))
        else:
            journal.answer(wish.id, result=_result(backend, wish))
    journal.close()
    queries.close()
    return len(wanted)


def _result(backend: FakeBackend, wish: WishRecord) -> dict[str, Any]:
    """What the keeper would answer: a tree, or a landing list for what was asked."""
    if wish.verb == "snapshot":
        return {"tree": TREE}
    if wish.verb == "shell":
        return {"pane": f"task-{wish.body['task']}-shell-1"}
    if wish.verb != "plan_landing":
        return {}
    strategy = wish.body["strategy"] or "squash"
    target = "" if strategy == "patch" else wish.body["target"] or "main"
    listed = backend.landing or LandingList(target, strategy, TREE, TREE)
    return replace(listed, strategy=strategy, target=target).to_json()


def _with_font(svg: str) -> str:
    """The SVG with a font that is everywhere, and each word at its own place.

    Not every renderer keeps leading spaces or honours `textLength`; drawn word by
    word in a font of known width, columns stay columns.
    """
    svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    svg = svg.replace("Fira Code", FONT).replace("font-size: 20px", FONT_SIZE)
    return _TEXT.sub(_by_words, svg)


_TEXT = re.compile(
    r'<text class="(\S+-r\d+)" x="([\d.]+)" y="([\d.]+)"[^>]*>([^<]*)</text>'
)


def _by_words(found: re.Match[str]) -> str:
    style, x, y, escaped = found.groups()
    text, words = html.unescape(escaped), []
    for word in re.finditer(r"[^\xa0 ]+", text):
        left = float(x) + CELL * cell_len(text[: word.start()])
        shown = html.escape(word[0])
        words.append(f'<text class="{style}" x="{left:.1f}" y="{y}">{shown}</text>')
    return "".join(words)


def _png(files: Iterator[Path] | list[Path]) -> None:
    tool = shutil.which("rsvg-convert")
    if tool is None:
        print("no PNGs: rsvg-convert is missing; install librsvg2-bin")
        return
    for file in files:
        target = file.with_suffix(".png")
        subprocess.run([tool, "-z", "1.2", "-o", str(target), str(file)], check=True)


def main(only: list[str]) -> int:
    """Draw the shots (or those named) at both sizes into screenshots/."""
    os.environ["TZ"] = "UTC"
    time.tzset()
    Dialog.arm_seconds = 0.0
    folder = Path(__file__).resolve().parent.parent / "screenshots"
    folder.mkdir(exist_ok=True)
    shots = [shot for shot in SHOTS if not only or shot[0] in only]
    files = [
        asyncio.run(_shoot(shot, size, folder)) for shot in shots for size in SIZES
    ]
    _png(files)
    for file in files:
        print(file.relative_to(folder.parent))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
