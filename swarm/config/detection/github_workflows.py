"""Reads the jobs of GitHub's workflows (and of Gitea's, which have the same form)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from swarm.config.detection import image_versions
from swarm.config.detection.ci_job import MOST_JOBS, CiJob, texts
from swarm.config.detection.tree import items, table

_SETUPS = {
    "actions/setup-python": ("python", "python-version"),
    "astral-sh/setup-uv": ("python", "python-version"),
    "actions/setup-node": ("node", "node-version"),
    "actions/setup-go": ("go", "go-version"),
    "actions/setup-java": ("java", "java-version"),
    "ruby/setup-ruby": ("ruby", "ruby-version"),
    "actions-rs/toolchain": ("rust", "toolchain"),
    "dtolnay/rust-toolchain": ("rust", "toolchain"),
}
"""The stack that an action sets up, and the input that has the version."""
_APT_ACTION = "awalsh128/cache-apt-pkgs-action@"
_INPUT = re.compile(r"\$\{\{\s*(matrix|env)\.([\w-]{1,60})\s*\}\}")
_VERSION = re.compile(
    r"v?([0-9]{1,3}(?:\.(?:[0-9]{1,3}|x)){0,2})|(lts/\*|stable|latest)"
)
_ELSEWHERE = ("windows", "macos", "win", "mac")
MOST_STEPS = 60
MOST_VERSIONS = 8


def jobs(body: Mapping[str, Any], file: str) -> Iterator[CiJob]:
    """The jobs that run on Linux, or may; a malformed part is left out."""
    shared = texts(body.get("env"))
    for name, job in [*table(body.get("jobs")).items()][:MOST_JOBS]:
        if isinstance(name, str) and not _is_elsewhere(table(job)):
            yield _Reading(table(job), shared).job(file, name)


def _is_elsewhere(job: dict[str, Any]) -> bool:
    machine = job.get("runs-on")
    return isinstance(machine, str) and machine.lower().startswith(_ELSEWHERE)


@dataclass(frozen=True, slots=True)
class _Reading:
    """One job, with the variables of the whole file."""

    body: dict[str, Any]
    shared: dict[str, str]

    def job(self, file: str, name: str) -> CiJob:
        steps = [table(step) for step in items(self.body.get("steps"))[:MOST_STEPS]]
        environment = {**self.shared, **texts(self.body.get("env"))}
        scripts = []
        for step in steps:
            if isinstance(run := step.get("run"), str) and not _is_of_others(step):
                scripts.append(run)
                environment |= texts(step.get("env"))
            if str(step.get("uses", "")).startswith(_APT_ACTION):
                packages = str(table(step.get("with")).get("packages", ""))
                scripts.append("apt-get install " + " ".join(packages.split()))
        return CiJob(
            file, name, tuple(scripts), dict(self._versions(steps)),
            dict(self._services()), environment,
        )  # fmt: skip

    def _versions(
        self, steps: list[dict[str, Any]]
    ) -> Iterator[tuple[str, tuple[str, ...]]]:
        for step in steps:
            action, _, reference = str(step.get("uses", ""))[:200].partition("@")
            if action not in _SETUPS:
                continue
            stack, key = _SETUPS[action]
            given = table(step.get("with")).get(key)
            if action == "dtolnay/rust-toolchain" and given is None:
                given = reference
            if versions := tuple(dict.fromkeys(self._of(given)))[:MOST_VERSIONS]:
                yield stack, versions
        if version := image_versions.version(_image(self.body.get("container"))):
            yield version[0], (version[1],)

    def _of(self, value: Any) -> Iterator[str]:
        """The versions of an input: a text, lines, or what matrix or variables have."""
        for text in value if isinstance(value, list) else str(value or "").split("\n"):
            if not isinstance(text, str):
                continue
            if reference := _INPUT.fullmatch(text.strip()):
                yield from self._named(*reference.groups())
            else:
                yield from _version(text)

    def _named(self, kind: str, name: str) -> Iterator[str]:
        if kind == "env":
            value = {**self.shared, **texts(self.body.get("env"))}.get(name, "")
            yield from _version(value)
            return
        matrix = table(table(self.body.get("strategy")).get("matrix"))
        for value in (*items(matrix.get(name)), *_included(matrix, name)):
            if isinstance(value, str):
                yield from _version(value)

    def _services(self) -> Iterator[tuple[str, tuple[str, Mapping[str, str]]]]:
        for name, service in table(self.body.get("services")).items():
            if isinstance(name, str) and (image := _image(service)):
                yield name, (image, texts(table(service).get("env")))


def _version(text: str) -> Iterator[str]:
    """The version that a text is; nothing for a range, or another implementation."""
    if match := _VERSION.fullmatch(text.strip()):
        yield match[1].removesuffix(".x") if match[1] else match[2]


def _image(value: Any) -> str:
    """The image of a container or service, which is a text or has one."""
    image = value if isinstance(value, str) else table(value).get("image")
    return image if isinstance(image, str) else ""


def _included(matrix: dict[str, Any], name: str) -> list[Any]:
    return [table(each).get(name) for each in items(matrix.get("include"))]


def _is_of_others(step: dict[str, Any]) -> bool:
    """True for a step that runs on another system alone."""
    condition = str(step.get("if", ""))[:300].lower()
    is_other = "windows" in condition or "macos" in condition
    return is_other and "!=" not in condition and "linux" not in condition
