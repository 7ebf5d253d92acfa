"""The parent proxy crosses to the gate as JSON, and back as it was."""

import json

import pytest

from swarm.policy import parent_proxy
from swarm.policy.parent_proxy import ProxyEndpoint

PROXY = ProxyEndpoint(
    "http://p.corp:3128",
    "http",
    "p.corp",
    3128,
    ("in.corp",),
    ("git.lan",),
    "HTTPS_PROXY",
    "me:secret",
)


@pytest.mark.parametrize("proxy", [None, PROXY])
def test_it_comes_back_as_it_was(proxy: ProxyEndpoint | None) -> None:
    """By real JSON, which knows no tuples."""
    body = json.loads(json.dumps(parent_proxy.to_json(proxy)))

    assert parent_proxy.from_json(body) == proxy


@pytest.mark.parametrize("body", [{}, {"name": "x"}, {"no_proxy": [], "other": 1}])
def test_another_shape_is_refused(body: dict[str, object]) -> None:
    """The gate answers with an error instead of going direct."""
    with pytest.raises((KeyError, TypeError)):
        parent_proxy.from_json(body)


def test_what_it_leads_to() -> None:
    """All but what NO_PROXY holds, and the very names that the gate knows."""
    assert PROXY.leads_to("a.test", 443)
    assert not PROXY.leads_to("x.in.corp", 443)
    assert not PROXY.leads_to("git.lan", 443)
    assert PROXY.leads_to("x.git.lan", 443)


def test_its_password_is_not_printed() -> None:
    """A repr may end in a log."""
    assert "secret" not in repr(PROXY)
