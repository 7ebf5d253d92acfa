"""Stacks and packages are put between the base and the agents' images."""

import subprocess
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.adapters.docker import DockerImages
from swarm.engine.host import (
    agent_images,
    agent_recipe,
    image_prune,
    images,
    toolchain_image,
)
from swarm.errors import PlanError, ToolError
from swarm.model.toolchain import STACKS, Toolchain, toolchain
from tests.fakes import FakeImages
from tests.model.test_toolchain import PACKAGES

EXTENSION = r"""
mkdir /tmp/own && cd /tmp/own
cat > own.c <<'END'
#include <Python.h>
static struct PyModuleDef own = {PyModuleDef_HEAD_INIT, "own", 0, -1, 0};
PyMODINIT_FUNC PyInit_own(void) {
    PyObject *made = PyModule_Create(&own);
    PyModule_AddIntConstant(made, "minor", PY_MINOR_VERSION);
    return made;
}
END
cat > setup.py <<'END'
from setuptools import Extension, setup
setup(name="own", version="1", ext_modules=[Extension("own", ["own.c"])])
END
python3.11 -m venv .venv
.venv/bin/python -m pip install --no-build-isolation .
cd / && test "$(/tmp/own/.venv/bin/python -c 'import own; print(own.minor)')" = 11
python3 --version | grep -F 3.13
"""
"""Builds an extension in C without a network, and loads it."""
TREE = toolchain((), ["tree"])


@given(st.sets(st.sampled_from(sorted(STACKS))), st.sets(PACKAGES, max_size=4))
def test_a_tag_tells_the_toolchain(stacks: set[str], packages: set[str]) -> None:
    wanted = toolchain(stacks, packages)
    tag = toolchain_image.tag_of("0123456789ab", wanted)

    assert len(tag) <= 128
    if wanted and tag != "0123456789ab":
        assert toolchain_image.toolchain_in(tag) == wanted


@pytest.mark.parametrize("head", ["base", "agents/claude", "agents/aider+gemini"])
@pytest.mark.parametrize("text", ["c", "c+node", ",g++", "python,g++,libpq-dev"])
def test_an_image_s_name_comes_back_from_its_reference(head: str, text: str) -> None:
    """So that a task whose image is gone says how to have it again."""
    name = f"{head}@{text}"
    reference = images.tag(name)

    assert images.is_ours(name)
    assert images.is_current(reference)
    assert str(images.toolchain_in(reference)) == text
    with pytest.raises(ToolError) as caught:
        images.require(FakeImages(), reference)
    assert f"swarm image build {name}`" in caught.value.hint


def test_another_toolchain_is_another_image() -> None:
    names = ["", "@c", "@node", "@c+node", "@c,tree"]

    assert len({images.tag(f"agents/claude{name}") for name in names}) == len(names)
    assert images.tag("base@node+c") == images.tag("base@c+node")


@pytest.mark.parametrize("name", ["base@", "base@pyton", "base@c,;id", "claude@"])
def test_what_is_no_toolchain_is_refused(name: str) -> None:
    with pytest.raises(PlanError):
        images.tag(images.full_name(name))


@pytest.mark.parametrize("name", ["gate@c", "layers/node24@c", "debian:trixie@c"])
def test_only_the_base_and_agents_have_one(name: str) -> None:
    assert not images.is_ours(name)


def test_a_reference_of_a_stack_that_is_gone_is_none_of_ours() -> None:
    """An older swarm built it; nothing ends with an error over it."""
    reference = f"{toolchain_image.REPOSITORY}:0123456789ab_cobol"

    assert not images.is_own(reference)
    assert images.toolchain_in(reference) == Toolchain()


def test_older_ones_are_pruned_and_current_ones_stay() -> None:
    engine = FakeImages((images.tag("base@c"), "swarm/toolchains:0ld_c"))

    free, _ = image_prune.older(engine.tagged("swarm/"), image_prune.Use(set(), set()))

    assert [image.reference for image in free] == ["swarm/toolchains:0ld_c"]


def test_node_comes_from_its_layer_once() -> None:
    """An agent that needs Node takes the stack's; without one it is copied."""
    node = images.tag(agent_images.NODE_LAYER)
    engine = FakeImages((images.UPSTREAM,))
    images.build(engine, "agents/gemini@node", lambda _line: None)
    with_stack = engine.files["Dockerfile"].decode()
    images.build(engine, "agents/gemini@c", lambda _line: None)
    without = engine.files["Dockerfile"].decode()

    assert f"COPY --from={node} /opt/node" not in with_stack
    assert f"COPY --from={node} /opt/node" in without
    assert f"FROM {images.tag('base@c')}\n" in without


def test_an_older_python_is_put_beside_the_base_s_by_its_recipe() -> None:
    engine = FakeImages((images.UPSTREAM,))
    images.build(engine, "base@go+python3.11", lambda _line: None)
    text = engine.files["Dockerfile"].decode()

    assert f'python.sh", "{agent_recipe.OLD_RELEASE}", "python3.11", "dev"]' in text
    assert '"golang-go"' in text
    assert "python.sh" in engine.files


@pytest.fixture
def engine() -> Iterator[DockerImages]:
    engine = DockerImages()
    yield engine
    engine.close()


def run(reference: str, *argv: str) -> str:
    command = ["docker", "run", "--rm", "--network", "none", reference, *argv]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_a_package_is_there_for_the_sandbox_s_user(engine: DockerImages) -> None:
    """No program of the image may change its user."""
    reference = images.build(engine, "base@,tree", lambda _line: None)

    assert "tree v" in run(reference, "tree", "--version")
    assert run(reference, "id", "-u").strip() == "1000"
    assert run(reference, "find", "/usr", "-xdev", "-perm", "/6000", "-type", "f") == ""


def test_a_package_that_there_is_none_of_is_named(engine: DockerImages) -> None:
    with pytest.raises(ToolError) as caught:
        images.build(engine, "base@,no-such-package-here", lambda _line: None)

    assert "Debian has no package no-such-package-here" in caught.value.message
    assert "--package" in caught.value.hint


@pytest.mark.long
@pytest.mark.parametrize(
    ("stack", "argv"),
    [
        ("browser", ("chromium", "--version")),
        ("c", ("sh", "-c", "cmake --version && ninja --version && gdb --version")),
        ("go", ("go", "version")),
        ("java", ("sh", "-c", "javac -version && mvn --version && gradle --version")),
        ("node", ("sh", "-c", "npm --version && test -d /opt/node/include/node")),
        ("python", ("sh", "-c", "python3-config --cflags && pip --version")),
        ("python3.11", ("sh", "-ec", EXTENSION)),
        ("ruby", ("sh", "-c", "ruby --version && bundle --version")),
        ("rust", ("sh", "-c", "cargo --version && cargo clippy --version")),
    ],
)
def test_each_stack_has_its_tools(
    engine: DockerImages, stack: str, argv: tuple[str, ...]
) -> None:
    reference = images.build(engine, f"base@{stack}", lambda _line: None)

    assert run(reference, *argv)
