"""The doctor tries the way out: a proxy, a resolver, mirrors; each on this machine."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from swarm.adapters import listening
from swarm.engine.host import way_out
from swarm.engine.host.check import Check
from swarm.engine.host.way_out import WayOut
from swarm.model.user_network import ParentProxy, Registry, UserNetwork
from swarm.policy.parent_proxy import ProxyEndpoint
from tests.parent_proxy import RunningProxy, Serve, in_a_thread, saying, served
from tests.promises.web import Web


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    """A mirror that speaks TLS or not."""
    made = Web("127.0.0.1", tmp_path)
    yield made
    made.close()


def network(*urls: str, default: str = "") -> UserNetwork:
    registries = [Registry("pip", url) for url in urls]
    if default:
        registries.append(Registry("npm", default, is_default=True))
    return UserNetwork(tuple(registries))


def nothing(_name: str) -> tuple[str, ...]:
    return ()


def elsewhere(_port: int) -> bool:
    return False


def examined(way: WayOut) -> dict[str, Check]:
    return {check.name: check for check in way_out.examine(way)}


def proxy(port: int, **facts: str) -> ProxyEndpoint:
    return ProxyEndpoint(
        f"http://127.0.0.1:{port}",
        "http",
        "host.docker.internal",
        port,
        origin="HTTPS_PROXY",
        **facts,  # type: ignore[arg-type]  # credentials alone
    )


def way(found: UserNetwork | None = None, **facts: object) -> WayOut:
    made = WayOut(found or UserNetwork(), look_up=nothing, is_loopback_only=elsewhere)
    return replace(made, **facts)  # type: ignore[arg-type]  # fields by name


def test_without_a_proxy_and_mirrors_all_is_well() -> None:
    """A private person's machine."""
    checks = examined(way())

    assert {check.grade for check in checks.values()} == {"ok"}
    assert "connects by itself" in checks["proxy"].finding


def test_a_proxy_that_is_set_and_not_used() -> None:
    """The environment names it, and the settings say none."""
    check = examined(way(unused=ParentProxy("http://p:1", origin="HTTPS_PROXY")))[
        "proxy"
    ]

    assert (check.grade, check.finding) == (
        "warn",
        "HTTPS_PROXY names http://p:1, and the gate does not use it",
    )
    assert 'upstream = "auto"' in check.remedy


def test_a_proxy_that_opens_a_mirror(web: Web) -> None:
    """The user's own mirror is what it is asked for."""
    running = RunningProxy(credentials="me:pw")
    with in_a_thread(running, "127.0.0.1"):
        checks = examined(
            way(
                network(f"http://m.corp:{web.port}/", default="https://d.example/"),
                proxy=proxy(running.port, credentials="me:pw"),
            )
        )

    assert checks["proxy"].grade == "ok"
    assert f"opens m.corp:{web.port}" in checks["proxy"].finding
    assert checks[f"mirror m.corp:{web.port}"].grade == "ok"


@pytest.mark.parametrize(
    ("serve", "words", "mend"),
    [
        (saying(b"HTTP/1.1 407 No\r\n\r\n"), "wants a password", "upstream_password"),
        (saying(b"<html>"), "does not work: it answers nonsense", "upstream"),
        (saying(b""), "does not work: it closes", "upstream"),
    ],
)
def test_a_proxy_that_does_not_work(serve: Serve, words: str, mend: str) -> None:
    """Named, with the line to write."""
    with served(serve) as port:
        check = examined(way(proxy=proxy(port)))["proxy"]

    assert check.grade == "fail"
    assert f"http://127.0.0.1:{port} (HTTPS_PROXY)" in check.finding
    assert words in check.finding
    assert mend in check.remedy


def test_a_proxy_that_refuses_the_password() -> None:
    """Which the words do not hold."""
    running = RunningProxy(credentials="me:right")
    with in_a_thread(running, "127.0.0.1"):
        check = examined(way(proxy=proxy(running.port, credentials="me:wr0ng")))[
            "proxy"
        ]

    assert "refuses our password" in check.finding
    assert "wr0ng" not in check.finding + check.remedy


def test_a_proxy_that_does_not_run() -> None:
    """Nothing listens at its port."""
    with served(saying(b"")) as port:
        pass
    check = examined(way(proxy=proxy(port), is_loopback_only=elsewhere))["proxy"]

    assert (check.grade, "Connection refused" in check.finding) == ("fail", True)


def test_a_proxy_that_listens_on_loopback_alone() -> None:
    """It works from the shell, and no container can reach it."""
    running = RunningProxy()
    with in_a_thread(running, "127.0.0.1"):
        check = examined(
            way(proxy=proxy(running.port), is_loopback_only=listening.is_loopback_only)
        )["proxy"]

    assert check.grade == "fail"
    assert "listens on loopback alone" in check.finding


