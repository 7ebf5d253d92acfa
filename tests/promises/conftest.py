"""Every promise runs twice: the real sandbox holds it, a weak one breaks it."""

from collections.abc import Generator, Iterator
from typing import Any

import pytest

from tests.engine.keeper_harness import new_sample_repository
from tests.promises import inside
from tests.promises.neighbour import ALL, misbehaving, open_neighbour
from tests.promises.sandbox_probe import SandboxProbe, open_bridged_probe, open_probe
from tests.promises.weakened_sandbox import WeakenedSandbox, open_weakened_sandbox, tidy


@pytest.fixture(scope="package", autouse=True)
def starters() -> Iterator[None]:
    """What stays in boxes to start the probes' programs there ends with the run."""
    yield
    inside.close_all()


@pytest.fixture(scope="package")
def real_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProbe]:
    """The sandbox as users get it."""
    with open_probe(
        new_sample_repository(tmp_path_factory.mktemp("real") / "sample")
    ) as probe:
        yield probe


@pytest.fixture(scope="package")
def weak_gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProbe]:
    """The same behind a gate that checks nothing."""
    with open_probe(
        new_sample_repository(tmp_path_factory.mktemp("weak") / "sample"), True
    ) as probe:
        yield probe


@pytest.fixture(scope="package")
def bridged(real_sandbox: SandboxProbe) -> Iterator[SandboxProbe]:
    """The same on a plain bridge network, with no gate at all."""
    with open_bridged_probe(real_sandbox) as probe:
        yield probe


@pytest.fixture(scope="package")
def weakened(real_sandbox: SandboxProbe) -> Iterator[WeakenedSandbox]:
    """The same as root, with every capability and all that the host has in reach."""
    with open_weakened_sandbox(real_sandbox) as probe:
        yield probe


@pytest.fixture(scope="package")
def misbehaving_task(
    real_sandbox: SandboxProbe, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SandboxProbe]:
    """A task at the same gate as the real sandbox."""
    with open_neighbour(real_sandbox, tmp_path_factory.mktemp("neighbour")) as probe:
        yield probe


@pytest.fixture(autouse=True)
def neighbour(request: pytest.FixtureRequest) -> Iterator[None]:
    """The way in which another task misbehaves meanwhile; none for most runs."""
    way = getattr(request, "param", "")
    if not way:
        yield
        return
    task = request.getfixturevalue("misbehaving_task")
    with misbehaving(task.box, task.web.port, way):
        yield


GATES = (
    "test_addresses",
    "test_host_names",
    "test_policy",
    "test_protocol",
    "test_secrets",
)
"""The gate's promises, which it keeps beside a task that misbehaves, too."""
SAMPLE = {
    "test_bytes_to_a_bare_address_end_at_the_gate": "a greeting in crumbs",
    "test_another_resolver_is_the_gates_own_in_disguise": "names without end",
    "test_a_wildcard_leaves_out_its_apex": "heads byte by byte",
    "test_a_deny_beats_every_allow": "a body in crumbs",
    "test_once_is_once": "names by connections",
    "test_each_request_of_a_connection_is_judged": "interim answers without end",
    "test_the_gate_puts_the_value_in_its_place": "an answer in crumbs",
    "test_a_leak_is_a_red_event": "denials without end",
}
"""Of the runs beside a neighbour, those that are not long: one for each way."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a promise on the real sandbox, then on the weak one that its mark names.

    A promise of the gate's is run on the real one beside each misbehaving neighbour.
    """
    quiet, noisy = ["real_sandbox"], _noisy_runs(metafunc)
    if "sandbox" in metafunc.fixturenames:
        mark = metafunc.definition.get_closest_marker("against")
        quiet.append(mark.args[0] if mark else "weak_gate")
        runs = [pytest.param(name, "", id=name) for name in quiet] + [
            pytest.param("real_sandbox", way, id=f"beside {way}", marks=marks)
            for way, marks in noisy
        ]
        metafunc.parametrize(("sandbox", "neighbour"), runs, indirect=True)
    elif noisy:
        alone = pytest.param("", id="quiet")
        beside = [
            pytest.param(way, id=f"beside {way}", marks=marks) for way, marks in noisy
        ]
        metafunc.parametrize("neighbour", [alone, *beside], indirect=True)


def _noisy_runs(
    metafunc: pytest.Metafunc,
) -> list[tuple[str, tuple[pytest.MarkDecorator, ...]]]:
    """The ways beside which a test is run, with their marks."""
    name = metafunc.function.__name__
    if metafunc.module.__name__.rpartition(".")[2] not in GATES or not (
        {"sandbox", "real_sandbox"} & set(metafunc.fixturenames)
    ):
        return []
    short = [(SAMPLE[name], ())] if name in SAMPLE else []
    return [*short, (ALL, (pytest.mark.long,))]


@pytest.fixture(scope="module")
def untidy() -> Iterator[dict[str, SandboxProbe]]:
    """By their boxes, those whose worktree a test of the file has used since a tidy."""
    used: dict[str, SandboxProbe] = {}
    yield used
    for sandbox in used.values():
        tidy(sandbox)


@pytest.fixture
def sandbox(
    request: pytest.FixtureRequest, untidy: dict[str, SandboxProbe]
) -> SandboxProbe:
    """The sandbox that this run of the promise is about."""
    found: SandboxProbe = request.getfixturevalue(request.param)
    if untidy.pop(found.box, None) and "clean_sandbox" not in request.fixturenames:
        tidy(found)
    return found


@pytest.fixture
def clean_sandbox(
    sandbox: SandboxProbe, untidy: dict[str, SandboxProbe]
) -> SandboxProbe:
    """The same with nothing in its worktree but the first commit's file."""
    tidy(sandbox)
    untidy[sandbox.box] = sandbox
    return sandbox


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, Any, Any]:
    """On a weak sandbox an assertion must fail, or the probe tests nothing."""
    callspec = getattr(pyfuncitem, "callspec", None)
    name = (
        callspec.params.get("sandbox", "real_sandbox") if callspec else "real_sandbox"
    )
    if name == "real_sandbox":
        return (yield)
    try:
        yield
    except AssertionError:
        return True
    raise AssertionError("this probe passes on a weak sandbox: it tests nothing")
