"""Which tools a sandbox lacks that its agent tried to use, and what brings each.

A sandbox has no root, no container engine and no services, so that a command which
asks for one says what its image should have had.
"""

import re
from collections.abc import Iterator, Sequence

from swarm.model.frozen import frozen
from swarm.model.safe_text import safe_line
from swarm.model.toolchain import stack_with

_SHOWN = 3
MOST = 8
"""Tools that are told of one task."""
NOT_FOUND = "/etc/swarm/command-not-found"
"""The script in a sandbox that a shell runs in place of a command that is not there."""

ROOT = frozenset({"sudo", "doas", "su", "pkexec", "runuser"})
ENGINES = frozenset(
    [
        "docker",
        "dockerd",
        "docker-compose",
        "docker-buildx",
        "containerd",
        "buildkitd",
        "podman",
        "podman-compose",
        "nerdctl",
        "buildah",
        "kind",
        "minikube",
    ]
)
ENGINE_ANSWER = (
    "a database, cache or queue is a service beside the task, by "
    "`[service-container.NAME]` or `compose` in swarm.toml; tools are a stack or a "
    "package: `swarm new --stack NAME --package NAME`"
)
"""What people want a nested engine for, and where it stands instead."""
_ENGINE_DAEMONS = frozenset({"dockerd", "containerd", "buildkitd"})
_NEEDS_ENGINE = frozenset(
    [
        "run",
        "build",
        "buildx",
        "compose",
        "up",
        "create",
        "start",
        "exec",
        "pull",
        "push",
        "ps",
        "images",
        "load",
        "save",
        "import",
        "from",
        "bud",
        "commit",
        "container",
        "image",
        "network",
        "volume",
        "stack",
        "swarm",
        "cluster",
    ]
)
"""Words after which such a program asks an engine; none runs without one."""
SERVICES = frozenset({"systemctl", "service", "journalctl", "rc-service", "initctl"})
_INSTALL = {
    "apt": {"install"},
    "apt-get": {"install", "build-dep"},
    "aptitude": {"install"},
    "apk": {"add"},
    "dnf": {"install"},
    "microdnf": {"install"},
    "yum": {"install"},
    "zypper": {"install", "in"},
    "pacman": {"-S", "-Sy", "-Syu"},
}
INSTALLERS = frozenset({*_INSTALL, "dpkg", "rpm", "snap", "brew"})
_WITH_VALUE = frozenset({"-t", "-o", "-c", "-u", "-g", "-X", "--virtual", "--user"})
"""Options whose next word is no package and no command."""

_PACKAGES = """
autoconf automake bc bison bundler=bundle,bundler clang cmake composer curl elixir
emacs-nox=emacs ffmpeg file flex g++=c++,g++ gawk gcc=cc,gcc gdb gfortran gh ghc git
git-lfs golang-go=go gradle graphviz=dot hugo imagemagick=convert,magick jq
default-jdk-headless=javac,jar,jshell default-jre-headless=java
default-mysql-client=mysql,mysqldump dnsutils=dig,nslookup iputils-ping=ping
libtool-bin=libtool less lua5.4=lua make man-db=man maven=mvn meson nasm nano
netcat-openbsd=nc ninja-build=ninja nodejs=node,nodejs npm=npm,npx
openssh-client=ssh,scp openssl pandoc patch perl php-cli=php pkgconf=pkg-config
postgresql-client=psql,pg_dump
procps=ps,top,pgrep,pkill protobuf-compiler=protoc python-is-python3=python python3
python3-pip=pip,pip3 python3-poetry=poetry r-base-core=R,Rscript redis-tools=redis-cli
ripgrep=rg rsync ruby=ruby,gem rustup rustc cargo screen shellcheck sqlite3
strace texlive-latex-base=pdflatex tmux tree unzip valgrind vim wget xvfb=Xvfb,xvfb-run
xz-utils=xz zip zstd
"""
PACKAGES = {
    command: package
    for package, _, commands in (entry.partition("=") for entry in _PACKAGES.split())
    for command in (commands or package).split(",")
}
"""The Debian package of each command that is told."""

