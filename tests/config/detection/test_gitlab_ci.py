"""Jobs of GitLab's file, with what they extend and what stands for all."""

import pytest

from swarm.config import strict_yaml
from swarm.config.detection.ci_job import CiJob
from swarm.config.detection.gitlab_ci import jobs

FILE = """\
image: python:3.12
variables: {POSTGRES_DB: app}
before_script: [pip install -r requirements.txt]
services: [{name: "postgres:16", alias: db}]
.base:
  variables: {A: x}
  before_script: [apt-get install -y libpq-dev]
test:
  extends: .base
  variables: {B: "y"}
  script: [pytest, 5]
web:
  image: {name: "node:20"}
  services: ["registry/redis:7"]
  script: npm test
"""


def test_a_job_has_its_own_then_what_it_extends_then_what_is_for_all() -> None:
    first, second = jobs(strict_yaml.read(FILE, "x"), "f")

    variables = {"POSTGRES_DB": "app", "A": "x", "B": "y"}
    assert first == CiJob(
        "f", "test",
        ("apt-get install -y libpq-dev", "pytest", "5"),
        {"python": ("3.12",)},
        {"db": ("postgres:16", variables)},
        variables,
    )  # fmt: skip
    assert second.scripts == ("pip install -r requirements.txt", "npm test")
    assert second.versions == {"node": ("20",)}
    assert [*second.services] == ["redis"]


@pytest.mark.parametrize(
    "text",
    [
        "a: 5", "a: {script: {b: 1}}", "a: {extends: [{b: 1}, c], script: 1}",
        "a: {services: {b: 1}, image: [1], variables: [2]}", "default: 5\na: {x: 1}",
        "a: {extends: a}",
    ],
)  # fmt: skip
def test_a_malformed_part_is_left_out(text: str) -> None:
    for job in jobs(strict_yaml.read(text, "x"), "f"):
        assert (job.versions, job.services) == ({}, {})
