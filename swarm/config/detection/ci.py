"""Gathers what a project's CI files say of its tests: the best witness of how they run.

All of it is a suggestion with its reason: what the project's own files pin, install or
run counts before it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from swarm.config.detection import ci_job, github_workflows, gitlab_ci, system_packages
from swarm.config.detection.ci_job import FOR_AGENTS, CiJob
from swarm.config.detection.shell_text import commands
from swarm.config.detection.system_packages import Installed
from swarm.config.detection.tree import Tree
from swarm.config.detection.wanted import GITLAB, workflows
from swarm.model.detected import Pin

_PIP = re.compile(r"(?:\S*python[0-9.]*\s+-m\s+|uv\s+)?pip3?\s+install\s+(.*)")
_HINT = re.compile(rb"test|check|tox|nox|verify|rake|rspec|prove|copilot-setup")
_FOR_CI = frozenset(
    ["pip", "setuptools", "wheel", "build", "twine", "codecov", "coveralls", "tox",
     "nox", "poetry", "uv", "pdm", "hatch", "pipenv", "virtualenv", "pre-commit"]
)  # fmt: skip
"""What CI installs to install, to build or to report."""


@dataclass(frozen=True, slots=True)
class Ci:
    """What the jobs say that test the project; nothing without one."""

    jobs: tuple[CiJob, ...] = ()
    pins: tuple[Pin, ...] = ()
    installed: Installed = field(default_factory=Installed)
    test: str = ""
    """The command, as a line of a shell."""
    test_because: str = ""


def read(tree: Tree) -> Ci:
    """What the files say; one that is malformed is noted."""
    jobs = _test_jobs(tree)
    installed, pins = Installed(), dict[str, Pin]()
    for job in jobs:
        for script in job.scripts:
            installed.add(system_packages.names(script), job.file)
        for stack, versions in job.versions.items():
            pins.setdefault(stack, Pin(stack, " || ".join(versions), job.file))
    test, because = ci_job.command_of(jobs)
    return Ci(tuple(jobs), tuple(pins.values()), installed, test, because)


def pip_words(tree: Tree) -> tuple[list[str], str]:
    """The words after `pip install` of the first job that tests, and its file."""
    for job in _test_jobs(tree):
        if words := _pip(job):
            return words, job.file
    return [], ""


def _test_jobs(tree: Tree) -> list[CiJob]:
    """The jobs that test the project; a job for coding agents comes first."""
    jobs = sorted(_jobs(tree), key=lambda job: job.name != FOR_AGENTS)
    return [job for job in jobs if job.is_about_tests]


def _jobs(tree: Tree) -> Iterator[CiJob]:
    """The jobs of the first file with one that tests, and of one for coding agents.

    Reading YAML is slow: a file without a word of tests is not read.
    """
    has_tests = False
    for path in (*workflows(tree.contents), *GITLAB):
        text = tree.contents.get(path, b"")
        is_for_agents = FOR_AGENTS in path
        if (has_tests and not is_for_agents) or not _HINT.search(text):
            continue
        reader = gitlab_ci.jobs if path in GITLAB else github_workflows.jobs
        for job in reader(tree.yaml("", path), path):
            has_tests |= bool(job.tests)
            yield job


def _pip(job: CiJob) -> list[str]:
    """The words of all its calls of pip, without those that CI alone wants."""
    words: list[str] = []
    for script in job.scripts:
        for command in commands(script):
            if match := _PIP.fullmatch(command):
                words += [word.strip("\"'") for word in match[1].split()]
    names = (re.split(r"[<>=!~\[]", word)[0].lower() for word in words)
    return [w for w, name in zip(words, names, strict=True) if name not in _FOR_CI]
