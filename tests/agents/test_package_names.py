"""An agent's file names one exact package of its makers, or is refused by key."""

import pytest

from swarm.agents import package_names
from swarm.agents.description import Image

SHA512 = f"sha512-{'A' * 86}=="
GOOD = [
    Image(),
    Image("npm", "@anthropic-ai/claude-code", "2.1.332", "claude", native=True),
    Image("npm", "cline", "3.0.65-rc.1", "cline", node="24", extra=("@a/b@1.2.3",)),
    Image("npm", "amp", "0.0.1790142911", "amp", node="24", integrity=SHA512),
    Image("pypi", "mistral-vibe", "3.0.2", "vibe", extra=("boto3==1.2",)),
    Image("pypi", "a", "1!2.0+local", "a", integrity=f"sha256-{'0' * 64}"),
]
WRONG = [
    (Image("npm", "", "1", "a"), "image"),
    (Image("npm", "a", "", "a"), "image"),
    *(
        (Image("npm", package, "1.0.0", "a", node="24"), "image.package")
        for package in (
            "git+https://host.example/a", "../a", "a b", "a@2", "A", "@a", "@a/b/c",
            "-g", "file:a", "npm:a", "a\n", "claude-code", "codex",
        )
    ),
    *(
        (Image("pypi", package, "1.0", "a"), "image.package")
        for package in (
            "a[b]", "a @ https://host.example", "-r", "a==1", "./a", "kimi-cli",
            "Kimi_CLI", "kimi.cli", "goose-ai", "cursor-cli",
        )
    ),
    *(
        (Image("npm", "a", version, "a", node="24"), "image.version")
        for version in ("^1", "latest", "1 || 2", "*", "v1", "1.x; ls", "1\n")
    ),
    *(
        (Image("npm", "a", "1", binary, node="24"), "image.binary")
        for binary in ("", "../a", "a/b", "a b", ".", "-a")
    ),
    (Image("npm", "a", "1", "a"), "image.node"),
    (Image("npm", "a", "1", "a", node="24", extra=("b",)), "image.extra"),
    (Image("npm", "a", "1", "a", node="24", extra=("b@^1",)), "image.extra"),
    (Image("pypi", "a", "1", "a", extra=("b>=1",)), "image.extra"),
    (Image("pypi", "a", "1", "a", extra=("-e .",)), "image.extra"),
    (Image("npm", "a", "1", "a", node="24", integrity="sha1-x"), "image.integrity"),
    (Image("pypi", "a", "1", "a", integrity=SHA512), "image.integrity"),
]  # fmt: skip


@pytest.mark.parametrize("image", GOOD)
def test_an_exact_package_is_taken(image: Image) -> None:
    assert package_names.problem(image) is None


@pytest.mark.parametrize(("image", "key"), WRONG)
def test_anything_else_is_refused_with_its_key(image: Image, key: str) -> None:
    found = package_names.problem(image)

    assert found is not None
    assert found[0] == key
    assert found[1]


def test_a_strangers_package_is_named_with_the_makers_own() -> None:
    found = package_names.problem(Image("pypi", "kimi-cli", "1.52", "kimi"))

    assert found is not None
    assert "@moonshot-ai/kimi-code of npm" in found[1]
