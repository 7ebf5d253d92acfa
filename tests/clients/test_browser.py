"""A browser in a sandbox, in an image built by the recipe of `docs/PROJECTS.md`."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from swarm.engine.gate.net_pool import GateConfig
from swarm.model import events
from swarm.model.task import State
from swarm.policy import services
from swarm.policy.rules import Policy, Rule
from tests.built_image import built
from tests.clients.test_matrix import Place
from tests.clients.web import Web
from tests.engine.keeper_harness import new_sample_repository, open_keeper_harness
from tests.promises.sandbox_probe import gateway

pytestmark = pytest.mark.long

PAGE = Path(__file__).parents[2] / "docs" / "PROJECTS.md"
LOAD = "timeout 100 chromium --headless {flags} --dump-dom {url} 2>&1"
TRUST_WEB = (
    "mkdir -p ~/.pki/nssdb; "
    "certutil -d sql:$HOME/.pki/nssdb -A -n web -t C,, -i /workspace/web.pem; "
)
NO_PROXY = "unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY; "


def recipe() -> bytes:
    """The one Dockerfile on the page."""
    (text,) = re.findall(r"```dockerfile\n(.*?)```", PAGE.read_text(), re.DOTALL)
    return str(text).encode()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """The recipe's image, a task that sleeps in it, and a web beside it."""
    reference = built("browser", recipe())
    folder = tmp_path_factory.mktemp("browser")
    with open_keeper_harness() as harness:
        names = harness.parts.nets.gate.names
        harness.context.containers.make_network(names.gate, names.labels("gate"))
        web = Web(gateway(names.gate), folder)
        gate = f'[gate]\nready = 0\nhosts = {{ "good.test" = "{web.address}" }}\n'
        config = f'{gate}[sandbox]\nimage = "{reference}"\n'
        (harness.paths.home / "config.toml").write_text(config)
        harness.start_keeper(renews_policies=False)
        repository = new_sample_repository(folder / "sample")
        task = harness.new_task(repository, "sleep 100000")
        harness.until_state(task, State.LIVE)
        worktree = harness.paths.worktree(task)
        (worktree / "web.pem").write_text(web.authority.certificate)
        yield Place(harness, task, web)
        web.close()


def _allow(browser: Place, *rules: Rule) -> None:
    """The policy, with the list of what browsers say home."""
    policy = Policy(
        rules,
        allow_nets=(f"{browser.web.address}/32",),
        upstream_ca=(browser.web.authority.certificate,),
    )
    net = browser.harness.queries.tasks.get(browser.task).net.name
    config = GateConfig(services.with_known_traffic(policy, {}))
    browser.harness.parts.nets.apply_config(net, config)


@pytest.mark.parametrize("before", ["", NO_PROXY], ids=["proxy", "transparent"])
@pytest.mark.parametrize("inspected", [True, False])
def test_an_allowed_page_loads_and_no_row_is_the_browsers_own(
    browser: Place, before: str, inspected: bool
) -> None:
    """Its hello has an extension without meaning, and it calls home at each start."""
    rule = browser.good(methods=("GET", "HEAD")) if inspected else browser.good()
    _allow(browser, rule)
    # The gate's certificate is in the store already; the web's own is not.
    before += "" if inspected else TRUST_WEB

    code, said = browser.run(before + LOAD.format(flags="", url=f"{browser.url}/hello"))

    assert (code, "hello" in said) == (0, True), said
    assert not [denied for denied in _denied(browser) if not denied.quiet]


@pytest.mark.parametrize("inspected", [True, False])
def test_a_page_speaks_by_websocket(browser: Place, inspected: bool) -> None:
    """A megabyte there and back, in the frames and with the wishes of a browser."""
    rule = browser.good(methods=("GET", "HEAD")) if inspected else browser.good()
    _allow(browser, rule)
    load = LOAD.format(flags="", url=f"{browser.url}/socket")

    _, said = browser.run(("" if inspected else TRUST_WEB) + load)

    assert "echoed true" in said, said[-2000:]


def test_it_says_home_and_is_denied_quietly(browser: Place) -> None:
    """Else the test above shows nothing: it calls, and the calls are counted."""
    _allow(browser, browser.good())

    browser.run(LOAD.format(flags="", url=f"{browser.url}/hello"))

    assert [denied.host for denied in _denied(browser) if denied.quiet]


def test_a_denied_page_has_its_row(browser: Place) -> None:
    """What is asked of it is no call of its own."""
    _allow(browser)

    _, said = browser.run(LOAD.format(flags="", url="https://other.test/"))

    assert "hello" not in said
    assert "other.test" in {denied.host for denied in _denied(browser)}


def _denied(browser: Place) -> list[events.NetDenied]:
    recorded = browser.harness.queries.events.net(browser.task)
    return [each.event for each in recorded if isinstance(each.event, events.NetDenied)]
