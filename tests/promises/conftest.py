"""Every promise runs twice: the real sandbox holds it, a weak one breaks it."""

from collections.abc import Generator, Iterator
from typing import Any

import pytest

from tests.engine.keeper_harness import new_sample_repository
from tests.promises.sandbox_probe import SandboxProbe, open_bridged_probe, open_probe
from tests.promises.weakened_sandbox import WeakenedSandbox, open_weakened_sandbox, tidy


@pytest.fixture(scope="session")
def real_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProbe]:
    """The sandbox as users get it."""
    with open_probe(
        new_sample_repository(tmp_path_factory.mktemp("real") / "sample")
    ) as probe:
        yield probe


@pytest.fixture(scope="session")
def weak_gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProbe]:
    """The same behind a gate that checks nothing."""
    with open_probe(
        new_sample_repository(tmp_path_factory.mktemp("weak") / "sample"), True
    ) as probe:
        yield probe


@pytest.fixture(scope="session")
def bridged(real_sandbox: SandboxProbe) -> Iterator[SandboxProbe]:
    """The same on a plain bridge network, with no gate at all."""
    with open_bridged_probe(real_sandbox) as probe:
        yield probe


@pytest.fixture(scope="session")
def weakened(real_sandbox: SandboxProbe) -> Iterator[WeakenedSandbox]:
    """The same as root, with every capability and all that the host has in reach."""
    with open_weakened_sandbox(real_sandbox) as probe:
        yield probe


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a promise on the real sandbox, then on the weak one that its mark names."""
    if "sandbox" in metafunc.fixturenames:
        mark = metafunc.definition.get_closest_marker("against")
        other = mark.args[0] if mark else "weak_gate"
        metafunc.parametrize("sandbox", ["real_sandbox", other], indirect=True)


@pytest.fixture
def sandbox(request: pytest.FixtureRequest) -> SandboxProbe:
    """The sandbox that this run of the promise is about."""
    return request.getfixturevalue(request.param)  # type: ignore[no-any-return]


@pytest.fixture
def clean_sandbox(sandbox: SandboxProbe) -> Iterator[SandboxProbe]:
    """The same with nothing in its worktree but the first commit's file."""
    tidy(sandbox)
    yield sandbox
    tidy(sandbox)


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
