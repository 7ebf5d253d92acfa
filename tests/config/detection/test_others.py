"""What no stack has is named, with the way out; nothing found at all, too."""

import pytest

from swarm.config.detection.others import notes
from tests.config.detection.trees import tree


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("composer.json", 'no stack has PHP; Debian\'s does: `packages = ["composer"'),
        ("x.csproj", "no stack has .NET; an image of your own can"),
        ("environment.yml", "no stack has conda"),
    ],
)
def test_each_is_named_once(file: str, words: str) -> None:
    (note,) = notes(tree({file: "", "README.md": ""}), has_stack=False)

    assert note.startswith(f"{file}: ")
    assert words in note


def test_nothing_at_all_is_said() -> None:
    (note,) = notes(tree({"README.md": ""}), has_stack=False)

    assert "--stack NAME" in note
    assert list(notes(tree({"README.md": ""}), has_stack=True)) == []
    assert list(notes(tree({}), has_stack=False)) == []
