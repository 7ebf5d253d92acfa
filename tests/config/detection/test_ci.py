"""What CI files say of tests is gathered, and a malformed one is only noted."""

import pytest

from swarm.config.detection import ci
from swarm.config.detection.ci import Ci
from swarm.config.detection.wanted import MOST_WORKFLOWS, most_bytes, workflows
from swarm.model.detected import Pin
from tests.config.detection.trees import tree

FOLDER = ".github/workflows"
TEST = """\
jobs:
  lint:
    steps: [{run: "apt-get install shellcheck && shellcheck x"}]
  test:
    steps:
    - uses: actions/setup-python@v5
      with: {python-version: "3.11"}
    - run: |
        sudo apt-get install libpq-dev
        python -m pip install --upgrade pip
        pip install -r requirements.txt "pytest>=8" -e ".[x]"
        pytest -n 2
"""
AGENTS = """\
jobs:
  copilot-setup-steps:
    steps: [{run: apt-get install -y libxml2-dev}]
"""


def test_jobs_that_test_and_the_one_for_agents_tell() -> None:
    looked = tree(
        {
            f"{FOLDER}/ci.yml": TEST,
            f"{FOLDER}/copilot-setup-steps.yml": AGENTS,
            f"{FOLDER}/release.yml": "jobs: {r: {steps: [{run: make test}]}}",
        }
    )
    read = ci.read(looked)

    assert [job.name for job in read.jobs] == ["copilot-setup-steps", "test"]
    assert [*read.installed.packages] == ["libxml2-dev", "libpq-dev"]
    assert read.pins == (Pin("python", "3.11", f"{FOLDER}/ci.yml"),)
    assert read.test == "pytest -n 2"
    words = ["-r", "requirements.txt", "pytest>=8", "-e", ".[x]"]
    assert ci.pip_words(looked) == (["--upgrade", *words], f"{FOLDER}/ci.yml")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"jobs: [test", ": while parsing"),
        (b"\xff test", "no UTF-8"),
        (b"test: " + b"[" * 10_000, "were not read"),
        (b"a: &a [test]\nb: " + b"[*a, " * 500, "too many values"),
        (b"a: !!python/object:os.system test", "could not determine"),
    ],
)
def test_one_that_is_malformed_is_noted(text: bytes, words: str) -> None:
    looked = tree({f"{FOLDER}/ci.yml": text})

    assert ci.read(looked) == Ci()
    (note,) = looked.notes
    assert note.startswith(f"{FOLDER}/ci.yml")
    assert words in note or "was not read" in note


def test_few_files_are_read_those_about_tests_first_and_none_that_is_large() -> None:
    files = [f"{FOLDER}/{name}.yml" for name in ("a", "b", "c", "z-test", "q")]

    chosen = workflows([*files, "x/.github/workflows/ci.yml", f"{FOLDER}/ci.txt"])
    assert chosen[0] == f"{FOLDER}/z-test.yml"
    assert len(chosen) == MOST_WORKFLOWS
    assert most_bytes(chosen[0]) < most_bytes("package.json")


def test_a_file_without_a_word_of_tests_is_not_parsed() -> None:
    looked = tree({f"{FOLDER}/ci.yml": "jobs: ["})

    assert (ci.read(looked), looked.notes) == (Ci(), [])


def test_gitlab_s_file_is_read_where_no_workflow_tests() -> None:
    looked = tree({".gitlab-ci.yml": "image: node:20\nt: {script: [npm test]}"})

    assert ci.read(looked).pins == (Pin("node", "20", ".gitlab-ci.yml"),)
