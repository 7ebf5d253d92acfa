"""Users of the container engine: root, an ordinary one, and one without an account.

pytest -m long -s tests/engines/test_users.py
"""

import grp
import os
import shutil
import site
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from swarm.adapters.docker import DockerContainers
from swarm.plan.naming import HOME_LABEL, home_tag

SOCKET = Path("/var/run/docker.sock")
ROOT = Path(__file__).resolve().parents[2]
SYSTEM_PYTHON = "/usr/bin/python3"
WORK = "id -u > who.txt; git add -A; git commit -qm who"
IDENTITY = "[user]\nname = A Human\nemail = human@example.invalid\n"


@dataclass(frozen=True)
class Person:
    """Somebody at this machine, with a home and a repository of their own."""

    uid: int
    groups: str
    folder: Path
    python: Path

    def run(self, *argv: str) -> subprocess.CompletedProcess[str]:
        """Run a program as this person, in their repository."""
        who = [f"--reuid={self.uid}", f"--regid={self.uid}", self.groups]
        return subprocess.run(
            ["setpriv", *who, *argv],
            cwd=self.folder / "repo",
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self.folder),
                "SWARM_HOME": str(self.home),
                "TERM": "xterm-256color",
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=180,
        )

    def swarm(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command of swarm's."""
        return self.run(str(self.python), "-m", "swarm", *words)

    @property
    def home(self) -> Path:
        """Their swarm's home."""
        return self.folder / "state"

    def attached(self, task: str) -> str:
        """What a terminal shows that is attached to the task for a moment."""
        command = f"timeout 8 {self.python} -m swarm attach {task}"
        return self.run("script", "-qec", command, "/dev/null").stdout


@pytest.fixture(scope="module")
def python(room: Path) -> Path:
    """An interpreter that every user may run, with this code and its libraries."""
    if os.getuid() or not shutil.which("setpriv"):
        pytest.skip("being other users needs root and setpriv")
    mine = f"{sys.version_info.major}.{sys.version_info.minor}"
    told = [SYSTEM_PYTHON, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    if (
        subprocess.run(told, capture_output=True, text=True, check=True).stdout
        != mine + "\n"
    ):
        pytest.skip(f"{SYSTEM_PYTHON} is not of version {mine}")
    making = [SYSTEM_PYTHON, "-m", "venv", "--without-pip", str(room / "venv")]
    subprocess.run(making, check=True)
    (packages,) = (room / "venv/lib").glob("python*/site-packages")
    paths = [str(ROOT), *site.getsitepackages(), *sys.path]
    libraries = [path for path in paths if path.endswith("site-packages")]
    (packages / "ours.pth").write_text("\n".join([str(ROOT), *libraries]) + "\n")
    return room / "venv/bin/python"


@pytest.fixture(scope="module")
def room() -> Iterator[Path]:
    """A folder that others may enter: pytest closes its own to them."""
    with tempfile.TemporaryDirectory(prefix="swarm-users-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def _person(uid: int, groups: str, room: Path, python: Path) -> Person:
    probe = ["setpriv", f"--reuid={uid}", f"--regid={uid}", groups, str(python)]
    asked = subprocess.run([*probe, "-c", "import swarm.cli.main, docker"], check=False)
    if asked.returncode:
        pytest.skip(f"uid {uid} cannot read this code or its libraries")
    folder = Path(tempfile.mkdtemp(dir=room))
    (folder / "repo").mkdir()
    (folder / ".gitconfig").write_text(IDENTITY)
    for path in (folder, *folder.iterdir()):
        os.chown(path, uid, uid)
    person = Person(uid, groups, folder, python)
    person.run("git", "init", "-q", "-b", "main")
    person.run("git", "commit", "-q", "--allow-empty", "-m", "first")
    return person


def _end(person: Person) -> None:
    """End the person's keeper, and remove what their home has at the engine."""
    tag = home_tag(person.home)
    person.run("tmux", "-L", f"swarm-{tag}", "kill-server")
    docker = DockerContainers()
    labels = {HOME_LABEL: tag}
    for facts in docker.all(labels):
        docker.remove(facts.name)
    for volume in docker.volumes(labels):
        docker.remove_volume(volume)
    for network in docker.networks(labels):
        docker.remove_network(network)
    docker.close()


@pytest.fixture(params=[0, 1000, 70001])
def allowed(
    request: pytest.FixtureRequest, room: Path, python: Path
) -> Iterator[Person]:
    """A user who may use the engine, by the socket's group."""
    group = SOCKET.stat().st_gid
    person = _person(request.param, f"--groups={group}", room, python)
    yield person
    _end(person)


@pytest.fixture(params=[1000, 70001])
def barred(
    request: pytest.FixtureRequest, room: Path, python: Path
) -> Iterator[Person]:
    """A user who may not."""
    person = _person(request.param, "--clear-groups", room, python)
    yield person
    _end(person)


@pytest.mark.long
def test_a_user_with_rights_works(allowed: Person) -> None:
    """New, attach and doctor; a uid needs no account."""
    checked = allowed.swarm("doctor")
    made = allowed.swarm("new", "--run", WORK, "who am I")
    waited = allowed.swarm("wait", "1")
    merged = allowed.swarm("merge", "1")
    second = allowed.swarm("new", "--run", "echo ATTACHED; sleep 600", "stay")

    assert checked.returncode == 0, checked.stdout
    assert (made.stdout, made.stderr) == ("1\n", "")
    assert waited.returncode == 0, waited.stderr
    assert merged.returncode == 0, merged.stderr
    seen = (allowed.folder / "repo/who.txt").read_text().strip()
    assert seen == str(allowed.uid or 1000)
    assert (allowed.folder / "repo/who.txt").stat().st_uid == allowed.uid
    assert second.stdout == "2\n"
    assert "ATTACHED" in allowed.attached("2")


@pytest.mark.long
def test_a_user_without_rights_gets_a_sentence_with_the_way_to_them(
    barred: Person,
) -> None:
    """The same words from both, and nothing is made."""
    group = grp.getgrgid(SOCKET.stat().st_gid).gr_name
    checked = barred.swarm("doctor")
    made = barred.swarm("new", "--run", WORK, "who am I")
    attached = barred.swarm("attach", "1")

    for told in (checked.stdout, made.stderr):
        assert "your user may not use the engine" in told
        assert group in told
        assert "Traceback" not in told
    assert (checked.returncode, made.returncode) == (1, made.returncode or 1)
    assert "there is no task 1" in attached.stderr
    assert not (barred.home / "worktrees").exists()
