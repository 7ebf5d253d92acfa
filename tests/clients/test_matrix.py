"""Each client finds the gate and trusts it, inspected or not; a denial reaches it."""

import base64
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from swarm.cli import main as cli
from swarm.engine.egress import task_network
from swarm.engine.egress.java_truststore import jks
from swarm.engine.gate.net_pool import GateConfig
from swarm.model.task import State
from swarm.policy.rules import Policy, Rule
from tests.built_image import built
from tests.clients.web import Web
from tests.engine.keeper_harness import (
    KeeperHarness,
    new_sample_repository,
    open_keeper_harness,
)
from tests.promises.sandbox_probe import gateway

GO = """package main
import ("fmt"; "io"; "net/http"; "os")
func main() {
  r, err := http.Get(os.Args[1])
  if err != nil { fmt.Println(err); os.Exit(1) }
  b, _ := io.ReadAll(r.Body)
  fmt.Println(r.StatusCode, string(b))
  if r.StatusCode != 200 { os.Exit(1) }
}
"""
JAVA = """import java.net.*; import java.net.http.*;
class Main { public static void main(String[] a) throws Exception {
  var r = HttpClient.newHttpClient().send(
    HttpRequest.newBuilder(URI.create(a[0])).build(),
    HttpResponse.BodyHandlers.ofString());
  System.out.println(r.statusCode() + " " + r.body());
  if (r.statusCode() != 200) System.exit(1);
} }
"""
JAVA_NO_PROXY = (
    "JAVA_TOOL_OPTIONS=-Djavax.net.ssl.trustStore=${{TRUST:-/etc/swarm/trust.jks}} "
)
CLIENTS = {
    "curl": "curl -fsS {url}/hello",
    "wget": "wget -nv -O- {url}/hello",
    "python": 'python3 -c "import urllib.request as u; '
    "print(u.urlopen('{url}/hello').read().decode())\"",
    "pip": "pip download -q --no-deps -d /tmp/p --index-url {url}/simple/ tiny "
    "&& echo hello",
    "node": "node -e \"fetch('{url}/hello').then(async r => "
    "{{ console.log(await r.text()); process.exit(r.ok ? 0 : 1) }})"
    '.catch(e => {{ console.log(e.cause ?? e); process.exit(1) }})"',
    "npm": "npm ping --registry {url}/ && echo hello",
    "git clone": "rm -rf /tmp/c && git clone -q {url}/repo.git /tmp/c "
    "&& cat /tmp/c/hello.txt",
    "go": "cd /tmp && cat > m.go <<'X'\n"
    + GO.replace("{", "{{").replace("}", "}}")
    + "X\ncp -r /go-cache /tmp/g; "
    "GOFLAGS=-mod=mod GOCACHE=/tmp/g go run m.go {url}/hello",
    "java": "cd /tmp && cat > Main.java <<'X'\n"
    + JAVA.replace("{", "{{").replace("}", "}}")
    + "X\njava Main.java {url}/hello",
    "java without proxy settings": "cd /tmp && cat > Main.java <<'X'\n"
    + JAVA.replace("{", "{{").replace("}", "}}")
    + "X\n"
    + JAVA_NO_PROXY
    + "java Main.java {url}/hello",
}
HTTPX = (
    "-c \"import httpx; r = httpx.get('{url}/hello'); print(r.text); "
    'r.raise_for_status()"'
)
CLIENTS["httpx"] = f"/python/bin/python {HTTPX}"
CLIENTS["httpx 0.24.0"] = f"/python-old/bin/python {HTTPX}"
CLIENTS["requests"] = (
    "/python/bin/python -c \"import requests; r = requests.get('{url}/hello'); "
    'r.raise_for_status(); print(r.text)"'
)
FIND_ROOTS_BY_THEMSELVES = (
    "curl",
    "wget",
    "python",
    "pip",
    "npm",
    "git clone",
    "go",
    "java",
)
"""Clients whose runtime looks for a file; node, requests and httpx bring their own."""
SEEN = (
    "SSL_CERT_FILE GIT_SSL_CAINFO CURL_CA_BUNDLE PIP_CERT REQUESTS_CA_BUNDLE "
    "npm_config_cafile"
)


