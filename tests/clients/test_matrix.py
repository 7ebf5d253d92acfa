"""Each client finds the gate and trusts it, inspected or not; a denial reaches it."""

import hashlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from swarm.adapters.docker import DockerImages
from swarm.engine.egress.java_truststore import jks
from swarm.engine.gate.net_pool import GateConfig
from swarm.engine.host import images
from swarm.model.task import State
from swarm.policy.rules import Policy, Rule
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


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """The clients' image, a task that sleeps in it, and a web beside it."""
    door = DockerImages()
    text = Path(__file__).with_name("Dockerfile").read_bytes()
    base = images.build(door, "base", lambda _line: None)
    digest = hashlib.sha256(text + base.encode()).hexdigest()[:12]
    reference = f"swarm/test-clients:{digest}"
    if not door.image_id(reference):
        files = {"Dockerfile": text}
        door.build(reference, files, {"BASE_IMAGE": base}, lambda _line: None)
    folder = tmp_path_factory.mktemp("clients")
    with open_keeper_harness() as harness:
        names = harness.parts.nets.gate.names
        harness.context.containers.make_network(names.gate, names.labels("gate"))
        web = Web(gateway(names.gate), folder)
        hosts = f'hosts = {{ "good.test" = "{web.address}" }}'
        text_of_config = (
            f'[gate]\nready = 0\n{hosts}\n[sandbox]\nimage = "{reference}"\n'
        )
        (harness.paths.home / "config.toml").write_text(text_of_config)
        harness.start_keeper()
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
