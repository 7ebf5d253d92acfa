"""The keeper speaks first, and its leaving ends the program."""

import subprocess
import sys
import uuid

from swarm.box import line
from tests.box.programs import running


def test_long_words_are_cut() -> None:
    assert line.text_of("x" * 50, 10) == "x" * 10 + "…"
    assert line.text_of({"a": 1}) == '{"a": 1}'


def test_a_program_that_is_never_spoken_to_ends() -> None:
    with running("hooks", f"swarm-test-{uuid.uuid4().hex}") as program:
        assert program.leave() == 0


def test_its_keeper_s_leaving_ends_it() -> None:
    with running("hooks", f"swarm-test-{uuid.uuid4().hex}") as program:
        program.tell()
        assert program.says() == {"ready": True}

        assert program.leave() == 0


def test_what_it_says_is_one_line() -> None:
    code = "from swarm.box import line; line.say(a='x\\ny', b='é')"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)

    assert done.stdout == b'{"a":"x\\ny","b":"\\u00e9"}\n'


def test_what_never_listens_is_told_and_ends_the_program() -> None:
    code = (
        "from swarm.box import line\n"
        "def follow(): raise OSError\n"
        "line.keep_following(follow, 0, 'nothing listens')"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=False
    )

    assert (done.returncode, done.stdout) == (1, b'{"fault":"nothing listens"}\n')
