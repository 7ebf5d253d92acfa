"""Versions that a repository pins, and what a box has of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.config.detection.pins import is_met, pins, sentences
from swarm.model.detected import Pin
from swarm.model.toolchain import STACKS
from tests.config.detection.trees import tree


def test_each_file_tells() -> None:
    files = {
        ".python-version": "# x\n3.12\n",
        ".tool-versions": "nodejs 20.1.0\nerlang 1\ngolang 1.22 # c\n",
        "mise.toml": "[tools]\nruby = '3.3'\njava = { version = '21' }\n"
        "python = ['3.11', '3.12']\nnode = 5\n",
        "rust-toolchain.toml": "[toolchain]\nchannel = 'nightly'\n",
        "package.json": '{"engines": {"node": ">=18 <23"},'
        ' "volta": {"node": "20.1.0"}}',
        "pyproject.toml": "[project]\nrequires-python = '>=3.9,<4'\n"
        "[tool.poetry.dependencies]\npython = '^3.10'\n",
        "go.mod": "module x\n\ngo 1.21\n",
        "Cargo.toml": "[package]\nrust-version = '1.70'\n",
    }

    assert [(pin.stack, pin.wanted) for pin in pins(tree(files))] == [
        ("python", "3.12"), ("node", "20.1.0"), ("go", "1.22"), ("ruby", "3.3"),
        ("java", "21"), ("python", "3.11 || 3.12"), ("node", "5"),
        ("rust", "nightly"), ("node", ">=18 <23"),
        ("node", "20.1.0"), ("python", ">=3.9,<4"), ("python", "^3.10"),
        ("go", ">=1.21"),
        ("rust", ">=1.70"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("wanted", "version", "expected"),
    [
        ("3.12", "3.13", False), ("3.13", "3.13", True), ("3", "3.13", True),
        ("3.13.2", "3.13", True), (">=3.9,<4", "3.13", True),
        (">=3.9,<3.13", "3.13", False),
        ("~=3.9", "3.13", True), ("~=3.9.1", "3.13", False), ("!=3.13", "3.13", False),
        ("^20 || ^24", "24.19", True), ("^20 || ^22", "24.19", False),
        ("24.x", "24.19", True),
        ("18 - 22", "24.19", False), ("v24", "24.19", True), ("~24.1", "24.19", False),
        (">24", "24.19", True), ("<=24", "24.19", True), ("lts/*", "24.19", True),
        ("lts/iron", "20.1", True), ("lts/Iron", "24.19", False),
        ("3.12.3 || 3.13.0", "3.13", True), ("3.11 || system", "3.13", True),
        ("~> 3.3", "3.3", True), ("nightly", "1.85", False),
        ("stable", "1.85", True), ("*", "1.85", True),
    ],
)  # fmt: skip
def test_a_pin_is_met(wanted: str, version: str, expected: bool) -> None:
    assert is_met(Pin("x", wanted, "f"), version) is expected


def test_a_newer_go_does_what_an_older_one_did() -> None:
    assert is_met(Pin("go", "1.22.1", ".tool-versions"), "1.24")
    assert not is_met(Pin("go", ">=1.26", "go.mod"), "1.24")


def test_a_folder_s_pins_and_what_only_projects_say() -> None:
    files = {
        "a/Pipfile": "[requires]\npython_version = '3.11'\n",
        "a/setup.cfg": "[options]\npython_requires = >=3.8\n",
        "a/setup.py": "setup(python_requires='>=3.7')",
        "a/Gemfile": "ruby '3.2.2'\n",
        "a/pom.xml": "<maven.compiler.source>1.7</maven.compiler.source>",
        "a/build.gradle.kts": "kotlin { jvmToolchain(17) }",
        "a/.sdkmanrc": "java=17.0.9-tem\n",
        "a/go.work": "go 1.25\n",
        "a/package.json": '{"devEngines": {"runtime": {"name": "node", "version": "22"'
        "}}}",
        "a/.tool-versions": "python 3.11.4 system\n",
        "a/.python-version": "3.12.3\n3.11.9\n",
    }

    assert {(pin.wanted, pin.file) for pin in pins(tree(files), "a")} == {
        ("3.11", "a/Pipfile"), (">=3.8", "a/setup.cfg"), (">=3.7", "a/setup.py"),
        ("3.2.2", "a/Gemfile"), ("<=7", "a/pom.xml"),
        ("17", "the tool-chain of a/build.gradle.kts"),
        ("17.0.9-tem", "a/.sdkmanrc"), (">=1.25", "a/go.work"),
        ("22", "devEngines in a/package.json"),
        ("3.11.4 || system", "a/.tool-versions"),
        ("3.12.3 || 3.11.9", "a/.python-version"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("file", "text"), [(".python-version", "my-env"), (".tool-versions", "ruby ref:x")]
)
def test_what_is_no_version_is_noted(file: str, text: str) -> None:
    looked = tree({file: text})

    assert pins(looked) == ()
    assert "which is no version: not read" in looked.notes[0]


@given(st.text(alphabet="0123456789.<>=~^|* x-,", max_size=30))
def test_any_pin_is_met_or_not(wanted: str) -> None:
    assert is_met(Pin("node", wanted, "f"), "24.19") in (True, False)


def test_what_is_not_met_is_a_sentence() -> None:
    found = (Pin("python", "3.12", ".python-version"), Pin("go", "1.20", "go.mod"))

    (sentence,) = sentences(found, ("python",))
    assert sentence.startswith(
        ".python-version asks for python 3.12; the stack has "
        + STACKS["python"].version
    )
