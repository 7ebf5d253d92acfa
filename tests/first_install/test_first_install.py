"""The first install works in each network, or fails in words that name the way out."""

import pytest

from swarm.model.toolchain import STACKS
from tests.first_install import table
from tests.first_install.__main__ import results
from tests.first_install.networks import DIRECT, MIRROR, NETWORKS, PARENT, TOKEN
from tests.first_install.projects import TOOLS
from tests.first_install.run import Result
from tests.first_install.stacks import STACK_TOOLS

NOT_SET = {"gradle"}
"""Tools that no box can be set to a mirror of the user's: the table says so."""
SHORT = ("pip", "npm")
"""The tools of the runs that are not long."""


def told(found: list[Result]) -> str:
    """For a failed test's message."""
    return "\n".join(str(one) for one in found)


@pytest.mark.parametrize(
    "network", [pytest.param(MIRROR, marks=pytest.mark.long), TOKEN]
)
def test_the_first_install_works(network: str) -> None:
    """Promise: a Python and a Node project install as on the user's own machine.

    These two networks stand on this machine; the others need public registries.
    """
    found = results(network, list(SHORT))

    assert all(one.outcome.startswith("works") for one in found), told(found)


@pytest.mark.long
@pytest.mark.parametrize("network", NETWORKS)
def test_every_tool_installs_in_every_network(network: str) -> None:
    """Promise: each works, with the line that the first denial named, if any."""
    found = results(network, list(TOOLS))

    failed = [one for one in found if one.outcome == "fails"]
    assert {one.tool for one in failed} <= NOT_SET, told(failed)


def test_every_stack_has_a_first_install() -> None:
    assert STACK_TOOLS.keys() == STACKS.keys()


@pytest.mark.long
@pytest.mark.parametrize("stack", STACK_TOOLS)
def test_the_first_install_works_under_each_stack(stack: str) -> None:
    """Promise: what a stack has is enough; it fetches from a mirror of the user's."""
    found = results(MIRROR, STACK_TOOLS[stack], stack)

    failed = [one for one in found if one.outcome == "fails"]
    assert {one.tool for one in failed} <= NOT_SET, told(failed)


@pytest.mark.long
@pytest.mark.parametrize("stack", ["python", "node"])
def test_the_first_install_of_a_stack_reaches_its_public_registry(stack: str) -> None:
    """Those whose tools have a package there that the test knows."""
    found = results(DIRECT, STACK_TOOLS[stack], stack)

    assert all(one.outcome.startswith("works") for one in found), told(found)


def test_a_table_names_no_registry() -> None:
    """Whatever a tool said of where it went."""
    said = (
        "error: https://user:pw@reg.example:8443/simple/x: 403 swarm-denied reg.example"
    )
    found = [
        Result("pip", MIRROR, "fails", said, ("reg.example:8443 not-in-allowlist",)),
        Result("pip", TOKEN, "works"),
        Result("go", PARENT, "untried"),
    ]

    page = table.text(found)

    assert "reg.example" not in page
    assert "pw" not in page
    assert "| pip | – | fails | works |" in page
    assert "`error: https://REGISTRY/simple/x: 403 swarm-denied REGISTRY`" in page
    assert "`gate: REGISTRY not-in-allowlist; swarm policy allow REGISTRY" in page


def test_the_table_stands_where_the_page_has_its_place() -> None:
    page = f"before\n{table.BEGIN}\nold\n{table.END}\nafter\n"

    assert table.replaced(page, "new\n") == page.replace("old", "new")
