"""Tools are asked for their public defaults, with nothing of the user's settings."""

import inspect
import os
import shutil
import sys
import tempfile
import zipfile
from pathlib import Path

import pytest

from swarm.adapters.user_network import defaults


class Machine:
    """A PATH with programs that a test writes."""

    def __init__(self, folder: Path) -> None:
        self.programs, self.home = folder / "bin", folder / "home"
        self.programs.mkdir()
        self.home.mkdir()

    def tool(self, name: str, script: str) -> None:
        file = self.programs / name
        file.write_text("#!/bin/sh\n" + inspect.cleandoc(script) + "\n")
        file.chmod(0o755)

    def ask(self, **variables: str) -> dict[str, tuple[str, ...]]:
        path = f"{self.programs}:/usr/bin:/bin"
        return defaults.ask({"PATH": path, **variables}, self.home)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_pip_s_own_model_is_asked_even_without_pip_installed() -> None:
    """Python carries a pip of its own, for environments that are made later."""
    asked = defaults.ask(os.environ, Path("/nonexistent"))

    assert len(asked["pip"]) == 2
    assert all(url.startswith("https://") for url in asked["pip"])


def test_npm_go_and_gem_are_asked(machine: Machine) -> None:
    machine.tool("npm", 'echo "a notice"; echo https://npm.example/')
    machine.tool(
        "go",
        """
        case $2 in
        GOPROXY) echo 'https://go.example|https://second.example,direct' ;;
        GOSUMDB) echo 'sum.example+key' ;;
        esac
        """,
    )
    machine.tool(
        "gem", "echo '*** CURRENT SOURCES ***'; echo; echo https://gems.example/"
    )

    asked = machine.ask()

    assert asked["npm"] == ("https://npm.example/",)
    assert asked["go"] == (
        "https://go.example", "https://second.example", "https://sum.example",
    )  # fmt: skip
    assert asked["gem"] == ("https://gems.example/",)


def test_the_user_s_variables_and_files_are_not_in_the_answer(machine: Machine) -> None:
    machine.tool("npm", 'echo "https://npm.example/$NPM_CONFIG_REGISTRY$HOME"')

    asked = machine.ask(NPM_CONFIG_REGISTRY="https://mirror.example")

    assert "mirror" not in asked["npm"][0]
    assert str(machine.home) not in asked["npm"][0]


def test_a_tool_that_cannot_tell_is_run_against_a_proxy_that_denies(
    machine: Machine,
) -> None:
    machine.tool(
        "cargo",
        f"""exec {sys.executable} - <<'X'
        import os, urllib.request
        try:
            urllib.request.urlopen("https://index.example/config.json")
        except OSError:
            raise SystemExit(1)
        X""",
    )

    assert machine.ask()["cargo"] == ("https://index.example:443/",)


def test_maven_s_default_stands_inside_of_one_of_its_archives(machine: Machine) -> None:
    machine.tool("mvn", "exit 1")
    library = machine.programs.parent / "lib"
    library.mkdir()
    with zipfile.ZipFile(library / "maven-model-builder-9.jar", "w") as jar:
        jar.writestr(
            "org/apache/maven/model/pom-4.0.0.xml",
            "<repository><url>https://built-in.example/maven</url></repository>",
        )
    (library / "maven-model-builder-8.jar").write_bytes(b"rubbish")

    assert machine.ask()["maven"] == ("https://built-in.example/maven",)


@pytest.mark.parametrize(
    ("program", "tool", "script"),
    [
        ("uv", "uv", "printf '%s\\n' '--default-index <X>' ' (by default: <URL>)'"),
        ("pdm", "pdm", "[ $1 = config ] && echo URL"),
        ("conda", "conda", "printf 'default_channels:\\n  - URL\\n'"),
        ("yarn", "yarn", "[ $3 = registry ] && echo URL"),
        ("yarn", "yarn", "[ $3 = npmRegistryServer ] && echo URL"),
        ("pnpm", "pnpm", "[ $COREPACK_ENABLE_NETWORK = 0 ] && echo URL"),
        ("dotnet", "nuget", "echo '  1.  a [Enabled]'; echo '      URL'"),
        (
            "composer",
            "composer",
            "echo '[repositories.a.url] URL'; echo '[x] https://y'",
        ),
    ],
)
def test_each_tool_has_a_question_of_its_own(
    machine: Machine, program: str, tool: str, script: str
) -> None:
    machine.tool(program, script.replace("URL", "https://default.example/x"))

    assert machine.ask()[tool] == ("https://default.example/x",)


def test_a_tool_that_fails_or_babbles_is_left_out(machine: Machine) -> None:
    machine.tool("npm", "echo https://npm.example/; exit 1")
    machine.tool("go", "echo not a url")
    machine.tool("gem", "yes https://gems.example/")

    assert not {"npm", "go", "gem"} & set(machine.ask())


PROGRAMS = (
    *("python3", "npm", "cargo", "go", "gem", "uv", "pdm", "conda", "yarn", "pnpm"),
    *("bun", "dotnet", "composer"),
)


def test_no_tool_is_run_below_a_folder_of_others(machine: Machine) -> None:
    """Anybody can write settings into a temporary folder, and tools look upwards."""
    seen = machine.home / "seen"
    for program in PROGRAMS:
        machine.tool(program, f"echo {program} $(pwd -P) >> {seen}")

    machine.ask()

    folders = dict(line.split() for line in seen.read_text().splitlines())
    assert folders.keys() >= {*PROGRAMS} - {"python3"}
    assert {*folders.values()} == {"/"}


def _shared_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A temporary folder in which another user has left settings for tools."""
    shared = tmp_path / "tmp"
    (shared / ".cargo").mkdir(parents=True)
    (shared / ".npmrc").write_text("registry=https://evil.example/npm/\n")
    (shared / "package.json").write_text("{}")
    program = shared / "program"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\nexit 1\n")
    program.chmod(0o755)
    (shared / ".cargo" / "config.toml").write_text(
        f"""
        build.rustc = "{program}"
        resolver.incompatible-rust-versions = "fallback"
        source.crates-io.replace-with = "evil"
        source.evil.registry = "sparse+https://evil.example/index/"
        """
    )
    (shared / "Cargo.toml").write_text('[workspace]\nmembers = ["*/*"]\n')
    (shared / "rust-toolchain.toml").write_text(f'toolchain.path = "{shared}"\n')
    monkeypatch.setattr(tempfile, "tempdir", str(shared))


@pytest.mark.parametrize("program", ["npm", "cargo"])
def test_settings_of_others_in_a_temporary_folder_count_for_nothing(
    program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The real tools: else another user names hosts, and programs that we run."""
    if not shutil.which(program):
        pytest.skip(f"no {program} here")
    _shared_folder(tmp_path, monkeypatch)
    # A PATH of its own, since answers are kept by PATH.
    path = f"{os.environ['PATH']}:{tmp_path}"

    asked = defaults.ask({**os.environ, "PATH": path}, Path.home())

    assert "evil" not in str(asked)
    assert not (tmp_path / "ran").exists()
