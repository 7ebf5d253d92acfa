"""Words are read as UTF-8, else as the terminal's locale has them."""

import os
import subprocess
import sys

import pytest

from swarm.cli import charset

SHOW = (
    "import sys; from swarm.cli import charset; charset.begin_in_utf_8();"
    "print(sys.getfilesystemencoding(), ascii(charset.decoded(sys.argv[1])))"
)


@pytest.mark.parametrize(
    ("text", "decoded"),
    [
        ("plain", "plain"),
        ("zwölf", "zwölf"),
        ("zw\udcc3\udcb6lf", "zwölf"),
        ("zw\udcf6lf", "zw\udcf6lf"),
    ],
)
def test_bytes_of_utf_8_are_put_together(text: str, decoded: str) -> None:
    assert charset.decoded(text) == decoded


@pytest.mark.parametrize(
    "setting",
    [
        {"LC_ALL": "C"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"LC_ALL": "xx_XX.KOI8-R", "PYTHONUTF8": "0"},
        {"LANG": "C.UTF-8"},
    ],
)
def test_a_program_goes_on_in_utf_8_whatever_the_locale(
    setting: dict[str, str],
) -> None:
    """With the same words, and once only."""
    done = subprocess.run(
        [sys.executable, "-c", SHOW, "zwölf".encode()],
        env={"PATH": os.environ["PATH"], **setting},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.stdout == "utf-8 'zw\\xf6lf'\n", done.stderr
