"""Second container engines, each in a network namespace and folders of its own.

What cannot be had on a machine is skipped in words: these engines are not installed for
the tests, and a machine without them tests the others.
"""

import json
import os
import pwd
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from swarm.adapters.docker.images import DockerImages
from swarm.engine.host import images

USER = "swarm-test-remap"
FIRST_ID = 300000
PATIENCE = 60.0


def needs(*programs: str) -> None:
    """Skip unless root has all of them."""
    if os.getuid():
        pytest.skip("a second container engine needs root")
    for program in programs:
        if not shutil.which(program):
            pytest.skip(f"{program} is not installed")


@contextmanager
def rootful() -> Iterator[str]:
    """The machine's own engine."""
    yield "unix:///var/run/docker.sock"


@contextmanager
def remapped() -> Iterator[str]:
    """Docker with `userns-remap`, for a user that exists meanwhile."""
    needs("dockerd", "unshare", "ip", "useradd")
    with tempfile.TemporaryDirectory(prefix="swarm-remap-") as name, _remap_user():
        folder = Path(name)
        folder.chmod(0o711)
        (folder / "daemon.json").write_text("{}")
        socket = folder / "docker.sock"
        words = {
            "data-root": folder / "data",
            "exec-root": folder / "exec",
            "pidfile": folder / "pid",
            "host": f"unix://{socket}",
            "bridge": "none",
            "iptables": "false",
            "ip6tables": "false",
            "userns-remap": USER,
            "config-file": folder / "daemon.json",
        }
        argv = ["dockerd", *(f"--{key}={value}" for key, value in words.items())]
        with _running(argv, {}, socket, folder / "log"):
            yield f"unix://{socket}"


