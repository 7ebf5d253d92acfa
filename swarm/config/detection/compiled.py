"""How projects in Go, Rust, Java, Ruby and C are installed and tested."""

import re

from swarm.config.detection.commands import Commands, libraries_of, services_of
from swarm.config.detection.tree import Tree, table

_GEM = re.compile(r"^\s*gem\s+['\"]([A-Za-z0-9._-]{1,80})['\"]", re.MULTILINE)
_MAKE_TARGET = re.compile(r"^(test|check)\s*:(?!=)", re.MULTILINE)
_CRATES = {"openssl", "openssl-sys", "pq-sys", "diesel"}
_GEMS = {"pg", "mysql2", "sqlite3", "rmagick"}
"""Those that are built against a library of the distribution's."""
_BUILD = "~/build"
"""Outside the worktree, which a build would fill with what nobody ignores."""


def go(tree: Tree, folder: str) -> Commands | None:
    """The modules of `go.mod`, and the tests of all packages."""
    if not tree.has(folder, "go.mod"):
        return None
    return Commands(
        ("go mod download",), "go.mod", "go test ./...", "go.mod", "go modules"
    )


def rust(tree: Tree, folder: str) -> Commands | None:
    """The crates of `Cargo.toml`, as `Cargo.lock` has them if there is one."""
    if not tree.has(folder, "Cargo.toml"):
        return None
    body = tree.toml(folder, "Cargo.toml")
    workspace = table(body.get("workspace"))
    names = {
        str(name)
        for part in (body, workspace)
        for key in ("dependencies", "dev-dependencies", "build-dependencies")
        for name in table(part.get(key))
    }
    locked = tree.has(folder, "Cargo.lock")
    option = " --workspace" if workspace else ""
    return Commands(
        ("cargo fetch --locked" if locked else "cargo fetch",),
        "Cargo.lock" if locked else "Cargo.toml",
        f"cargo test{option}",
        "Cargo.toml",
        "cargo",
        packages=libraries_of(names & _CRATES, "Cargo.toml"),
    )  # fmt: skip


def java(tree: Tree, folder: str) -> Commands | None:
    """Maven of the distribution, or Gradle by the project's own wrapper."""
    if tree.has(folder, "pom.xml"):
        return Commands(
            ("mvn -B -ntp -DskipTests package",),
            "pom.xml",
            "mvn -B -ntp test",
            "pom.xml",
            "maven",
        )
    names = ("build.gradle", "build.gradle.kts")
    file = next((name for name in names if tree.has(folder, name)), "")
    if not file:
        return None
    run = "gradle"
    if tree.has(folder, "gradlew"):
        run = "sh ./gradlew"
        tree.note(
            "gradlew fetches Gradle itself, which no package registry has: "
            "`swarm policy service gradle-wrapper --project`"
        )
    return Commands(
        (f"{run} --no-daemon testClasses",),
        file,
        f"{run} --no-daemon test",
        file,
        "gradle",
    )


def ruby(tree: Tree, folder: str) -> Commands | None:
    """The gems of `Gemfile`, kept in the home."""
    if not tree.has(folder, "Gemfile"):
        return None
    names = set(_GEM.findall(tree.text(folder, "Gemfile")))
    start = f"{folder}/" if folder else ""
    test, because = "", ""
    if any(path.startswith(f"{start}spec/") for path in tree.files):
        test, because = "bundle exec rspec", "spec"
    elif tree.has(folder, "Rakefile"):
        test, because = "bundle exec rake test", "Rakefile"
    locked = tree.has(folder, "Gemfile.lock")
    return Commands(
        ("bundle config set --global path ~/.gems && bundle install",),
        "Gemfile.lock" if locked else "Gemfile",
        test,
        because,
        "bundler",
        packages=libraries_of(names & _GEMS, "Gemfile"),
        wants=services_of(names, "Gemfile"),
        each_task={"bundle exec rails db:prepare": "Gemfile"}
        if "rails" in names
        else {},
    )  # fmt: skip


def c(tree: Tree, folder: str) -> Commands | None:
    """CMake, Meson or autotools; what they make lies outside the worktree."""
    if tree.has(folder, "CMakeLists.txt"):
        test = (
            f"cmake -S . -B {_BUILD} && cmake --build {_BUILD} -j2 && "
            f"ctest --test-dir {_BUILD} --output-on-failure"
        )
        return Commands(test=test, test_because="CMakeLists.txt", manager="cmake")
    if tree.has(folder, "meson.build"):
        return Commands(
            test=f"meson setup --reconfigure {_BUILD} . && meson test -C {_BUILD}",
            test_because="meson.build",
            manager="meson",
            packages={"meson": "meson.build"},
        )
    if tree.has(folder, "configure.ac"):
        test = (
            f"autoreconf -fi && mkdir -p {_BUILD} && cd {_BUILD} && "
            '"$OLDPWD"/configure && make check'
        )
        return Commands(test=test, test_because="configure.ac", manager="autotools")
    return None


def make_target(tree: Tree) -> str:
    """`make test` or `make check`, if the first folder's Makefile has it."""
    match = _MAKE_TARGET.search(tree.text("", "Makefile"))
    return f"make {match[1]}" if match else ""
