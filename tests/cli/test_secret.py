"""`swarm secret`: a registry's token is brought by its place, and shown nowhere."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from swarm.adapters.user_network import variables
from swarm.cli import exit_codes
from swarm.config import policy_files
from swarm.plan.naming import HomePaths

Swarm = Callable[..., tuple[int, str, str]]
TOKEN = "correct-horse-battery"


@pytest.fixture
def file(tmp_path: Path, paths: HomePaths, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The policy file of a user whose npm has a token."""
    for name in variables.named(os.environ):
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    (tmp_path / "config.toml").write_text(
        '[gate]\npreset = "locked"\nhosts = { "npm.test" = "10.1.2.3" }\n'
    )
    (tmp_path / ".npmrc").write_text(
        f"@corp:registry=https://npm.test:4873/\n//npm.test:4873/:_authToken={TOKEN}\n"
    )
    return tmp_path / "policy.toml"


def test_a_token_is_bound_to_its_host_after_a_consent(swarm: Swarm, file: Path) -> None:
    """With the rule that puts it in, in the user's own network too; the value stays."""
    status, out, said = swarm("secret", "import", "npm", "--yes")

    assert status == exit_codes.DONE
    layer = policy_files.read(file, "user")
    assert layer
    (secret,), (rule,) = layer.secrets, layer.rules
    assert (secret.source, secret.hosts) == ("npmrc:npm.test:4873", ("npm.test",))
    assert (rule.host, rule.ports, rule.methods) == (
        "npm.test",
        (4873,),
        ("GET", "HEAD"),
    )
    assert rule.allow_private
    assert rule.inject
    assert (rule.inject.template, rule.inject.secret) == ("Bearer {}", secret.name)
    assert "~/.npmrc" in said
    assert TOKEN not in out + said + file.read_text()


def test_without_a_consent_nothing_is_written(swarm: Swarm, file: Path) -> None:
    """A script says `--yes`; a program that has no terminal is not asked."""
    status, out, said = swarm("secret", "import", "npm")

    assert status != exit_codes.DONE
    assert "--yes" in said
    assert not file.exists()
    assert TOKEN not in out + said


def test_a_second_import_changes_nothing(swarm: Swarm, file: Path) -> None:
    swarm("secret", "import", "npm", "--yes")
    text = file.read_text()

    status, _, said = swarm("secret", "import", "npm", "--yes")

    assert (status, file.read_text()) == (exit_codes.DONE, text)
    assert "stands there already" in said


@pytest.mark.parametrize("tool", ["pip", "cargo", "maven", "go"])
def test_a_tool_without_a_token_is_told_so(swarm: Swarm, file: Path, tool: str) -> None:
    status, _, said = swarm("secret", "import", tool, "--yes")

    assert status != exit_codes.DONE
    assert f"no token or password for a registry of {tool}'s" in said
    assert not file.exists()


def test_a_registry_without_tls_is_refused_in_words(
    swarm: Swarm, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", f"http://user:{TOKEN}@pip.test/simple")

    status, out, said = swarm("secret", "import", "pip", "--yes")

    assert status != exit_codes.DONE
    assert "http://pip.test/simple is without TLS" in said
    assert TOKEN not in out + said


def test_a_source_that_projects_name_is_told_by_its_host(
    swarm: Swarm, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """poetry's settings hold its password alone."""
    monkeypatch.setenv("POETRY_HTTP_BASIC_CORP_PASSWORD", TOKEN)
    words = ("secret", "import", "poetry", "--yes")

    refused, _, said = swarm(*words)
    status, _, _ = swarm(*words, "--host", "npm.test:8443")

    layer = policy_files.read(file, "user")
    assert layer
    assert refused != exit_codes.DONE
    assert "--host HOST:PORT" in said
    assert status == exit_codes.DONE
    assert (layer.rules[0].host, layer.rules[0].ports) == ("npm.test", (8443,))
    assert layer.secrets[0].source == "poetry:corp"


def test_secrets_are_listed_with_their_end(swarm: Swarm, file: Path) -> None:
    swarm("secret", "import", "npm", "--yes")
    text = file.read_text()
    file.write_text(
        text + '[secrets.old]\nsource = "env:OLD"\nhosts = ["api.test"]\n'
        "expires = 2020-01-01T00:00:00Z\n"
    )

    _, out, said = swarm("secret", "ls")
    _, listed, _ = swarm("secret", "ls", "--json")

    assert "npm.npm.test:4873" in out
    assert "never" in out
    assert "EXPIRED 20" in out
    assert "secrets.old expired on" in said
    facts = {each["name"]: each for each in json.loads(listed)}
    assert facts["old"]["expired"] is True
    assert facts["npm.npm.test:4873"]["expires"] is None
    assert TOKEN not in out + said + listed


def test_a_second_token_of_one_host_is_told_and_not_said_to_stand(
    swarm: Swarm, file: Path
) -> None:
    """npm may have one for each path; a rule that puts one in knows hosts."""
    npmrc = file.with_name(".npmrc")
    npmrc.write_text(
        f"//npm.test/a/:_authToken={TOKEN}-a\n//npm.test/b/:_authToken={TOKEN}-b\n"
    )

    status, out, said = swarm("secret", "import", "npm", "--yes")

    layer = policy_files.read(file, "user")
    assert layer
    assert status == exit_codes.DONE
    assert [secret.source for secret in layer.secrets] == ["npmrc:npm.test/a"]
    assert "//npm.test/b/:_authToken is left out" in said
    assert "stands there already" not in said
    assert TOKEN not in out + said
