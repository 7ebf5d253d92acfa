"""How projects in Go, Rust, Java, Ruby and C are installed and tested."""

import re

from swarm.config.detection import c_libraries
from swarm.config.detection.commands import (
    CRATES,
    Commands,
    libraries_of,
    services_in,
    services_of,
)
from swarm.config.detection.folders import beside
from swarm.config.detection.python_package import is_built_by_python
from swarm.config.detection.tree import Tree, table

_GEM = re.compile(r"^\s*gem\s+['\"]([A-Za-z0-9._-]{1,80})['\"]", re.MULTILINE)
_MAKE_TARGET = re.compile(r"^(test|check)\s*:(?!=)", re.MULTILINE)
_LOCKED = re.compile(r"^name = \"([A-Za-z0-9_-]{1,80})\"$", re.MULTILINE)
_GEMS = {"pg", "mysql2", "sqlite3", "rmagick"}
"""Those that are built against a library of the distribution's."""
_BUILD = "~/build"
"""Outside the worktree, which a build would fill with what nobody ignores."""
_CONFIGURED = f'mkdir -p {_BUILD} && cd {_BUILD} && "$OLDPWD"/configure && make check'


def go(tree: Tree, folder: str) -> Commands | None:
    """The modules of `go.mod`, and the tests of all packages."""
    if not tree.has(folder, "go.mod"):
        return None
    # What is vendored is there, and what else there is would not be used.
    is_vendored = tree.has(folder, "vendor/modules.txt")
    setup = () if is_vendored else ("go mod download",)
    return Commands(
        setup,
        "go.mod",
        "go test ./...",
        "go.mod",
        "go modules",
        wants=services_in(tree.text(folder, "go.mod"), "go.mod"),
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
    wants = services_of(names, "Cargo.toml")
    locked = tree.has(folder, "Cargo.lock")
    # However deep it is needed, and by whichever part of a workspace.
    names |= {*_LOCKED.findall(tree.text(folder, "Cargo.lock"))}
    option = " --workspace" if workspace else ""
    return Commands(
        ("cargo fetch --locked" if locked else "cargo fetch",),
        "Cargo.lock" if locked else "Cargo.toml",
        f"cargo test{option}",
        "Cargo.toml",
        "cargo",
        packages=libraries_of(
            names & CRATES.keys(), "Cargo.lock" if locked else "Cargo.toml", CRATES
        ),
        wants=wants,
    )


def java(tree: Tree, folder: str) -> Commands | None:
    """Maven of the distribution, or Gradle by the project's own wrapper."""
    if tree.has(folder, "pom.xml"):
        return Commands(
            ("mvn -B -ntp -DskipTests package",),
            "pom.xml",
            "mvn -B -ntp test",
            "pom.xml",
            "maven",
            wants=services_in(tree.text(folder, "pom.xml"), "pom.xml"),
        )
    names = ("build.gradle", "build.gradle.kts", "settings.gradle",
             "settings.gradle.kts")  # fmt: skip
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
    else:
        tree.note(
            f"{beside(folder, file)}: the stack's Gradle is 4.4; `gradle wrapper`, run "
            "in your repository and committed, gives tasks the one that you have"
        )
    return Commands(
        (f"{run} --no-daemon testClasses",),
        file,
        f"{run} --no-daemon test",
        file,
        "gradle",
        wants=services_in(tree.text(folder, file), file),
    )


def ruby(tree: Tree, folder: str) -> Commands | None:
    """The gems of `Gemfile`, kept in the home."""
    if not tree.has(folder, "Gemfile"):
        return None
    names = set(_GEM.findall(tree.text(folder, "Gemfile")))
    test, because = _ruby_test(tree, folder)
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


def _ruby_test(tree: Tree, folder: str) -> tuple[str, str]:
    """The command, and what tells of it."""
    paths = [*tree.below(folder)]
    if any(path.startswith("spec/") for path in paths):
        return "bundle exec rspec", "spec"
    if tree.has(folder, "bin/rails") and any(p.startswith("test/") for p in paths):
        return "bin/rails db:test:prepare test", "bin/rails"
    if tree.has(folder, "Rakefile"):
        return "bundle exec rake test", "Rakefile"
    if any(path.startswith("test/") and path.endswith("_test.rb") for path in paths):
        each = 'Dir["./test/**/*_test.rb"].each { |file| require file }'
        return f"bundle exec ruby -Ilib -Itest -e '{each}'", "test"
    return "", ""


def c(tree: Tree, folder: str) -> Commands | None:
    """CMake, Meson or autotools; what they make lies outside the worktree.

    None for what the build of a Python package calls by itself.
    """
    if is_built_by_python(tree.toml(folder, "pyproject.toml")):
        return None
    if tree.has(folder, "CMakeLists.txt"):
        test = (
            f"cmake -S . -B {_BUILD} && cmake --build {_BUILD} -j2 && "
            f"ctest --test-dir {_BUILD} --output-on-failure"
        )
        return Commands(
            test=test,
            test_because="CMakeLists.txt",
            manager="cmake",
            packages=c_libraries.of_cmake(tree, folder),
        )
    if tree.has(folder, "meson.build"):
        return Commands(
            test=f"meson setup --reconfigure {_BUILD} . && meson test -C {_BUILD}",
            test_because="meson.build",
            manager="meson",
            packages={
                "meson": "meson.build",
                **c_libraries.of_meson(tree, folder),
            },
        )
    if tree.has(folder, "configure.ac"):
        return Commands(
            test=f"autoreconf -fi && {_CONFIGURED}",
            test_because="configure.ac",
            manager="autotools",
            packages=c_libraries.of_autotools(tree, folder),
        )
    if tree.has(folder, "configure") and tree.has(folder, "Makefile.in"):
        return Commands(test=_CONFIGURED, test_because="configure", manager="autotools")
    return None


def make_target(tree: Tree) -> tuple[str, str] | None:
    """`make test` or `make check`, if the first folder's Makefile has it; its name."""
    for name in ("GNUmakefile", "makefile", "Makefile"):
        if match := _MAKE_TARGET.search(tree.text("", name)):
            return f"make {match[1]}", name
    return None
