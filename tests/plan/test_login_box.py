"""Tests of a login's box."""

import subprocess
from pathlib import Path

from swarm.agents import registry, token_kind
from swarm.config import load
from swarm.engine.egress import logins
from swarm.engine.host import images
from swarm.plan import login_box
from swarm.plan.host_facts import HostFacts
from swarm.plan.naming import HomePaths


def test_the_box_is_as_hard_as_a_task_s_and_has_no_repository(tmp_path: Path) -> None:
    """Its own volume, the gate's net, the agent's settings for a login."""
    agent, kind = registry.find("gemini"), token_kind.find("gemini")
    assert kind
    host = HostFacts(
        HomePaths(tmp_path), "swarm/x:1", images.seccomp_profile(), 1000, 1000
    )
    config = load.load(load.DEFAULTS)

    plan = login_box.plan(agent, logins.seeds(agent, kind), "ab12", config, host)

    spec = plan.sandbox
    assert spec.cap_drop == ("ALL",)
    assert spec.network == "none"
    assert spec.labels[login_box.NET_LABEL] == "ab12"
    assert not [m for m in spec.mounts if m.target in ("/workspace", "/gitdir")]
    assert [m.source for m in spec.mounts if m.kind == "volume"] == [
        f"{spec.name}-home"
    ]
    assert "oauth-personal" in str(plan.files)
    assert spec.argv[-1] == "gemini"


def test_its_program_ends_when_the_login_is_there(tmp_path: Path) -> None:
    """Some agents go on to work after a login."""
    script = 'echo {} > "$HOME/done"; exec sleep 600'
    argv = ["bash", "-c", login_box._UNTIL_DONE, "bash", "done", "sh", "-c", script]

    done = subprocess.run(argv, env={"HOME": str(tmp_path)}, timeout=60, check=False)

    assert done.returncode == -15
