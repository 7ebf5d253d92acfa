"""The engine is found by the user's own settings, and its errors are ours."""

import json
import socketserver
import threading
from hashlib import sha256
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from swarm.adapters.docker import DockerContainers, DockerImages
from swarm.adapters.docker.connection import (
    Connection,
    _no_answer,
    find_endpoint,
    refusal_hint,
)
from swarm.errors import ToolError, ToolMissing
from tests.fakes import ChangedEngine


@pytest.fixture(autouse=True)
def no_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads the developer's own contexts."""
    for name in ("DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_TLS_VERIFY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))


def test_a_pane_s_docker_is_led_to_the_host_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By a word of the command, since tmux's environment may be older."""
    monkeypatch.setenv("DOCKER_HOST", "tcp://example.org:2375")

    endpoint = find_endpoint()

    assert endpoint.url == "tcp://example.org:2375"
    assert endpoint.argv[:2] == ("env", "DOCKER_HOST=tcp://example.org:2375")


def test_without_any_setting_it_is_the_usual_socket() -> None:
    endpoint = find_endpoint()

    assert endpoint.url == "unix:///var/run/docker.sock"
    assert endpoint.argv[1:] == ("-H", "unix:///var/run/docker.sock")


def test_a_failed_connection_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever fails on the way is one error, and the client is dropped."""
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/docker.sock")
    connection = Connection()

    for _ in range(2):
        with (
            pytest.raises(ToolMissing, match="there is no such socket"),
            connection.call("info"),
        ):
            raise AssertionError("there is no client to call")


@pytest.mark.parametrize(
    "refusal",
    [
        "could not find an available, non-overlapping IPv4 address pool among the "
        "defaults to assign to the network",
        "all predefined address pools have been fully subnetted",
    ],
    ids=["before 27", "from 27 on"],
)
def test_an_engine_out_of_networks_tells_how_to_have_more(refusal: str) -> None:
    """In the words of either engine; of any other refusal nothing is made up."""
    assert "docker network prune" in refusal_hint(
        f"docker network create gate: {refusal}"
    )
    assert refusal_hint("docker network create gate: permission denied") == ""


def test_no_engine_is_a_sentence_with_a_way_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where it was looked for, and where to look next."""
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")
    docker = DockerContainers()

    with pytest.raises(ToolMissing, match=r"unix:///nonexistent/docker\.sock") as error:
        docker.facts()
    assert "swarm doctor" in error.value.hint
    docker.close()


def test_a_docker_context_leads_there_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A pane's `docker` is told the same context, not left to tmux's environment."""
    folder = tmp_path_factory.mktemp("docker")
    (folder / "config.json").write_text(json.dumps({"currentContext": "elsewhere"}))
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    monkeypatch.setenv("DOCKER_CONFIG", str(folder))

    with pytest.raises(ToolError, match="elsewhere"):
        DockerContainers().facts()


class Engine(BaseHTTPRequestHandler):
    """Tells its version, and fails whatever else it is asked for."""

    def do_GET(self) -> None:
        body = b'{"ApiVersion": "1.41", "Version": "20"}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.close_connection = True
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(500)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def test_an_engine_s_failure_repeats_nothing_of_what_was_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A build's arguments are in its address, and a proxy's password among them."""
    address = tmp_path / "docker.sock"
    monkeypatch.setenv("DOCKER_HOST", f"unix://{address}")
    proxy = {"http_proxy": "http://me:hush4711@p.corp:9"}
    with socketserver.ThreadingUnixStreamServer(str(address), Engine) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        images = DockerImages()

        with pytest.raises(ToolError) as caught:
            images.build("a:1", {"Dockerfile": b"FROM scratch"}, proxy, print)

        images.close()
        server.shutdown()
    assert "hush" not in f"{caught.value.message}{caught.value.hint}"


@pytest.mark.parametrize(
    "url",
    [
        "ssh://me@build.example",
        "ssh://localhost",
        "tcp://10.0.0.7:2375",
        "tcp://build.example:2376",
        "https://me:hush@build.example:2376",
        "10.0.0.7:2375",
        "build-1.example:2375",
        "me:hush@build.example:2375",
        "build:2375",
        "[fe80::1]:2375",
        "SSH://localhost",
        " tcp://10.0.0.7:2375 ",
        "TCP://10.0.0.7:2375",
    ],
)
def test_an_engine_elsewhere_is_refused_before_anything_is_sent_there(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would mount its own machine's folders; `ssh` is not even started."""
    monkeypatch.setenv("DOCKER_HOST", url)

    with pytest.raises(ToolError, match="another machine") as refused:
        DockerContainers().facts()

    assert "hush" not in refused.value.message
    assert "DOCKER_HOST" in refused.value.hint


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("npipe:////./pipe/docker_engine", "pipe of Windows"),
        ("tcp://127.0.0.1:port", "no address of an engine"),
        ("tcp://127.0.0.1:99999999", "no address of an engine"),
        ("tcp://[::1:2375", "no address of an engine"),
        ("/var/run/docker.sock", "no address of an engine"),
        ("fd://", "no address of an engine"),
    ],
)
def test_what_is_no_address_of_an_engine_here_is_a_sentence(
    url: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No engine has to be started for it, and no error of the library's is shown."""
    monkeypatch.setenv("DOCKER_HOST", url)

    with pytest.raises(ToolError, match=words) as refused:
        DockerContainers().facts()

    assert url in refused.value.message
    assert "docker context use default" in refused.value.hint


def test_a_context_over_ssh_is_refused_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the docker configuration, and by its variable."""
    folder = tmp_path / "contexts" / "meta" / sha256(b"far").hexdigest()
    folder.mkdir(parents=True)
    endpoint = {"docker": {"Host": "ssh://me@far.example", "SkipTLSVerify": False}}
    meta = {"Name": "far", "Metadata": {}, "Endpoints": endpoint}
    (folder / "meta.json").write_text(json.dumps(meta))
    monkeypatch.setenv("DOCKER_CONTEXT", "far")

    with pytest.raises(ToolError, match=r"far\.example is on another machine"):
        DockerContainers().facts()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_an_engine_behind_a_port_of_this_machine_is_asked(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A trial finds out whose files it sees; here nobody answers."""
    monkeypatch.setenv("DOCKER_HOST", f"tcp://{host}:9")

    with pytest.raises(ToolMissing, match="does not answer"):
        DockerContainers().facts()


def test_a_user_without_rights_is_told_how_to_get_them(tmp_path: Path) -> None:
    """Whatever the library wraps the refusal in."""
    refused = ConnectionError("Connection aborted.", PermissionError(13, "denied"))

    error = _no_answer(f"unix://{tmp_path}", refused)

    assert "your user may not use the engine" in error.message
    assert f"usermod -aG {tmp_path.group()}" in error.hint


def test_a_silent_engine_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes the call and never answers: `swarm doctor` has a short limit."""
    engine = ChangedEngine(tmp_path / "s")
    engine.hangs = True
    monkeypatch.setenv("DOCKER_HOST", engine.url)

    with pytest.raises(ToolMissing, match="does not answer"):
        DockerContainers(seconds=1).facts()

    engine.close()


def test_no_context_comes_from_the_current_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A repository could bring one of any name that the user has chosen."""
    folder = tmp_path / "contexts" / "meta" / sha256(b"mine").hexdigest()
    folder.mkdir(parents=True)
    meta = {
        "Name": "mine",
        "Metadata": {},
        "Endpoints": {"docker": {"Host": "unix:///e"}},
    }
    (folder / "meta.json").write_text(json.dumps(meta))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("DOCKER_CONTEXT", "mine")

    with pytest.raises(ToolError, match="does not exist"):
        find_endpoint()
