"""What a user installs: the wheel brings everything, and set-up scripts are sound."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHIPPED = (
    "swarm/css/app.tcss",
    "swarm/images/base/Dockerfile",
    "swarm/images/seccomp.json",
    "swarm/config/defaults.toml",
    "swarm/agents/command.toml",
)


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel's content, as pip lays it out."""
    at = tmp_path_factory.mktemp("wheel")
    argv = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(at)]
    subprocess.run(argv, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = at.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(at / "lib")
    return at / "lib"


@pytest.mark.parametrize("file", SHIPPED)
def test_the_wheel_brings(unpacked: Path, file: str) -> None:
    """Style sheets, images and data lie inside the package."""
    assert (unpacked / file).is_file()


def test_the_wheel_brings_neither_tests_nor_benches(unpacked: Path) -> None:
    """A user's site-packages get one package of ours."""
    top = {path.name for path in unpacked.iterdir() if not path.name.endswith("-info")}

    assert top == {"swarm"}


def test_shipped_files_are_found_from_the_wheel(unpacked: Path) -> None:
    """Not only from a checkout."""
    words = "from swarm import assets; print(*assets.folder('css').glob('app.tcss'))"
    done = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path[:0]=[sys.argv[1]]; {words}",
         str(unpacked)],
        cwd="/", check=True, capture_output=True, text=True,
    )  # fmt: skip

    assert done.stdout.strip() == str(unpacked / "swarm/css/app.tcss")


@pytest.mark.parametrize("script", ["setup.sh", ".ci/run"])
def test_a_script_is_sound(script: str) -> None:
    """The shell that runs it can read it."""
    shell = (ROOT / script).read_text().splitlines()[0].rpartition("/")[2].split()[-1]

    subprocess.run([shell, "-n", str(ROOT / script)], check=True)


@pytest.mark.parametrize(
    "target", ["setup", "demo", "test", "lint", "bench", "screenshots", "clean"]
)
def test_make_knows(target: str) -> None:
    """Every target that the README and CI name."""
    subprocess.run(["make", "-n", target], cwd=ROOT, check=True, capture_output=True)
