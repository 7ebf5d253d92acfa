"""What an editor is given that attaches to a box."""

import json

from swarm.plan import editor


def test_what_is_not_needed_for_a_window_does_not_reach_the_editor() -> None:
    own = {
        "PATH": "/usr/bin",
        "HOME": "/home/you",
        "LC_TIME": "C",
        "SSH_AUTH_SOCK": "/run/agent",
        "GPG_AGENT_INFO": "x",
        "GNUPGHOME": "/home/you/.gnupg",
        "GIT_ASKPASS": "/usr/bin/ask",
        "VSCODE_IPC_HOOK_CLI": "/run/vscode",
        "GITHUB_TOKEN": "secret",
    }

    assert editor.environment(own, "/empty") == {
        "PATH": "/usr/bin",
        "HOME": "/home/you",
        "LC_TIME": "C",
        "GNUPGHOME": "/empty",
    }


def test_the_address_names_the_container_as_the_extension_reads_it() -> None:
    address = editor.attached("swarm-a-7")
    prefix, _, rest = address.partition("+")
    name, _, folder = rest.partition("/")

    assert prefix == "vscode-remote://attached-container"
    assert json.loads(bytes.fromhex(name)) == {"containerName": "/swarm-a-7"}
    assert folder == "workspace"


def test_a_projects_extensions_are_put_into_the_box() -> None:
    key = "dev.containers.defaultExtensions"

    assert json.loads(editor.settings(("a.b",)))[key] == ["a.b"]
    assert json.loads(editor.settings())[key] == []


def test_a_projects_extensions_run_in_the_box_alone() -> None:
    """Else one that says it is of the user's side would run on their machine."""
    kinds = json.loads(editor.settings(("A.b@1.2", "c.d")))["remote.extensionKind"]

    assert kinds == {"a.b": ["workspace"], "c.d": ["workspace"]}


def test_the_settings_forward_nothing_and_run_nothing_by_being_opened() -> None:
    settings = json.loads(editor.settings())

    off = (
        "dev.containers.copyGitConfig",
        "remote.autoForwardPorts",
        "remote.restoreForwardedPorts",
        "git.terminalAuthentication",
        "github.gitAuthentication",
        "remote.SSH.enableAgentForwarding",
    )
    assert [name for name in off if settings[name] is not False] == []
    assert settings["dev.containers.gitCredentialHelperConfigLocation"] == "none"
    assert settings["security.workspace.trust.enabled"] is True
    assert settings["task.allowAutomaticTasks"] == "off"
