"""Jobs of GitHub's workflows, whatever shape a stranger gave them."""

import pytest

from swarm.config import strict_yaml
from swarm.config.detection.ci_job import CiJob
from swarm.config.detection.github_workflows import jobs

WORKFLOW = """\
env: {A: x, NODE: "20.x"}
jobs:
  test:
    runs-on: ${{ matrix.os }}
    strategy:
      matrix:
        python: ["3.10", "3.11", "pypy3.9", "3.13-dev"]
        include: [{python: "3.12"}]
    env: {B: "y"}
    services:
      db: {image: "postgres:16", env: {POSTGRES_DB: app}}
      broken: [5]
    container: {image: "ruby:3.1"}
    steps:
    - uses: actions/setup-python@v5
      with: {python-version: "${{ matrix.python }}"}
    - uses: actions/setup-node@v4
      with: {node-version: "${{ env.NODE }}"}
    - uses: dtolnay/rust-toolchain@1.75
    - uses: awalsh128/cache-apt-pkgs-action@v1
      with: {packages: "libpq-dev  jq"}
    - run: pytest
      env: {C: z}
    - run: choco install x
      if: runner.os == 'Windows'
  mac:
    runs-on: macos-latest
    steps: [{run: pytest}]
"""


def test_what_a_job_has_sets_and_runs() -> None:
    (job,) = jobs(strict_yaml.read(WORKFLOW, "x"), "ci.yml")

    assert job == CiJob(
        "ci.yml", "test",
        ("apt-get install libpq-dev jq", "pytest"),
        {"python": ("3.10", "3.11", "3.12"), "node": ("20",), "rust": ("1.75",),
         "ruby": ("3.1",)},
        {"db": ("postgres:16", {"POSTGRES_DB": "app"})},
        {"A": "x", "NODE": "20.x", "B": "y", "C": "z"},
    )  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "jobs: 5", "jobs: [1]", "jobs: {a: 5}", "jobs: {a: {steps: {b: 1}}}", "a: 1",
        "jobs: {a: {steps: [1, [2], {uses: [1]}, {run: {a: 1}}, {uses: x, with: 1}]}}",
        "jobs: {a: {services: [1], container: [2], strategy: 1, env: [3]}}",
        "jobs: {a: {strategy: {matrix: '${{ x }}'}, steps: [{uses: actions/setup-node@1"
        ", with: {node-version: '${{ matrix.v }}'}}]}}",
    ],
)  # fmt: skip
def test_a_malformed_part_is_left_out(text: str) -> None:
    for job in jobs(strict_yaml.read(text, "x"), "ci.yml"):
        assert (job.versions, job.services, job.scripts) == ({}, {}, ())
