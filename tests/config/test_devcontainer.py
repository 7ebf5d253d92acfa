"""A project's devcontainer: what a box takes, and what it leaves out by name."""

import json
from typing import Any

import pytest

from swarm.config import devcontainer
from swarm.config.devcontainer import Devcontainer, ImageBuild
from swarm.config.devcontainer_keys import LEFT_OUT, SILENT
from swarm.errors import ConfigError

PATH = ".devcontainer/devcontainer.json"


def read(body: dict[str, Any], path: str = PATH) -> Devcontainer:
    return devcontainer.read(json.dumps(body).encode(), path)


def left_out(body: dict[str, Any]) -> list[str]:
    return [line.partition(": ")[0] for line in read(body).left_out]


def test_a_usual_one_is_taken_whole() -> None:
    found = read(
        {
            "name": "App",
            "image": "debian:trixie",
            "features": {
                "ghcr.io/devcontainers/features/python:1": {"version": "3.11"},
                "ghcr.io/devcontainers/features/node:1": {},
                "ghcr.io/devcontainers/features/git:1": {},
                "ghcr.io/devcontainers/features/github-cli:1": {},
            },
            "containerEnv": {"A": "1", "HERE": "${containerWorkspaceFolder}/x"},
            "remoteEnv": {"A": "2", "B": "${localEnv:B:none}"},
            "onCreateCommand": "first",
            "postCreateCommand": {"a": ["npm", "run", "a b"], "b": "last"},
            "forwardPorts": [3000, "localhost:8000", "3000"],
            "customizations": {"vscode": {"extensions": ["a.b", "c.d", "-c.d"]}},
        }
    )

    assert found == Devcontainer(
        image="debian:trixie",
        stacks=("python3.11", "node"),
        packages=("gh",),
        pins=(("python", "3.11"),),
        environment=(("A", "2"), ("HERE", "/workspace/x"), ("B", "none")),
        setup=("first",),
        late_setup=("npm run 'a b'", "last"),
        ports=(3000, 8000),
        extensions=("a.b",),
    )


def test_a_build_is_of_paths_from_the_root() -> None:
    build = {"dockerfile": "Dockerfile", "context": "..", "target": "dev"}

    assert read({"build": {**build, "args": {"V": "1"}}}).build == ImageBuild(
        ".devcontainer/Dockerfile", ".", (("V", "1"),), "dev"
    )
    assert read({"dockerFile": "D"}, ".devcontainer.json").build == ImageBuild("D")


@pytest.mark.parametrize("key", sorted(LEFT_OUT))
def test_what_a_box_has_no_place_for_is_named(key: str) -> None:
    found = read({key: "anything"})

    assert found == Devcontainer(left_out=(f"{key}: {LEFT_OUT[key]}",))
    assert key not in SILENT


def test_siblings_are_left_out_by_their_own_names() -> None:
    assert left_out({"forwardPorts": ["db:5432"]}) == ["forwardPorts db:5432"]
    assert left_out({"build": {"dockerfile": "D", "options": ["--network=host"]}}) == [
        "build.options"
    ]
    assert left_out({"strange": 1, "x-own": 1, "_note": 1}) == ["strange"]
    assert left_out({"customizations": {"vscode": {"settings": {}}, "jb": {}}}) == [
        "customizations.jb",
        "customizations.vscode.settings",
    ]


@pytest.mark.parametrize("key", ["containerEnv", "remoteEnv"])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HTTPS_PROXY", "http://evil"),
        ("npm_config_https_proxy", "http://evil"),
        ("LD_PRELOAD", "/workspace/x.so"),
        ("NODE_EXTRA_CA_CERTS", "/workspace/ca"),
        ("GIT_CONFIG_COUNT", "1"),
        ("BASH_ENV", "/workspace/x"),
        ("PATH", "/workspace/bin"),
        ("DOCKER_HOST", "tcp://x"),
        ("TOKEN", "${localEnv:TOKEN}"),
        ("X", "a${containerEnv:Y}"),
        ("X", "${devcontainerId}"),
    ],
)
def test_a_variable_that_leads_elsewhere_is_not_set(
    key: str, name: str, value: str
) -> None:
    found = read({key: {name: value}})

    assert found.environment == ()
    assert [line.partition(": ")[0] for line in found.left_out] == [f"{key}.{name}"]


def test_a_command_of_the_host_s_environment_is_left_out() -> None:
    assert left_out({"postCreateCommand": ["echo", "${localEnv:HOME}"]}) == [
        "postCreateCommand"
    ]
    assert read({"postCreateCommand": "echo ${X:-1} $HOME"}).late_setup == (
        "echo ${X:-1} $HOME",
    )


def test_compose_names_its_services() -> None:
    found = read(
        {
            "dockerComposeFile": ["c.yaml"],
            "service": "app",
            "runServices": ["app", "db"],
        }
    )

    assert (found.compose, found.services) == (".devcontainer/c.yaml", ("db",))


@pytest.mark.parametrize(
    ("body", "key"),
    [
        ({"build": {"dockerfile": "../../D"}}, "build.dockerfile"),
        ({"build": {"dockerfile": "/etc/D"}}, "build.dockerfile"),
        ({"build": {"dockerfile": "D", "context": "../.."}}, "build.context"),
        (
            {"build": {"dockerfile": "D", "context": "${localEnv:HOME}"}},
            "build.context",
        ),
        ({"build": {"dockerfile": "D", "target": "-x"}}, "build.target"),
        ({"build": {"target": "x"}}, "build"),
        ({"dockerComposeFile": "../../c"}, "dockerComposeFile"),
        ({"image": "-v /:/host"}, "image"),
        ({"image": 1}, "image"),
        ({"features": []}, "features"),
        ({"features": {"a": 1}}, "features.a"),
        ({"containerEnv": {"A": 1}}, "containerEnv.A"),
        ({"containerEnv": {"A=B": "1"}}, "containerEnv.A=B"),
        ({"postCreateCommand": 1}, "postCreateCommand"),
        ({"postCreateCommand": {"a": {"b": "c"}}}, "postCreateCommand.a"),
        ({"forwardPorts": [0]}, "forwardPorts"),
        ({"forwardPorts": [True]}, "forwardPorts"),
        ({"forwardPorts": ["99999"]}, "forwardPorts"),
        ({"forwardPorts": list(range(1, 200))}, "forwardPorts"),
        ({"extensions": ["--install"]}, "extensions"),
    ],
)
def test_another_shape_is_an_error_with_file_and_key(
    body: dict[str, Any], key: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        read(body)

    assert caught.value.message.startswith(f"{PATH}: {key} has to be")


def test_it_has_to_be_an_object() -> None:
    with pytest.raises(ConfigError):
        devcontainer.read(b"[]", PATH)
