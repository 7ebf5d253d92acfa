"""Nothing that the user's `docker` is set to reaches a container or a build."""

import json
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from swarm.adapters.docker.connection import Connection
from swarm.adapters.docker.images import DockerImages
from swarm.engine.host import images
from tests.adapters.git.filter_programs import program

PASSWORD = "hunter2"
PROXY = f"http://ann:{PASSWORD}@proxy.invalid:3128"
PROXIES = {f"{kind}Proxy": PROXY for kind in ("http", "https", "ftp", "all", "no")}
SETTINGS: dict[str, Any] = {
    "proxies of every engine": {"proxies": {"default": PROXIES}},
    "proxies of this engine": {
        "proxies": {"unix:///var/run/docker.sock": PROXIES, "default": PROXIES}
    },
    "proxies that are no table": {"proxies": ["x"]},
    "proxies that are no text": {"proxies": {"default": {"httpProxy": 7}}},
    "keys that detach": {"detachKeys": "ctrl-c"},
    "headers": {"HttpHeaders": {"X-Secret": PASSWORD}},
    "no such helper": {"credsStore": "not-there"},
    "no such helper of one registry": {"credHelpers": {"r.invalid": "not-there"}},
    "a helper that fails": {"credsStore": "fails"},
    "a helper that hangs": {"credsStore": "hangs"},
    "a helper that talks nonsense": {"credsStore": "nonsense"},
    "a helper that is no name": {"credsStore": {"a": 1}},
    "passwords that are none": {"auths": {"r.invalid": {"auth": "%%%"}}},
    "passwords that are no table": {"auths": ["r.invalid"]},
    "a password": {"auths": {"r.invalid": {"auth": "YW5uOmh1bnRlcjI="}}},
    "no table": ["x"],
}


@pytest.fixture(params=[*SETTINGS, "no JSON", "a directory"])
def settings(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> str:
    """A `config.json` of the user's, and the helpers that it may name."""
    name: str = request.param
    file = tmp_path / "config.json"
    if name == "a directory":
        file.mkdir()
    else:
        file.write_text(json.dumps(SETTINGS.get(name)) if name in SETTINGS else "{")
    helpers = tmp_path / "helpers"
    helpers.mkdir()
    for helper, text in (
        ("fails", "exit 3"),
        ("hangs", "sleep 600"),
        ("nonsense", "echo nonsense"),
    ):
        program(helpers, f"docker-credential-{helper}", text)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    monkeypatch.setenv("PATH", f"{helpers}:/usr/bin:/bin")
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    monkeypatch.delenv("DOCKER_CONTEXT", raising=False)
    return name


@pytest.fixture
def connection(settings: str) -> Iterator[Connection]:
    connection = Connection()
    yield connection
    connection.close()


def test_a_container_has_the_variables_that_it_was_given(
    connection: Connection,
) -> None:
    """And those of its image."""
    image = images.tag("base")
    with connection.call("create") as client:
        untyped: Any = client
        made = untyped.create_container(image, ["true"], environment={"MINE": "1"})
        try:
            found = untyped.inspect_container(made["Id"])["Config"]["Env"]
        finally:
            untyped.remove_container(made["Id"], force=True)
        own = untyped.inspect_image(image)["Config"]["Env"]

    assert sorted(found) == sorted([*own, "MINE=1"])


def test_a_build_needs_no_account_and_has_no_proxy(settings: str) -> None:
    """Whatever the helpers do: none of them is asked."""
    builder = DockerImages()
    reference = f"swarm-test/{secrets.token_hex(4)}:1"
    dockerfile = "FROM scratch\nCOPY Dockerfile /\n"
    if settings.startswith("proxies of"):
        nonce = f"ARG NONCE={secrets.token_hex(4)}"
        check = "RUN env | sort; ! env | grep -i proxy"
        dockerfile = f"FROM {images.tag('base')}\n{nonce}\n{check}\n"
    steps: list[str] = []
    try:
        builder.build(reference, {"Dockerfile": dockerfile.encode()}, {}, steps.append)
        assert builder.image_id(reference)
    finally:
        if builder.image_id(reference):
            with builder._connection.call("rmi") as client:
                client.remove_image(reference)
        builder._connection.close()