@dataclass
class RestartableEngine:
    """Docker with a network of its own, which a test ends and starts again."""

    url: str
    netns: str
    """The file of its network namespace, which outlives it."""
    _argv: list[str]
    _log: Path
    _running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self) -> None:
        """Start it and wait until it answers."""
        with self._log.open("ab") as output:
            engine = subprocess.Popen(
                ["nsenter", f"--net={self.netns}", *self._argv],
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self._running.append(engine)
        _await(Path(self.url.removeprefix("unix://")), engine, self._log)

    def end(self, number: int = signal.SIGTERM) -> None:
        """End it by the signal, and wait until it has; its containers may live on."""
        while self._running:
            engine = self._running.pop()
            engine.send_signal(number)
            try:
                engine.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                engine.kill()
                engine.wait(PATIENCE)


@contextmanager
def restartable(live_restore: bool) -> Iterator[RestartableEngine]:
    """One that runs, with our images; containers that outlived it are ended at last."""
    needs("dockerd", "unshare", "nsenter", "ip")
    with tempfile.TemporaryDirectory(prefix="swarm-restarted-") as name:
        folder = Path(name)
        settings = json.dumps({"live-restore": live_restore})
        (folder / "daemon.json").write_text(settings)
        words = {
            "data-root": folder / "data",
            "exec-root": folder / "exec",
            "pidfile": folder / "pid",
            "host": f"unix://{folder / 'docker.sock'}",
            "bridge": "none",
            "iptables": "false",
            "ip6tables": "false",
            "config-file": folder / "daemon.json",
        }
        argv = ["dockerd", *(f"--{key}={value}" for key, value in words.items())]
        url = f"unix://{folder / 'docker.sock'}"
        with _network_namespace() as netns:
            engine = RestartableEngine(url, netns, argv, folder / "log")
            try:
                engine.start()
                _load_images(url)
                yield engine
            finally:
                _remove_containers(url)
                engine.end()
                # One that was killed, or has let containers live, unmounts nothing.
                unmount = ["umount", "-R", str(folder / "data")]
                subprocess.run(unmount, check=False, capture_output=True)


@contextmanager
def _network_namespace() -> Iterator[str]:
    """A file of a namespace that holds nothing but its own loopback."""
    words = ["unshare", "-n", "sh", "-c", "ip link set lo up && echo up && exec cat"]
    pipe = subprocess.PIPE
    with subprocess.Popen(words, stdin=pipe, stdout=pipe) as holder:
        assert holder.stdout
        assert holder.stdin
        assert holder.stdout.readline() == b"up\n"
        yield f"/proc/{holder.pid}/ns/net"
        holder.stdin.close()


def _remove_containers(url: str) -> None:
    listing = ["docker", "-H", url, "ps", "-aq"]
    known = subprocess.run(listing, check=False, capture_output=True, text=True)
    removing = ["docker", "-H", url, "rm", "-f", *known.stdout.split()]
    if known.stdout.split():
        subprocess.run(removing, check=False, capture_output=True, timeout=PATIENCE)


@contextmanager
def rootless() -> Iterator[str]:
    """Docker without root, as a user that exists meanwhile."""
    needs("dockerd", "rootlesskit", "newuidmap", "setpriv", "unshare", "useradd")
    with tempfile.TemporaryDirectory(prefix="swarm-rootless-") as name, _remap_user():
        folder = Path(name)
        account = pwd.getpwnam(USER)
        uid, gid = account.pw_uid, account.pw_gid
        (folder / "daemon.json").write_text("{}")
        words = {
            "data-root": folder / "data",
            "exec-root": folder / "exec",
            "pidfile": folder / "pid",
            "host": f"unix://{folder / 'docker.sock'}",
            "bridge": "none",
            "iptables": "false",
            "ip6tables": "false",
            "storage-driver": "vfs",
            "config-file": folder / "daemon.json",
        }
        clean = "rm -rf /run/docker /run/containerd /run/xtables.lock"
        argv = [
            *("setpriv", f"--reuid={uid}", f"--regid={gid}", "--clear-groups"),
            *("rootlesskit", "--net=host", "--copy-up=/etc", "--copy-up=/run"),
            *("--propagation=rslave", f"--state-dir={folder / 'state'}"),
            *("sh", "-c", f'{clean}; exec "$@"', "sh", "dockerd", "--rootless"),
            *(f"--{key}={value}" for key, value in words.items()),
        ]
        settings = {"XDG_RUNTIME_DIR": name, "HOME": name}
        log = folder / "log"
        for path in (folder, *folder.iterdir()):
            os.chown(path, uid, gid)
        with _running(argv, settings, folder / "docker.sock", log, images_too=False):
            yield f"unix://{folder / 'docker.sock'}"


@contextmanager
def _remap_user() -> Iterator[None]:
    """A user with subordinate ids; both are undone."""
    files = {Path(f"/etc/sub{kind}"): "" for kind in ("uid", "gid")}
    for file in files:
        files[file] = file.read_text() if file.exists() else ""
    subprocess.run(["useradd", "-r", "-M", "-s", "/bin/false", USER], check=True)
    try:
        for file, before in files.items():
            kept = [line for line in before.splitlines() if not line.startswith(USER)]
            line = f"{USER}:{FIRST_ID}:65536"
            file.write_text("\n".join([*kept, line]) + "\n")
        yield
    finally:
        for file, before in files.items():
            file.write_text(before)
        subprocess.run(["userdel", USER], check=False)


@contextmanager
def podman() -> Iterator[str]:
    """Podman's service, by runc: crun takes no machine with both cgroup versions."""
    needs("podman", "runc", "unshare", "ip")
    if not Path("/usr/libexec/podman/catatonit").exists():
        needs("catatonit")
    with tempfile.TemporaryDirectory(prefix="swarm-podman-") as name:
        folder = Path(name)
        socket = folder / "podman.sock"
        (folder / "containers.conf").write_text(
            '[network]\nnetwork_backend = "netavark"\n'
            '[engine]\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n'
            'runtime = "ours"\n'
            f'[engine.runtimes]\nours = ["{_runtime(folder)}"]\n'
        )
        argv = [
            "podman",
            f"--root={folder / 'root'}",
            f"--runroot={folder / 'run'}",
            "--cgroup-manager=cgroupfs",
            *("system", "service", "--time=0", f"unix://{socket}"),
        ]
        settings = {"CONTAINERS_CONF": str(folder / "containers.conf")}
        try:
            with _running(argv, settings, socket, folder / "log"):
                yield f"unix://{socket}"
        finally:
            remove = [*argv[:4], "system", "reset", "--force"]
            subprocess.run(remove, check=False, capture_output=True, timeout=PATIENCE)


def _runtime(folder: Path) -> Path:
    """Runc; on a machine that may raise no limit, it asks for none above its own."""
    hard = resource.getrlimit(resource.RLIMIT_NPROC)[1]
    file = folder / "runtime"
    file.write_text(
        f"#!{sys.executable}\n"
        "import json, os, resource, sys\n"
        "args = sys.argv[1:]\n"
        "if 'create' in args and '--bundle' in args:\n"
        "    path = args[args.index('--bundle') + 1] + '/config.json'\n"
        "    spec = json.load(open(path))\n"
        "    for limit in spec['process'].get('rlimits', []):\n"
        "        hard = resource.getrlimit(getattr(resource, limit['type']))[1]\n"
        "        if hard >= 0:\n"
        "            for key in ('hard', 'soft'):\n"
        "                limit[key] = min(limit[key], hard)\n"
        "    json.dump(spec, open(path, 'w'))\n"
        f"os.execv('{shutil.which('runc')}', ['runc', *args])\n"
    )
    file.chmod(0o755)
    return file if hard >= 0 else Path(str(shutil.which("runc")))


@contextmanager
def _running(
    argv: list[str],
    settings: dict[str, str],
    socket: Path,
    log: Path,
    *,
    images_too: bool = True,
) -> Iterator[None]:
    """The engine, in a network namespace of its own, with our images loaded."""
    starting = ["unshare", "-n", "sh", "-c", 'ip link set lo up; exec "$@"', "sh"]
    with log.open("wb") as output:
        engine = subprocess.Popen(
            [*starting, *argv],
            env={**os.environ, **settings},
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        _await(socket, engine, log)
        if images_too:
            _load_images(f"unix://{socket}")
        yield
    finally:
        engine.terminate()
        try:
            engine.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            engine.kill()
        subprocess.run(
            ["umount", "-R", str(log.parent)], check=False, capture_output=True
        )


def _await(socket: Path, engine: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until the engine answers."""
    asking = ["docker", "-H", f"unix://{socket}", "version"]
    deadline = time.monotonic() + PATIENCE
    while subprocess.run(asking, check=False, capture_output=True).returncode:
        said = log.read_text(errors="replace")[-2000:]
        assert engine.poll() is None, said
        assert time.monotonic() < deadline, said
        time.sleep(0.2)  # an engine tells nobody that it is ready


def _load_images(url: str) -> None:
    names = [
        images.build(DockerImages(), name, lambda _line: None) for name in images.own()
    ]
    argv = ["docker", "-H", "unix:///var/run/docker.sock", "save", *names]
    loading = ["docker", "-H", url, "load"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE) as saving:
        subprocess.run(loading, stdin=saving.stdout, check=True, capture_output=True)
    assert saving.returncode == 0


def described(url: str) -> str:
    """One line on an engine, for the matrix that a run prints."""
    words = ["docker", "-H", url, "info", "--format", "{{json .}}"]
    told = json.loads(subprocess.run(words, check=True, capture_output=True).stdout)
    return f"{told['ServerVersion']}, cgroup {told.get('CgroupVersion') or '1'}"
