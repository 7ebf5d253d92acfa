"""Every promise runs twice: held by the real thing, and seen to fail on a weak one."""

from collections.abc import Generator, Iterator
from typing import Any

import pytest

from tests.engine.conftest import new_sample
from tests.promises.den import Den, bridged, den
from tests.promises.loose import Loose, loosened, tidy


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Den]:
    """The sandbox as users get it."""
    with den(new_sample(tmp_path_factory.mktemp("kept") / "sample")) as made:
        yield made


@pytest.fixture(scope="session")
def weak(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Den]:
    """The same behind a gate that checks nothing."""
    with den(new_sample(tmp_path_factory.mktemp("weak") / "sample"), True) as made:
        yield made


@pytest.fixture(scope="session")
def bridge(kept: Den) -> Iterator[Den]:
    """The same on a plain bridge network, with no gate at all."""
    with bridged(kept) as made:
        yield made


@pytest.fixture(scope="session")
def loose(kept: Den) -> Iterator[Loose]:
    """The same as root, with every capability and all that the host has in reach."""
    with loosened(kept) as made:
        yield made


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`den` is the real one, then the weak one that the promise's mark names."""
    if "place" in metafunc.fixturenames:
        mark = metafunc.definition.get_closest_marker("against")
        other = mark.args[0] if mark else "weak"
        metafunc.parametrize("place", ["kept", other], indirect=True)


@pytest.fixture
def place(request: pytest.FixtureRequest) -> Den:
    """Where the probe runs this time."""
    return request.getfixturevalue(request.param)  # type: ignore[no-any-return]


@pytest.fixture
def fresh(place: Den) -> Iterator[Den]:
    """The same with nothing in its worktree but the first commit's file."""
    tidy(place)
    yield place
    tidy(place)


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, Any, Any]:
    """On a weak one an assertion must fail, or the probe tests nothing."""
    where = getattr(pyfuncitem, "callspec", None)
    if where is None or where.params.get("place", "kept") == "kept":
        return (yield)
    try:
        yield
    except AssertionError:
        return True
    raise AssertionError("this probe passes on a weak sandbox: it tests nothing")
