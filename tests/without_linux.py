"""Runs swarm in a Python that has only what macOS has, as far as Linux can play it.

`python -m tests.without_linux WORDS` is `swarm WORDS` with the modules and functions
taken away that are Linux's alone, and with `/proc` and `/sys` missing.
`imports` in place of WORDS imports the host's side, module by module. The programs that
swarm starts (git, tmux, docker) are this machine's, and so is the engine.
"""

import contextlib
import importlib
import os
import pkgutil
import platform
import sys
import sysconfig
import types
from collections.abc import Callable
from typing import Any

GONE_MODULES = ("asyncinotify", "spwd", "ossaudiodev", "nis")
GONE_FOLDERS = ("/proc", "/sys")
MEMORY = "/dev/shm"
"""Nothing may be put there; what the tests themselves keep in there is seen."""
GONE = {
    "os": (
        "waitid pipe2 memfd_create splice eventfd eventfd_read eventfd_write "
        "pidfd_open posix_fallocate posix_fadvise copy_file_range getrandom setresuid "
        "setresgid getresuid getresgid getxattr setxattr listxattr removexattr "
        "fdatasync unshare setns O_PATH O_TMPFILE O_DIRECT O_NOATIME O_LARGEFILE "
        "O_RSYNC ST_NOEXEC ST_NODEV ST_NOATIME ST_SYNCHRONOUS ST_MANDLOCK WEXITED "
        "WNOWAIT P_PID P_PIDFD sched_setaffinity sched_getaffinity "
        "sched_setscheduler sched_getscheduler sched_setparam sched_getparam"
    ),
    "signal": "SIGRTMIN SIGRTMAX SIGPWR SIGSTKFLT SIGPOLL SIGCLD sigtimedwait "
    "sigwaitinfo pidfd_send_signal",
    "resource": "prlimit RLIMIT_MSGQUEUE RLIMIT_NICE RLIMIT_RTPRIO RLIMIT_SIGPENDING",
    "select": "epoll EPOLLIN EPOLLOUT",
    "socket": "SO_PEERCRED SO_PASSCRED SO_BINDTODEVICE SO_MARK AF_NETLINK AF_PACKET "
    "AF_VSOCK SOCK_CLOEXEC SOCK_NONBLOCK TCP_CORK TCP_QUICKACK TCP_USER_TIMEOUT",
    "fcntl": "F_SETPIPE_SZ F_GETPIPE_SZ F_NOTIFY F_SETLEASE F_GETLEASE F_ADD_SEALS",
    "time": "CLOCK_BOOTTIME CLOCK_TAI pthread_getcpuclockid",
}
"""Names by module that Linux has and macOS has not."""


def take_away() -> None:
    """Make this process's Python as poor as macOS's; there is no way back."""
    for name in GONE_MODULES:
        sys.modules[name] = None  # type: ignore[assignment]
    for module, names in GONE.items():
        loaded = importlib.import_module(module)
        for name in names.split():
            with contextlib.suppress(AttributeError):
                delattr(loaded, name)
    sys.addaudithook(_refuse)
    for name in ("stat", "lstat", "access", "statvfs", "readlink"):
        setattr(os, name, _blind(getattr(os, name)))
    settings = types.ModuleType("_scproxy")  # of macOS's own Python
    settings._get_proxies = dict  # type: ignore[attr-defined]
    settings._get_proxy_settings = lambda: {"exclude_simple": False}  # type: ignore[attr-defined]
    sys.modules["_scproxy"] = settings
    sysconfig.get_config_vars()  # read from a file that is named by the system
    platform.system = lambda: "Darwin"
    sys.platform = "darwin"


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event in ("open", "os.listdir", "os.scandir") and arguments:
        _check(arguments[0])


def _blind(function: Callable[..., Any]) -> Callable[..., Any]:
    def call(path: Any, *words: Any, **options: Any) -> Any:
        if function.__name__ == "access" and str(path) == MEMORY:
            return False
        try:
            _check(path)
        except FileNotFoundError:
            if function.__name__ == "access":
                return False
            raise
        return function(path, *words, **options)

    return call


def _check(path: Any) -> None:
    try:
        text = os.fsdecode(path)
    except TypeError:
        return
    if any(f"{text}/".startswith(f"{gone}/") for gone in GONE_FOLDERS):
        raise FileNotFoundError(2, "No such file or directory", text)


def host_modules() -> list[str]:
    """Every module of swarm that is not of the gate's container."""
    import swarm  # noqa: PLC0415 - after `take_away`

    names = [info.name for info in pkgutil.walk_packages(swarm.__path__, "swarm.")]
    return [name for name in names if not name.startswith("swarm.gate")]


def main(words: list[str]) -> int:
    """Take it away, then run the command line; 0 and no output if all imports work."""
    take_away()
    if words == ["imports"]:
        for name in host_modules():
            importlib.import_module(name)
        return 0
    from swarm.cli.main import run  # noqa: PLC0415 - after `take_away`

    return run(words)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