_PACKAGE = re.compile(r"[a-z0-9][a-z0-9+.-]{0,60}")


@frozen
class WantedTool:
    """A tool that an agent tried to use and has not."""

    name: str
    """A command, a package, or `root`."""
    command: tuple[str, ...]
    """What was tried; the agent's words."""


def wanted_by_missing(argv: Sequence[str]) -> Iterator[str]:
    """What a command wants whose program is in no folder of PATH."""
    name, rest = _first(argv), argv[1:]
    if name in ROOT:
        yield from _wanted_as_root(rest)
    elif name in INSTALLERS:
        yield from _installed(name, rest)
    elif name in ENGINES | SERVICES or name in PACKAGES:
        yield name


def wanted_by_run(argv: Sequence[str]) -> Iterator[str]:
    """What a command wants that runs, and that no sandbox lets do its work."""
    name, rest = _first(argv), argv[1:]
    if name in ROOT:
        yield from _wanted_as_root(rest)
    elif name in _INSTALL:
        yield from _installed(name, rest)
    elif name in _ENGINE_DAEMONS:
        yield name
    elif name in ENGINES and _NEEDS_ENGINE & set(rest):
        # Its client may be in the image; what it asks is not, and never will be.
        yield name


def way_out(name: str) -> str:
    """What a person can do today; `name` as `WantedTool` has it."""
    if name == "root":
        return "there is no root in a sandbox: what needs it belongs into an image"
    if name in ENGINES:
        return f"there is no container engine in a sandbox: {ENGINE_ANSWER}"
    if name in SERVICES:
        return "there are no services in a sandbox: a program is started by itself"
    stack, package = brought_by(name)
    option = f"--stack {stack}" if stack else f"--package {package}"
    return (
        f"`swarm repo add {stack or package}` has it for good, "
        f"`swarm new {option}` once"
    )


def brought_by(name: str) -> tuple[str, str]:
    """The stack or else the Debian package that brings a tool; both empty for none."""
    if name == "root" or name in ENGINES or name in SERVICES:
        return "", ""
    package = PACKAGES.get(name, name)
    stack = stack_with(package)
    return stack, "" if stack else package


def can_be_had(names: Sequence[str]) -> tuple[str, ...]:
    """Those of the tools that a stack or a package brings."""
    return tuple(name for name in names if any(brought_by(name)))


def summary(names: Sequence[str]) -> str:
    """`wants: gcc, make +2`; empty if there are none."""
    more = f" +{len(names) - _SHOWN}" if len(names) > _SHOWN else ""
    shown = ", ".join(safe_line(name, 24) for name in names[:_SHOWN])
    return f"wants: {shown}{more}" if names else ""


def _wanted_as_root(rest: Sequence[str]) -> Iterator[str]:
    inner = list(_without_options(rest))
    found = list(wanted_by_missing(inner)) if inner else []
    # What would be there without root is not what is missing.
    names = [name for name in found if _first(inner) in INSTALLERS or name in _ALONE]
    yield from names or ["root"]


_ALONE = ENGINES | SERVICES


def _without_options(words: Sequence[str]) -> Iterator[str]:
    """The words from the first that is neither an option, its value nor a setting."""
    position = 0
    while position < len(words):
        word = words[position]
        if word.startswith("-"):
            position += 2 if word in _WITH_VALUE else 1
        elif "=" in word:
            position += 1
        else:
            break
    yield from words[position:]


def _installed(name: str, rest: Sequence[str]) -> Iterator[str]:
    verbs = _INSTALL.get(name, set())
    at = next((i for i, word in enumerate(rest) if word in verbs), None)
    if at is None:
        return
    is_value = False
    for word in rest[at + 1 :]:
        plain = re.split("[=/:<>~]", word, maxsplit=1)[0]
        if not is_value and not word.startswith("-") and _PACKAGE.fullmatch(plain):
            yield plain
        is_value = word in _WITH_VALUE


def _first(argv: Sequence[str]) -> str:
    return argv[0].rpartition("/")[2] if argv else ""
