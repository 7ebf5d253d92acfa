"""What an image has beside the agent: stacks by name, and Debian packages.

A stack is what projects of one language need to install, build and test. A project's
own image, which its Dockerfile or a registry gives, stands in the place of both.
"""

import difflib
import re
from collections.abc import Iterable
from fnmatch import fnmatchcase

from swarm.errors import PlanError
from swarm.model.frozen import frozen

MOST_PACKAGES = 100
_PACKAGE = re.compile(r"[a-z0-9][a-z0-9.+-]{1,60}")
"""A name of Debian's: debian.org/doc/debian-policy, 5.6.1."""
_NODE = frozenset({"nodejs", "npm"})
"""Debian's packages of what the stack has by itself."""
_IMAGE = "image="
_COMPILER = ("g++", "gcc", "libc6-dev", "make", "pkgconf")


@frozen
class Stack:
    """One language's tools."""

    name: str
    title: str
    packages: tuple[str, ...]
    """Debian's of the base."""
    found_by: tuple[str, ...]
    """Files in a project's first folder that tell of it; `*` for any name."""
    has_node: bool = False
    """Node and npm, of the version that agents run on."""
    megabytes: int = 0
    """What it adds to the base, measured."""
    version: str = ""
    """Of its language's tools: Debian's of the base, Node's of its wheel."""
    older: str = ""
    """The interpreter's package of the Debian before the base's."""


STACKS = {
    stack.name: stack
    for stack in (
        Stack(
            "browser",
            "Chromium for tests of pages",
            ("chromium", "chromium-driver", "fonts-liberation"),
            ("playwright.config.*", "cypress.config.*", "karma.conf.*"),
            megabytes=880,
        ),
        Stack(
            "c",
            "C and C++",
            (
                *_COMPILER,
                "autoconf",
                "automake",
                "cmake",
                "gdb",
                "libtool",
                "ninja-build",
            ),
            ("CMakeLists.txt", "configure.ac", "meson.build", "*.c", "*.cc", "*.cpp"),
            megabytes=470,
        ),
        Stack(
            "go",
            "Go",
            ("golang-go", "gcc", "libc6-dev"),
            ("go.mod", "go.work"),
            megabytes=560,
            version="1.24",
        ),
        Stack(
            "java",
            "Java, with Maven and Gradle",
            ("default-jdk-headless", "gradle", "maven"),
            ("pom.xml", "build.gradle", "build.gradle.kts", "settings.gradle*"),
            megabytes=530,
            version="21",
        ),
        Stack(
            "node",
            "Node, with what compiles native modules",
            _COMPILER,
            ("package.json",),
            has_node=True,
            megabytes=570,
            version="24.19",
        ),
        Stack(
            "python",
            "Python, with what compiles C extensions",
            (*_COMPILER, "python3-dev", "python3-pip", "python3-venv"),
            ("pyproject.toml", "setup.py", "setup.cfg", "requirements*.txt", "tox.ini"),
            megabytes=430,
            version="3.13",
        ),
        Stack(
            "python3.11",
            "Python 3.11 beside the base's, with what compiles C extensions",
            _COMPILER,
            (),
            megabytes=440,
            version="3.11.2",
            older="python3.11",
        ),
        Stack(
            "ruby",
            "Ruby, with Bundler and what compiles gems",
            (*_COMPILER, "bundler", "libyaml-dev", "ruby-dev"),
            ("Gemfile", "*.gemspec"),
            megabytes=410,
            version="3.3",
        ),
        Stack(
            "rust",
            "Rust, with Cargo",
            ("cargo", "gcc", "libc6-dev", "pkgconf", "rust-clippy", "rustc", "rustfmt"),
            ("Cargo.toml",),
            megabytes=800,
            version="1.85",
        ),
    )
}


@frozen
class Toolchain:
    """The stacks and packages of one image, each once and in order, or an image."""

    stacks: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    """Beside those of the stacks."""
    image: str = ""
    """The engine's reference of a project's own image; it stands alone."""

    def __bool__(self) -> bool:
        return bool(self.stacks or self.packages or self.image)

    def __str__(self) -> str:
        """As `toolchain_of` reads it: `c+node,libpq-dev`, or `image=REFERENCE`."""
        if self.image:
            return f"{_IMAGE}{self.image}"
        return ",".join(["+".join(self.stacks), *self.packages])

    @property
    def installed(self) -> list[str]:
        """All Debian packages, each once."""
        of_stacks = (STACKS[name].packages for name in self.stacks)
        return sorted({*self.packages, *(p for each in of_stacks for p in each)})

    @property
    def older(self) -> list[str]:
        """The interpreters' packages that the Debian before the base's has."""
        return [STACKS[name].older for name in self.stacks if STACKS[name].older]

    @property
    def has_node(self) -> bool:
        """True if one of the stacks brings Node."""
        return any(STACKS[name].has_node for name in self.stacks)


NO_TOOLCHAIN = Toolchain()


def toolchain(stacks: Iterable[str], packages: Iterable[str]) -> Toolchain:
    """The toolchain of these names; PlanError names one that is none."""
    wanted = Toolchain(tuple(sorted(set(stacks))), tuple(sorted(set(packages))))
    for name in wanted.stacks:
        if name not in STACKS:
            raise PlanError(f"there is no stack {name!r}", hint=_known(name))
    for package in wanted.packages:
        if not _PACKAGE.fullmatch(package):
            raise PlanError(
                f"{package!r} can be no package of Debian's",
                hint="a name such as libpq-dev, without version and architecture",
            )
    if len(wanted.packages) > MOST_PACKAGES:
        raise PlanError(
            f"{len(wanted.packages)} packages are more than the {MOST_PACKAGES} "
            "that an image is built with",
            hint="build an image of your own with them: `[sandbox] image`",
        )
    return wanted


def found_by(names: Iterable[str]) -> dict[str, str]:
    """The stacks that names in a project's first folder tell of, each with its file."""
    found: dict[str, str] = {}
    for name in sorted(names):
        for stack in STACKS.values():
            if any(fnmatchcase(name, pattern) for pattern in stack.found_by):
                found.setdefault(stack.name, name)
    return found


def _known(name: str) -> str:
    close = difflib.get_close_matches(name, STACKS, 1)
    known = f"there are: {', '.join(STACKS)}"
    return f"did you mean {close[0]}? {known}" if close else known


def toolchain_of(text: str) -> Toolchain:
    """The toolchain that a text such as `c+node,libpq-dev` names; PlanError."""
    if text.startswith(_IMAGE):
        return Toolchain(image=text.removeprefix(_IMAGE))
    first, *packages = text.split(",")
    return toolchain(filter(None, first.split("+")), packages)


def stack_with(package: str) -> str:
    """The first stack that brings what a Debian package has; empty if none does."""
    if package in _NODE:
        return "node"
    for stack in STACKS.values():
        older = [f"{stack.older}{end}" for end in ("", "-dev", "-venv") if stack.older]
        if package in (*stack.packages, *older):
            return stack.name
    return ""
