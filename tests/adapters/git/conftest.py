"""A HOME for every test of git, and a watch on every process start."""

from collections.abc import Iterator

import pytest

from tests.adapters.git.git_helpers import strangers
from tests.process_starts import collected


@pytest.fixture(autouse=True)
def _own_home(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No test reads the developer's own configuration."""
    monkeypatch.setenv("HOME", str(tmp_path_factory.mktemp("user")))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)


@pytest.fixture
def plain_library() -> None:
    """The test uses GitPython as it comes, so processes start that are not ours."""


@pytest.fixture(autouse=True)
def _only_our_starts(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail, with the frames, on a process that neither our call nor a test starts."""
    with collected() as starts:
        yield
    if "plain_library" not in request.fixturenames:
        unexpected = strangers(starts)
        assert not unexpected, "\n".join(f"{s.argv}: {s.stack[:8]}" for s in unexpected)
