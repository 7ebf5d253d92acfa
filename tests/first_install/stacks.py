"""What each stack's own image installs and runs: by its tools alone, no others."""

from dataclasses import replace

from swarm.adapters.docker.images import DockerImages
from swarm.engine.host import images
from swarm.model.toolchain import toolchain
from tests.first_install.projects import TOOLS, Files, Tool


def _cmake(_url: str) -> Files:
    return {
        "CMakeLists.txt": "cmake_minimum_required(VERSION 3.16)\nproject(first C)\n"
        "add_executable(first main.c)\nenable_testing()\n"
        "add_test(NAME says COMMAND first)\n",
        "main.c": '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n',
    }


def _page(_url: str) -> Files:
    """The word stands in no file: the page's script makes it."""
    return {
        "index.html": "<!doctype html><p id='p'></p><script>"
        "document.getElementById('p').textContent = 'hel' + 'lo'</script>\n"
    }


WITHOUT_REGISTRY = {
    "cmake": Tool(
        _cmake,
        "cmake -S . -B build -G Ninja && cmake --build build && "
        "ctest --test-dir build && build/first",
        lambda _url, _token: {},
        is_public=True,
    ),
    "chromium": Tool(
        _page,
        "chromium --headless --no-sandbox --disable-gpu --dump-dom "
        "file://$PWD/index.html",
        lambda _url, _token: {},
        is_public=True,
    ),
}
"""Tools of stacks that fetch nothing; the table of package tools has no row of them."""
_PIP = TOOLS["pip"]
OF_OLDER_VERSIONS = {
    "old-pip": replace(_PIP, install=_PIP.install.replace("python3 ", "python3.11 "))
}
"""Tools of the table by an older version of their language."""
ALL_TOOLS = {**TOOLS, **WITHOUT_REGISTRY, **OF_OLDER_VERSIONS}

STACK_TOOLS = {
    "browser": ("chromium",),
    "c": ("cmake",),
    "go": ("go",),
    "java": ("maven", "gradle"),
    "node": ("npm",),
    "python": ("pip",),
    "python3.11": ("old-pip",),
    "ruby": ("gem",),
    "rust": ("cargo",),
}
"""The tools that a stack has, of those whose first install is known here."""


def stack_image(stack: str) -> str:
    """The stack's image; built if it is not there, which takes minutes."""
    name = images.on_toolchain("base", toolchain((stack,), ()))
    door = DockerImages()
    try:
        return images.build(door, name, lambda _line: None)
    finally:
        door.close()
