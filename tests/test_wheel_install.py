"""The wheel alone is enough: installed without the checkout, it looks and works.

Each installer takes the wheel into an empty environment, as its users would.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
pytestmark = pytest.mark.long
Install = Callable[[Path, Path], Path]
"""Takes the wheel and an empty folder; returns the folder of programs."""


def _run(*argv: str | Path, **more: str) -> None:
    done = subprocess.run(
        [*map(str, argv)],
        cwd="/",
        env={**_environment(), **more},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _environment() -> dict[str, str]:
    """Without what would lead a Python to the checkout."""
    return {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}


def _venv(place: Path) -> Path:
    _run(sys.executable, "-m", "venv", place)
    return place / "bin"


def by_pip(wheel: Path, place: Path) -> Path:
    programs = _venv(place / "venv")
    _run(programs / "pip", "install", "--quiet", "-c", ROOT / "constraints.txt", wheel)
    return programs


def by_uv(wheel: Path, place: Path) -> Path:
    tools = _venv(place / "tools")
    _run(tools / "pip", "install", "--quiet", "uv")
    _run(
        tools / "uv", "tool", "install", "--python", sys.executable, wheel,
        UV_TOOL_DIR=str(place / "uv"), UV_TOOL_BIN_DIR=str(place / "bin"),
        UV_SYSTEM_CERTS="1", UV_NATIVE_TLS="1", UV_CACHE_DIR=str(place / "cache"),
    )  # fmt: skip
    return place / "bin"


def by_pipx(wheel: Path, place: Path) -> Path:
    tools = _venv(place / "tools")
    _run(tools / "pip", "install", "--quiet", "pipx")
    _run(
        tools / "pipx", "install", "--python", sys.executable, wheel,
        PIPX_HOME=str(place / "pipx"), PIPX_BIN_DIR=str(place / "bin"),
    )  # fmt: skip
    return place / "bin"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("wheel")
    argv = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(place)]
    subprocess.run(argv, cwd=ROOT, check=True, capture_output=True)
    (found,) = place.glob("*.whl")
    return found


@pytest.fixture(scope="module", params=[by_pip, by_uv, by_pipx])
def swarm(
    wheel: Path,
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> Iterator[Callable[..., subprocess.CompletedProcess[str]]]:
    """Runs the installed program from an empty home, outside of the checkout."""
    place = tmp_path_factory.mktemp(request.param.__name__)
    program = request.param(wheel, place) / "swarm"
    home = place / "home"
    home.mkdir()

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        state = {"SWARM_HOME": str(place / "state"), "XDG_CONFIG_HOME": str(home)}
        return subprocess.run(
            [str(program), *words],
            cwd=home,
            env={**_environment(), **state},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    yield run
    shutil.rmtree(place)


def test_doctor_demo_and_init_need_no_checkout(
    swarm: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    """The doctor fixes what it can, so that the demo finds its images."""
    for words in (("init",), ("doctor", "--fix"), ("demo",)):
        done = swarm(*words)
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
        assert str(ROOT) not in done.stdout + done.stderr
