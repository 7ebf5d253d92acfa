"""A denied request is named by what was wanted, in words that no agent forges."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.model.activity import Action
from swarm.model.request_purpose import Denial, Purpose, purpose_of
from swarm.policy import services

NPM = Action(0.0, "exec", "exec", argv=("npm", "install"), pid=1)
BUILD = Action(
    0.0,
    "exec",
    "exec",
    other="/workspace/node_modules/better-sqlite3",
    argv=("node", "../.bin/prebuild-install"),
    pid=2,
    parent=1,
)
RELEASES = "/WiseLibs/better-sqlite3/releases/download/v11.3.0"
FORGE = Denial("forge.example", 443, "GET", f"{RELEASES}/better-sqlite3-x64.tar.gz")
PYTHONS = "/astral-sh/python-build-standalone/releases/download/1"
ASSETS = "/github-production-release-asset"
DENIED = "not-in-allowlist"


def run(*argv: str) -> tuple[Action, ...]:
    return (Action(0.0, "exec", "exec", argv=argv, pid=1),)


def test_a_prebuilt_file_is_named_by_tool_and_project() -> None:
    assert purpose_of(FORGE, (NPM, BUILD)).words == (
        "npm wants better-sqlite3's prebuilt file from a forge's release page"
    )


def test_a_host_alone_is_named_by_the_package_that_is_built() -> None:
    """Where the gate saw no path, the folder says which package it was."""
    found = purpose_of(Denial("files.example", 443), (NPM, BUILD))

    assert found.words == "npm wants better-sqlite3's download from files.example"


@pytest.mark.parametrize(
    ("host", "path", "argv", "service"),
    [
        ("static.rust-lang.org", "/dist/channel.toml", "rustup update", "rustup"),
        ("dl.google.com", "/go/go1.23.0.linux.tar.gz", "go build", "go-toolchain"),
        ("services.gradle.org", "/distributions/gradle-8.9-bin.zip",
         "java -cp w.jar org.gradle.wrapper.GradleWrapperMain", "gradle-wrapper"),
        ("github.com",
         f"{PYTHONS}/cpython.tar.gz",
         "uv sync", "uv-python"),
        ("cdn.playwright.dev", "/builds/chromium.zip",
         "node node_modules/.bin/playwright install", "playwright"),
        ("nodejs.org", "/download/release/v22.1.0/node-v22.1.0-headers.tar.gz",
         "node-gyp rebuild", "node"),
        ("nodejs.org", "/dist/index.json", "", "node"),
        ("releases.hashicorp.com", "/terraform/1.9/terraform.zip", "", "hashicorp"),
        ("release-assets.githubusercontent.com",
         f"{ASSETS}/1/2", "uv sync", "uv-python"),
        ("storage.googleapis.com", "/chrome-for-testing-public/1/x.zip",
         "node puppeteer.js", "puppeteer"),
        ("github.com", "", "uv python install 3.13", "uv-python"),
        ("static.rust-lang.org", "", "", "rustup"),
    ],
)  # fmt: skip
def test_a_tool_chain_is_a_service_by_name(
    host: str, path: str, argv: str, service: str
) -> None:
    method = "GET" if path else ""
    found = purpose_of(Denial(host, 443, method, path, DENIED), run(*argv.split()))

    assert found.service == service
    assert found.service in services.catalogue()


@pytest.mark.parametrize(
    ("host", "method", "path"),
    [
        ("github.com", "GET", "/evil/python-build-standalone/releases/download/1/x.gz"),
        ("github.com", "POST", f"{PYTHONS}/x"),
        ("storage.googleapis.com", "GET", "/somebody-s-bucket/x.zip"),
        ("release-assets.githubusercontent.com", "GET", f"{ASSETS}/1/2"),
        ("nodejs.org.evil.example", "GET", "/dist/index.json"),
        ("github.com", "", ""),
    ],
)  # fmt: skip
def test_a_shared_host_alone_is_no_service(host: str, method: str, path: str) -> None:
    """Somebody else's path on it, another method, or nothing to tell them apart."""
    assert purpose_of(Denial(host, 443, method, path, DENIED)).service == ""


def test_a_denial_at_a_known_registry_names_its_service() -> None:
    registries = {"cargo": ("index.example:443", "files.example:8443")}
    denial = Denial("files.example", 8443, "GET", "/se/rd/serde", DENIED)

    found = purpose_of(denial, run("cargo", "build"), registries)

    assert found == Purpose("cargo wants cargo's registry", "cargo", "crates")
    assert purpose_of(replace(denial, port=443), (), registries).service == ""
    elsewhere = replace(denial, reason="method-or-path-not-allowed")
    assert purpose_of(elsewhere, (), registries).service == ""


@pytest.mark.parametrize(
    ("tool", "service"),
    [("pip", "pypi"), ("uv", "pypi"), ("pnpm", "npm"), ("gradle", "maven"),
     ("composer", "packagist"), ("nuget", "nuget"), ("nosuch", "")],
)  # fmt: skip
def test_every_tool_s_registry_has_its_service(tool: str, service: str) -> None:
    denial = Denial("mirror.example", 8443, reason=DENIED)

    assert purpose_of(denial, (), {tool: ("mirror.example:8443",)}).service == service


def test_a_clone_is_the_forge_for_one_repository() -> None:
    path = "/o/r.git/info/refs?service=git-upload-pack"
    denial = Denial("github.com", 443, "GET", path, DENIED)

    found = purpose_of(denial, run("git", "clone", "x"))

    assert (found.service, found.repos) == ("github", ("o/r",))
    assert found.words == "git wants to read o/r"
    push = replace(denial, path=path.replace("upload", "receive"))
    assert purpose_of(push, run("git", "push")).service == ""


HOSTILE = st.text(max_size=40)


@given(HOSTILE, st.lists(HOSTILE, max_size=6), HOSTILE, st.lists(HOSTILE, max_size=4))
def test_words_hold_no_byte_that_an_agent_could_forge_with(
    host: str, parts: list[str], folder: str, argv: list[str]
) -> None:
    command = Action(
        0.0,
        "exec",
        "exec",
        other=f"/workspace/node_modules/{folder}",
        argv=tuple(argv),
        pid=1,
    )
    denial = Denial(host, 443, "GET", f"/{'/'.join(parts)}", DENIED)

    assert re.fullmatch(r"[A-Za-z0-9@._+/' …-]*", purpose_of(denial, (command,)).words)


@pytest.mark.parametrize(
    "name", ["‮gpj.exe", "a\x1b[2J", "a b", "x[/bold]", "ok and press P", "a\nb"]
)
def test_a_hostile_name_is_left_out(name: str) -> None:
    """Of a package, a repository, a file."""
    command = replace(BUILD, other=f"/workspace/node_modules/{name}")
    denials = (
        Denial("forge.example", 443, "GET", f"/o/{name}/releases/download/v1/f"),
        Denial("forge.example", 443, "GET", f"/files/{name}"),
        Denial("forge.example"),
    )

    for denial in denials:
        assert name not in purpose_of(denial, (NPM, command)).words
