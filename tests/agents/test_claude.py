"""Claude Code from a prompt to a commit; key, tokens and network are the gate's."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from swarm.adapters.docker import DockerImages
from swarm.engine.host import images
from swarm.model import events
from swarm.model.task import State
from tests.agents.anthropic import HOST, MODEL, Scripted
from tests.engine.keeper_harness import (
    KeeperHarness,
    new_sample_repository,
    open_keeper_harness,
)
from tests.promises.sandbox_probe import gateway

KEY = "sk-ant-the-real-key-of-this-test-0123456789"
COMMANDS = [
    "env | grep ANTHROPIC_API_KEY; echo hello > hello.txt",
    "curl -sS -m 5 https://forbidden.example/ ; echo exit $?",
    "git add -A && git -c user.name=c -c user.email=c@example.invalid "
    "commit -q -m 'add hello' && git log --oneline | head -1",
]
POLICY = """\
version = 1

[[allow]]
host = "api.anthropic.com"
model = "anthropic"
inject = {{ header = "x-api-key", template = "{{}}", secret = "anthropic" }}

[secrets.anthropic]
source = "file:{key}"
hosts = ["api.anthropic.com"]
placeholder = "ANTHROPIC_API_KEY"

[network]
allow_nets = ["{address}/32"]

[tls]
upstream_ca = ["{ca}"]
"""


@pytest.fixture(scope="module")
def done(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[KeeperHarness, Scripted]]:
    """One run of the agent, ended and taken in."""
    images.build(DockerImages(), "agents/claude", lambda _line: None)
    folder = tmp_path_factory.mktemp("claude")
    with open_keeper_harness() as harness:
        names = harness.parts.nets.gate.names
        harness.context.containers.make_network(names.gate, names.labels("gate"))
        address = gateway(names.gate)
        script = Scripted(address, folder, COMMANDS)
        configure(harness, folder, script, address)
        harness.start_keeper()
        body = {
            "repo": str(new_sample_repository(folder / "sample")),
            "agent": "claude",
            "way": "headless",
        }
        task = harness.wish_done("new", **body, prompt="Say hello in a file.")["tasks"][
            0
        ]
        harness.until_state(task, State.STOPPED, State.FAILED)
        harness.until_taken_in(task)
        yield harness, script
        script.close()


def configure(
    harness: KeeperHarness, folder: Path, script: Scripted, address: str
) -> None:
    """The user's files: where the model is, its key, and whom to trust."""
    (folder / "key").write_text(KEY)
    (folder / "model.pem").write_text(script.authority.certificate)
    text = POLICY.format(key=folder / "key", address=address, ca=folder / "model.pem")
    (harness.paths.home / "policy.toml").write_text(text)
    hosts = f'hosts = {{ "{HOST}" = "{address}" }}\n'
    (harness.paths.home / "config.toml").write_text(f"[gate]\nready = 0\n{hosts}")


def test_it_ends_well_and_its_commit_comes_home(
    done: tuple[KeeperHarness, Scripted],
) -> None:
    """One commit, with the file, through the quarantine."""
    harness, script = done
    task = harness.queries.tasks.get(1)

    log = harness.context.containers.logs(
        harness.context.names(1).sandbox, 200
    ).decode()
    assert (task.state, task.exit_code) == (State.STOPPED, 0), log
    assert task.review.commits == 1
    assert len(script.results) == len(COMMANDS)


def test_the_key_is_injected_and_nowhere_in_the_box(
    done: tuple[KeeperHarness, Scripted],
) -> None:
    """The server sees the real key alone; the agent sees a placeholder."""
    harness, script = done
    name = harness.context.names(1).sandbox
    facts = harness.context.containers.inspect(name)
    assert facts is not None

    assert script.keys == {KEY}
    assert "swarm-placeholder-" in script.results[0]
    assert KEY not in json.dumps(facts.raw)
    assert KEY.encode() not in harness.context.containers.logs(name, 10_000)
    files = [file for file in harness.paths.home.rglob("*") if file.is_file()]
    assert not [file for file in files if KEY.encode() in file.read_bytes()]


def test_the_gate_counts_what_the_server_charged(
    done: tuple[KeeperHarness, Scripted],
) -> None:
    """To the token; and the model has a price."""
    harness, script = done
    harness.until(
        lambda: harness.queries.tasks.get(1).model.open_requests == 0, "the last answer"
    )
    task = harness.queries.tasks.get(1)

    assert (task.model.tokens_in, task.model.tokens_out) == (
        script.tokens_in,
        script.tokens_out,
    )
    assert task.model.tokens_out > 0
    assert task.model.name == MODEL
    assert task.model.cost > 0


def test_a_forbidden_host_is_denied_and_told(
    done: tuple[KeeperHarness, Scripted],
) -> None:
    """To the agent by its client, to the human by an event."""
    harness, script = done
    denied = {
        known.event.host
        for known in harness.queries.events.denials(1)
        if isinstance(known.event, events.NetDenied)
    }

    assert "forbidden.example" in denied
    assert "403" in script.results[1]


def test_its_work_can_be_merged(done: tuple[KeeperHarness, Scripted]) -> None:
    """What it made is on the branch that the human names."""
    harness, _ = done
    task = harness.queries.tasks.get(1)

    harness.wish_done("merge", task=1, tree=task.review.tree, strategy="squash")

    shown = subprocess.run(
        ["git", "-C", task.repo, "show", "main:hello.txt"],
        capture_output=True,
        check=True,
    )
    assert shown.stdout == b"hello\n"