def test_a_proxy_of_a_kind_that_is_not_spoken() -> None:
    """Nothing gets out, and nothing is tried."""
    check = examined(
        way(proxy=ProxyEndpoint("socks5://p:1", "socks5", "p", 1, origin="ALL_PROXY"))
    )["proxy"]

    assert (check.grade, "socks5://p:1 (ALL_PROXY)" in check.finding) == ("fail", True)


def test_a_host_that_the_proxy_does_not_open() -> None:
    """Its status is told."""
    with served(saying(b"HTTP/1.1 403 No\r\n\r\n")) as port:
        checks = examined(way(network("https://m.corp/"), proxy=proxy(port)))

    assert checks["proxy"].grade == "warn"
    assert "answers 403 for m.corp:443" in checks["proxy"].finding
    assert checks["mirror m.corp:443"].finding == "the proxy answers 403"


@pytest.mark.parametrize(
    ("address", "words", "mend"),
    [
        ("198.18.0.5", "made-up address", "198.18.0.0/15"),
        ("100.64.0.9", "shared address space", "100.64.0.0/10"),
    ],
)
def test_a_resolver_that_lies(address: str, words: str, mend: str) -> None:
    """One name that leads there is enough; the way out is a line to write."""
    checks = examined(
        way(network(default="https://d.example/"), look_up=lambda _: (address,))
    )

    assert checks["resolver"].grade == "warn"
    assert f"d.example leads to {address}" in checks["resolver"].finding
    assert words in checks["resolver"].finding
    assert mend in checks["resolver"].remedy


def test_names_of_the_settings_are_looked_at_too() -> None:
    """`[gate] hosts` may hold such an address."""
    checks = examined(
        way(network(default="https://d.example/"), hosts={"d.example": "198.18.0.5"})
    )

    assert checks["resolver"].grade == "warn"


def test_a_resolver_that_knows_nothing() -> None:
    """A network in which only a proxy leads out."""
    check = examined(way(network(default="https://d.example/")))["resolver"]

    assert (check.grade, "upstream" in check.remedy) == ("warn", True)


def test_a_name_that_goes_to_the_proxy_is_not_looked_up() -> None:
    """The proxy resolves it."""
    asked: list[str] = []

    def look_up(name: str) -> tuple[str, ...]:
        asked.append(name)
        return ("203.0.113.1",)

    with served(saying(b"HTTP/1.1 403 No\r\n\r\n")) as port:
        excepting = replace(proxy(port), no_proxy=("in.corp",))
        found = network(default="https://d.example/")
        found = UserNetwork(
            (*found.registries, Registry("go", "https://x.in.corp/", is_default=True))
        )
        examined(way(found, proxy=excepting, look_up=look_up))

    assert asked == ["x.in.corp"]


def test_mirrors_that_do_not_answer(web: Web) -> None:
    """Each by name, with the reason; public registries are not connected to."""
    with served(saying(b"")) as port:
        pass
    urls = (
        f"http://127.0.0.1:{port}/",
        f"http://127.0.0.1:{web.port}/simple",
        f"https://localhost:{web.port}/",
    )
    found = network(*urls, default="https://127.0.0.1:9/")
    checks = examined(way(found, look_up=lambda _: ("127.0.0.1",)))

    assert checks[f"mirror 127.0.0.1:{port}"].finding == "Connection refused"
    assert checks[f"mirror 127.0.0.1:{web.port}"].grade == "ok"
    assert "upstream_ca" in checks[f"mirror localhost:{web.port}"].remedy
    assert "mirror 127.0.0.1:9" not in checks


def test_a_mirror_behind_a_proxy_that_does_not_run() -> None:
    """The proxy is to be mended, not the package tool's setting."""
    with served(saying(b"")) as port:
        pass
    found = network("http://mirror.corp:8081/simple")
    checks = examined(way(found, proxy=proxy(port), is_loopback_only=elsewhere))

    assert (
        checks["mirror mirror.corp:8081"].finding == "by the proxy: Connection refused"
    )
    assert checks["mirror mirror.corp:8081"].remedy.startswith("mend the proxy first")


def test_a_mirror_with_an_authority_of_the_users(web: Web) -> None:
    """What the policy trusts is trusted here."""
    place = f"localhost:{web.port}"
    roots = (web.authority.certificate,)

    assert (
        examined(way(network(f"https://{place}/"), roots=roots))[
            f"mirror {place}"
        ].grade
        == "ok"
    )


def test_what_hangs_is_told_when_the_time_is_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """All probes together have one limit."""
    monkeypatch.setattr(way_out, "SECONDS", 0.3)
    with served(saying(b"", then_waits=True)) as port:
        checks = examined(way(network("https://m.corp/"), proxy=proxy(port)))

    assert checks["proxy"].grade == "fail"
    assert checks["mirror m.corp:443"].finding == "no answer in time"


def test_what_cannot_be_read_is_told() -> None:
    """In the reader's words."""
    checks = examined(way(UserNetwork(problems=("npm: ~/.npmrc is too large",))))

    assert checks["user's network"].finding == "npm: ~/.npmrc is too large"
