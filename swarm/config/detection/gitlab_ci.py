"""Reads the jobs of a `.gitlab-ci.yml`; of what it includes nothing is known."""

from collections.abc import Iterator, Mapping
from typing import Any

from swarm.config.detection import image_versions
from swarm.config.detection.ci_job import MOST_JOBS, CiJob, texts
from swarm.config.detection.tree import items, table

_NO_JOBS = frozenset(
    ["default", "include", "stages", "variables", "workflow", "image", "services",
     "before_script", "after_script", "cache", "spec"]
)  # fmt: skip
MOST_EXTENDED = 5


def jobs(body: Mapping[str, Any], file: str) -> Iterator[CiJob]:
    """The jobs, each with what it extends and what stands for all."""
    shared = {**dict(body), **table(body.get("default"))}
    variables = texts(body.get("variables"))
    count = 0
    for name, own in body.items():
        is_job = isinstance(name, str) and name not in _NO_JOBS and name[:1] != "."
        if not is_job or not isinstance(own, dict) or count >= MOST_JOBS:
            continue
        count += 1
        job = _extended(body, own)
        get = {key: job.get(key, shared.get(key)) for key in _NO_JOBS}.get
        version = image_versions.version(_image(get("image")))
        yield CiJob(
            file,
            name,
            tuple(_script(get("before_script")) + _script(job.get("script"))),
            {version[0]: (version[1],)} if version else {},
            dict(_services(get("services"), {**variables, **texts(job["variables"])})),
            {**variables, **texts(job["variables"])},
        )


def _extended(body: Mapping[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """The job's keys before those of what it extends; variables of both."""
    parents = own.get("extends", [])
    names = [parents] if isinstance(parents, str) else items(parents)
    job: dict[str, Any] = {}
    extended = (body.get(n) for n in names[:MOST_EXTENDED] if isinstance(n, str))
    for each in map(table, (*extended, own)):
        variables = {**table(job.get("variables")), **table(each.get("variables"))}
        job = {**job, **each, "variables": variables}
    return job


def _script(value: Any) -> list[str]:
    lines = [value] if isinstance(value, str) else items(value)
    return [line for line in lines if isinstance(line, str)]


def _image(value: Any) -> str:
    name = value if isinstance(value, str) else table(value).get("name")
    return name if isinstance(name, str) else ""


def _services(
    value: Any, variables: Mapping[str, str]
) -> Iterator[tuple[str, tuple[str, Mapping[str, str]]]]:
    """Each is reached by its alias, or by its image's name; all see the variables."""
    for service in items(value):
        image = _image(service)
        alias = table(service).get("alias")
        usual = image.partition("@")[0].rpartition("/")[2].partition(":")[0]
        name = alias if isinstance(alias, str) and alias else usual
        if name:
            yield name, (image, {**variables, **texts(table(service).get("variables"))})
