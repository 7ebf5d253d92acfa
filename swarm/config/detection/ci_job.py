"""One job of a CI file, whichever service runs it: what it has, sets and runs."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from swarm.config.detection.shell_text import lines

MOST_JOBS = 20
"""Of one file."""
FOR_AGENTS = "copilot-setup-steps"
"""The job by which a project sets a machine up for a coding agent."""
_RUN_BY = (
    r"(?:(?:uv|poetry|pdm|hatch|pipenv|rye|pixi)\s+run\s+(?:-\S+\s+)*"
    r"|(?:npx|pnpm|yarn|bunx)\s+(?:exec\s+)?|python3?\s+-m\s+|bundle\s+exec\s+"
    r"|xvfb-run\s+(?:-\S+\s+)*|sudo\s+(?:-\S+\s+)*|coverage\s+run\s+(?:-\S+\s+)*-m\s+)*"
)
_TESTS = re.compile(
    r"(?:^|&&\s*|;\s*)(?:[A-Z_][A-Z0-9_]*=\S*\s+)*" + _RUN_BY + r"(?:"
    r"pytest\b|py\.test\b|unittest\b|tox\b|nox\b|(?:hatch|pdm|spin)\s+test"
    r"|(?:python3?\s+)?(?:\./)?(?:manage|setup)\.py\s+test"
    r"|(?:python3?\s+)?(?:\./)?(?:[\w.-]+/)*run_?tests?\.py\b"
    r"|(?:npm|pnpm|yarn|bun)\s+(?:run\s+|run-script\s+|-r\s+|--\S+\s+)*"
    r"(?:test|tests|unit|t)(?:[:-]\S+)?(?=\s|$)"
    r"|turbo\s+(?:run\s+)?test|nx\s+\S*\s*test|vitest\b|jest\b|mocha\b|ava\b"
    r"|go\s+test|gotestsum\b|cargo\s+(?:\+\S+\s+)?(?:test|nextest|hack\s+test)"
    r"|(?:\./)?mvnw?\s[^&;]*(?:test|verify|install)"
    r"|(?:\./)?gradlew?\s[^&;]*(?:test|check|build)"
    r"|rspec\b|rake\b|(?:bin/)?rails\s+(?:test|db:\S+\s+test)"
    r"|ctest\b|meson\s+test|make\s+(?:-\S+\s+)*(?:test|tests|check|unit)[\w-]*"
    r"|(?:just|task|mage)\s+\S*(?:test|check)|bats\b|prove\b"
    r"|dotnet\s+test|mix\s+test|(?:vendor/bin/)?phpunit\b|composer\s+(?:run\s+)?test"
    r"|deno\s+test|(?:\./)?(?:[\w.-]+/)*(?:run[_-]?)?tests?\.sh\b)"
)
_LONGEST = 300
_NO_COMMAND = re.compile(r"\$\{\{|[^\x20-\x7e]")
"""What only the CI service knows, and what is no plain text."""


@dataclass(frozen=True, slots=True)
class CiJob:
    """What one job says; texts are as they are written."""

    file: str
    name: str
    scripts: tuple[str, ...] = ()
    """Shell texts, in order."""
    versions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Of each stack's tools, of which any will do."""
    services: Mapping[str, tuple[str, Mapping[str, str]]] = field(default_factory=dict)
    """Image and variables of each, by the name under which the job reaches it."""
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def tests(self) -> tuple[str, ...]:
        """The lines by which it tests the project."""
        return tuple(
            line
            for script in self.scripts
            for line in lines(script)
            if _TESTS.search(line[:_LONGEST])
        )

    @property
    def is_about_tests(self) -> bool:
        """True if a machine for it could test the project."""
        return bool(self.tests) or self.name == FOR_AGENTS


def command_of(jobs: Iterable[CiJob]) -> tuple[str, str]:
    """The first command that tests, which a shell could run, and its file."""
    for job in jobs:
        for line in job.tests:
            if len(line) <= _LONGEST and not _NO_COMMAND.search(line):
                return line, job.file
    return "", ""


def texts(value: object) -> dict[str, str]:
    """The pairs of a mapping whose values are texts."""
    pairs = value.items() if isinstance(value, dict) else ()
    return {k: v for k, v in pairs if isinstance(k, str) and isinstance(v, str)}
