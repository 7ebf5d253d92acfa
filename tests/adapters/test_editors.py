"""The user's editor, found and asked."""

import sys
from pathlib import Path

from swarm.adapters import editors


def program(folder: Path, name: str, text: str) -> str:
    file = folder / name
    file.write_text(f"#!{sys.executable}\n{text}\n")
    file.chmod(0o755)
    return str(file)


def test_the_first_that_there_is_is_found(tmp_path: Path) -> None:
    place = program(tmp_path, "code-insiders", "")

    assert editors.first_installed(editors.CODE, str(tmp_path)) == place
    assert editors.first_installed(("idea",), str(tmp_path)) == ""


def test_an_extension_is_asked_for(tmp_path: Path) -> None:
    """One that fails, or is not there, has none."""
    has = program(tmp_path, "code", "print('A.b\\nms-vscode-remote.Remote-Containers')")
    fails = program(tmp_path, "fails", "raise SystemExit(3)")
    name = "ms-vscode-remote.remote-containers"

    assert editors.has_extension(has, "/d", name, {})
    assert not editors.has_extension(has, "/d", "another.one", {})
    assert not editors.has_extension(fails, "/d", name, {})
    assert not editors.has_extension(str(tmp_path / "none"), "/d", name, {})