class Place:
    """One sandbox with the clients in it."""

    def __init__(self, harness: KeeperHarness, task: int, web: Web) -> None:
        self.harness, self.task, self.web = harness, task, web
        self.url = f"https://good.test:{web.port}"

    def allow(self, *rules: Rule) -> None:
        """The policy; the web's own authority is trusted upstream."""
        policy = Policy(
            rules=rules,
            allow_nets=(f"{self.web.address}/32",),
            upstream_ca=(self.web.authority.certificate,),
        )
        net = self.harness.queries.tasks.get(self.task).net.name
        self.harness.parts.nets.apply_config(net, GateConfig(policy))

    def good(self, **more: object) -> Rule:
        """The rule for the web."""
        return Rule("allow", "good.test", (self.web.port,), **more)  # type: ignore[arg-type]

    def run(self, command: str, trust_web: bool = False) -> tuple[int, str]:
        """A client in the sandbox; `trust_web` where it sees the web's certificate."""
        head = "rm -f ~/.wgetrc; "
        if trust_web:
            names = " ".join(f"{name}=/workspace/web.pem" for name in SEEN.split())
            java = "$(echo $JAVA_TOOL_OPTIONS | sed s,/etc/swarm/,/workspace/,)"
            head = "echo ca_certificate=/workspace/web.pem > ~/.wgetrc; "
            head += f"export {names} NODE_EXTRA_CA_CERTS=/workspace/web.pem; "
            head += f'export TRUST=/workspace/trust.jks JAVA_TOOL_OPTIONS="{java}"; '
        box = self.harness.context.names(self.task).sandbox
        done = subprocess.run(
            ["docker", "exec", box, "bash", "-c", head + command],
            capture_output=True,
            timeout=240,
            check=False,
        )
        return done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace")


def of_the_user(web: Web) -> dict[str, str]:
    """What the user's own tools are set to, passwords and all."""
    index = f"https://user:correct-horse@good.test:{web.port}"
    return {
        "PIP_INDEX_URL": f"{index}/simple/",
        "npm_config_registry": f"{index}/",
        "npm_config_@corp:registry": f"{index}/corp/",
        "GOPROXY": f"{index}/go,direct",
        "GOSUMDB": "off",
    }


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """The clients' image, a task that sleeps in it, and a web beside it."""
    text = Path(__file__).with_name("Dockerfile").read_bytes()
    reference = built("clients", text)
    folder = tmp_path_factory.mktemp("clients")
    with open_keeper_harness() as harness, pytest.MonkeyPatch.context() as monkeypatch:
        names = harness.parts.nets.gate.names
        harness.context.containers.make_network(names.gate, names.labels("gate"))
        web = Web(gateway(names.gate), folder)
        for name, value in of_the_user(web).items():
            monkeypatch.setenv(name, value)
        hosts = f'hosts = {{ "good.test" = "{web.address}" }}'
        text_of_config = (
            f'[gate]\nready = 0\n{hosts}\n[sandbox]\nimage = "{reference}"\n'
        )
        (harness.paths.home / "config.toml").write_text(text_of_config)
        harness.start_keeper(renews_policies=False)
        task = harness.new_task(
            new_sample_repository(folder / "sample"), "sleep 100000"
        )
        harness.until_state(task, State.LIVE)
        worktree = harness.paths.worktree(task)
        (worktree / "web.pem").write_text(web.authority.certificate)
        (worktree / "trust.jks").write_bytes(jks(web.authority.certificate))
        yield Place(harness, task, web)
        web.close()


@pytest.mark.parametrize("client", CLIENTS)
def test_inspected(place: Place, client: str) -> None:
    """The client trusts the gate's certificate by the variables that it was given."""
    place.allow(place.good(methods=("GET", "HEAD", "POST")))

    code, said = place.run(CLIENTS[client].format(url=place.url))

    assert (code, "hello" in said) == (0, True), said


@pytest.mark.parametrize("client", CLIENTS)
def test_not_inspected(place: Place, client: str) -> None:
    """The client sees the server's own certificate, untouched."""
    place.allow(place.good())

    code, said = place.run(CLIENTS[client].format(url=place.url), trust_web=True)

    assert (code, "hello" in said) == (0, True), said


@pytest.mark.parametrize("client", CLIENTS)
def test_denied(place: Place, client: str) -> None:
    """It fails at once, and says more than "timeout"."""
    place.allow()

    code, said = place.run(CLIENTS[client].format(url=place.url))

    assert code != 0, said
    words = ("403", "swarm-denied", "access denied", "access_denied", "denied")
    assert any(word in said.lower() for word in words), said


