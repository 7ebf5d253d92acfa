"""Each folder's project has the version that it pins, where a box can have it."""

from swarm.config.detection.commands import Commands, FolderLook
from swarm.config.detection.versions import chosen
from tests.config.detection.trees import detected, tree

INSTALL = Commands(("npm ci",), test="npm test")


def test_two_folders_have_two_versions_of_node() -> None:
    looked = tree({"a/.nvmrc": "20", "b/.nvmrc": "22", "c/.nvmrc": "16"})
    looks = [FolderLook("node", folder, INSTALL) for folder in "abc"]
    found = chosen(looked, looks, ())

    assert found.wheels == ("20.*", "22.*")
    assert [look.commands.test for look in found.looks] == [
        'PATH="$HOME/.swarm-node/20/bin:$PATH" npm test',
        'PATH="$HOME/.swarm-node/22/bin:$PATH" npm test',
        "npm test",
    ]
    assert [pin.wanted for pin in found.unmet] == ["16"]


def test_a_folder_s_pin_is_for_the_language_that_stands_in_it() -> None:
    found = detected({"web/package.json": "{}", "web/.python-version": "3.11"})

    assert found.choice.stacks == ("node",)
    assert found.pins == ()


def test_the_older_python_stands_beside_the_base_s_or_in_its_place() -> None:
    old = {"a/setup.py": "setup(python_requires='<3.12')"}

    assert detected(old).choice.stacks == ("python3.11",)
    both = detected({**old, "b/setup.py": ""}).choice
    assert both.stacks == ("python", "python3.11")
    assert both.setup[0].startswith("(cd a && python3.11 -m venv .venv")
    assert "(cd b && python3 -m venv .venv)" in both.setup
    assert detected({".python-version": "3.11"}).choice.stacks == ()
