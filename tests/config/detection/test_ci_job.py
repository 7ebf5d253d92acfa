"""Which lines of a CI job test a project."""

import pytest

from swarm.config.detection.ci_job import CiJob, command_of


@pytest.mark.parametrize(
    "line",
    [
        "pytest -x", "python -m pytest", "uv run --frozen pytest", "tox -e py",
        "poetry run pytest tests", "nox -s tests", "npm test", "npm run test:unit",
        "yarn test --ci", "pnpm -r test", "npx vitest run", "go test ./...", "npm t",
        "cargo test --all", "cargo +nightly test", "./mvnw -B verify", "mvn test",
        "./gradlew check", "bundle exec rspec", "bin/rails db:create test",
        "make test", "make -j2 check", "just test", "ctest -C Release",
        "cd x && pytest",
        "CI=1 npm test", "xvfb-run -a npm test", "./scripts/run_tests.sh", "mix test",
        "coverage run -m pytest", "python manage.py test", "dotnet test",
        "npm run test-ci", "python tests/runtests.py -v2",
    ],
)  # fmt: skip
def test_a_line_that_tests(line: str) -> None:
    assert CiJob("ci.yml", "x", (f"pip install x\n{line}",)).tests == (line,)


@pytest.mark.parametrize(
    "line",
    [
        "pip install pytest", "npm install --save-dev jest", "make lint",
        "npm run lint",
        "echo pytest", "docker build -t test .", "apt-get install check",
        "yarn testing",
        "go vet ./...", "mvn deploy", "git checkout test",
    ],
)  # fmt: skip
def test_a_line_that_does_not(line: str) -> None:
    assert CiJob("ci.yml", "x", (line,)).tests == ()


def test_a_command_with_what_only_ci_knows_is_passed_over() -> None:
    job = CiJob(
        "ci.yml", "x", ("pytest ${{ matrix.args }}\npytest \x1b[2J\npytest -q",)
    )

    assert command_of([job]) == ("pytest -q", "ci.yml")
    assert command_of([]) == ("", "")