@pytest.mark.parametrize("client", FIND_ROOTS_BY_THEMSELVES)
def test_with_an_emptied_environment(place: Place, client: str) -> None:
    """Roots are where the runtime looks by itself, and no proxy has to be known."""
    place.allow(place.good(methods=("GET", "HEAD", "POST")))
    command = CLIENTS[client].format(url=place.url)

    code, said = place.run(
        'exec env -i PATH="$PATH" HOME="$HOME" bash -c ' + shlex.quote(command)
    )

    assert (code, "hello" in said) == (0, True), said


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("pip download -q --no-deps -d /tmp/own tiny && echo hello", "hello"),
        ("npm ping && echo hello", "hello"),
        ("npm config get registry", "{url}/"),
        ("npm config get @corp:registry", "{url}/corp/"),
        ("pip config list", "global.index-url='{url}/simple/'"),
        ("go env GOPROXY", "{url}/go,direct"),
        ("go env GOSUMDB", "off"),
        ("cat /etc/swarm/policy.md", "- pip: `{url}/simple/`"),
    ],
)
def test_the_box_is_set_to_what_the_user_is_set_to(
    place: Place, command: str, expected: str
) -> None:
    """The first install in a box asks the mirror that the user asks."""
    place.allow(place.good(methods=("GET", "HEAD")))

    code, said = place.run(command)

    assert code == 0, said
    assert expected.format(url=place.url) in said


def test_no_password_of_the_users_is_in_the_box(place: Place) -> None:
    code, said = place.run(
        "env; cat /proc/self/mountinfo; find /etc/swarm -type f | xargs cat"
    )

    assert code == 0
    assert place.url in said
    assert "correct-horse" not in said


def test_a_box_at_work_follows_the_users_settings(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file in the box changes with the next renewal; nothing is started anew."""
    task = place.harness.queries.tasks.get(place.task)
    monkeypatch.setenv("PIP_INDEX_URL", f"{place.url}/other/")

    task_network.write_sandbox_files(place.harness.parts, task, Policy())

    assert f"index-url='{place.url}/other/'" in place.run("pip config list")[1]


def test_git_may_clone_and_not_push(place: Place) -> None:
    """The two are told apart inside the same host, as a forge's service does it."""
    place.allow(
        place.good(
            methods=("GET",),
            paths=("/repo.git/info/refs",),
            query=(("service", "git-upload-pack"),),
        ),
        place.good(methods=("POST",), paths=("/repo.git/git-upload-pack",)),
    )
    clone = CLIENTS["git clone"].format(url=place.url)
    push = (
        "cd /tmp/c && echo more > more.txt && git add -A && git -c user.name=x "
        "-c user.email=x@example.invalid commit -qm more && git push -q origin HEAD"
    )

    cloned, pushed = place.run(clone), place.run(push)

    assert cloned[0] == 0, cloned[1]
    assert pushed[0] != 0
    assert "403" in pushed[1], pushed[1]


def test_git_may_push_where_it_is_allowed(place: Place) -> None:
    """The same, with the other service."""
    place.allow(place.good(methods=("GET", "POST")))
    clone = CLIENTS["git clone"].format(url=place.url)
    push = (
        "cd /tmp/c && git -c user.name=x -c user.email=x@example.invalid commit "
        "-q --allow-empty -m more && git push -q origin HEAD:refs/heads/other"
    )

    place.run(clone)
    pushed = place.run(push)

    assert pushed[0] == 0, pushed[1]


def test_a_password_of_the_users_is_sent_by_the_gate_until_it_expires(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Brought by one command; the tool in the box sends none, and reads none.

    The last of this file: the keeper renews the policy once more for the edits here.
    """
    home, web = place.harness.paths.home, place.web
    monkeypatch.setenv("SWARM_HOME", str(home))
    monkeypatch.setenv("SWARM_CONFIG", str(home / "config.toml"))
    authority, file = tmp_path / "ca.pem", home / "policy.toml"
    authority.write_text(web.authority.certificate)
    file.write_text(
        f'version = 1\n[tls]\nupstream_ca = ["{authority}"]\n'
        f'[network]\nallow_nets = ["{web.address}/32"]\n'
    )
    command = (
        "rm -rf /tmp/own; pip download -q --no-deps -d /tmp/own tiny && echo hello"
    )

    def renew() -> None:
        task = place.harness.queries.tasks.get(place.task)
        task_network.renew(place.harness.parts, task, "test")

    assert cli.run(["secret", "import", "pip", "--yes"]) == 0
    renew()
    before = place.run(command)
    sent = web.authorizations[-1]
    text = file.read_text()
    name = f'[secrets."pip.good.test:{web.port}"]'
    file.write_text(text.replace(name, f"{name}\nexpires = 2020-01-01T00:00:00Z"))
    renew()
    after = place.run(command)
    answer = place.run(f"curl -s {place.url}/simple/tiny/")[1]
    file.unlink()

    assert before == (0, "hello\n")
    assert sent == "Basic " + base64.b64encode(b"user:correct-horse").decode()
    assert after[0] != 0
    assert "(secret-expired)" in answer
    assert file.name not in answer
