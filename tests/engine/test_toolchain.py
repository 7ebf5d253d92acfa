"""A task finds its stacks and packages in its box, and so does one that repeats it."""

from pathlib import Path

import pytest

from swarm.adapters.docker import DockerImages
from swarm.adapters.git.repository import Repository
from swarm.engine.egress import repository_project
from swarm.engine.host import images
from swarm.plan import specs
from swarm.plan.naming import HomePaths
from tests.adapters.git.git_helpers import commit_all
from tests.engine.keeper_harness import KeeperHarness

TREE = "base@,tree"


@pytest.fixture(scope="module", autouse=True)
def _built() -> None:
    engine = DockerImages()
    images.build(engine, TREE, lambda _line: None)
    engine.close()


def test_a_package_is_in_the_box_of_a_task_and_of_its_retry(
    harness: KeeperHarness, sample: Path
) -> None:
    harness.start_keeper()
    first = harness.new_task(sample, "tree --version > out", packages=["tree"])
    harness.until_taken_in(first)

    # Whatever the settings say by then.
    harness.configure('[sandbox]\npackages = ["no-such-package-here"]\n')
    again = harness.wish_done("retry", task=first)["tasks"][0]

    for task in (harness.queries.tasks.get(first), harness.until_taken_in(again)):
        assert (task.exit_code, task.review.files) == (0, 1)


def test_the_settings_count_for_a_wish_that_says_nothing(
    harness: KeeperHarness, sample: Path
) -> None:
    harness.configure('[sandbox]\npackages = ["tree"]\n')
    harness.start_keeper()

    usual = harness.new_task(sample, "tree --version")
    none = harness.new_task(sample, "tree --version", packages=[])

    assert harness.until_taken_in(usual).exit_code == 0
    assert harness.until_taken_in(none).exit_code == 127


def test_what_files_tell_of_and_no_image_has_is_said(
    harness: KeeperHarness, sample: Path
) -> None:
    """The task starts without it: nobody asked for a build of minutes."""
    (sample / "Cargo.toml").write_text("[package]\n")
    (sample / "meson.build").write_text("")
    commit_all(sample, "rust and c, which nobody builds together")
    harness.start_keeper()

    body = {"repo": str(sample), "prompt": "p", "command": "true"}
    answer = harness.wish_done("new", **body)

    note = " ".join(answer["notes"])
    assert (
        "rust (Cargo.toml), which its image has not: `swarm image build base@" in note
    )
    assert harness.until_taken_in(answer["tasks"][0]).exit_code == 0


def test_an_agreed_project_counts_before_the_settings_and_in_a_retry(
    harness: KeeperHarness, sample: Path
) -> None:
    """The retry has what the first had, whatever the file says by then."""
    harness.configure('[sandbox]\npackages = ["no-such-package-here"]\n')
    (sample / "swarm.toml").write_text('packages = ["tree"]\nsetup = ["true"]\n')
    agree_to_project(harness.paths, sample)
    harness.start_keeper()
    first = harness.new_task(sample, "tree --version > out")
    harness.until_taken_in(first)

    (sample / "swarm.toml").write_text('packages = ["no-such-package-either"]\n')
    again = harness.wish_done("retry", task=first)["tasks"][0]

    for task in (first, harness.until_taken_in(again).id):
        assert harness.queries.tasks.get(task).exit_code == 0
        plan = specs.from_json(harness.queries.tasks.plan(task))
        assert plan.project.packages == ("tree",)
        assert plan.project.setup == ("true",)


def agree_to_project(paths: HomePaths, repo: Path) -> None:
    repository = Repository.open(repo, paths.home)
    found = repository_project.read(paths, repository, repository.head)
    repository_project.agree(paths, repository.root, found.digest)


@pytest.mark.parametrize(
    ("body", "settings", "message", "hint"),
    [
        (
            {"stacks": ["c"], "packages": ["cowsay"]},
            "",
            "is no image",
            "base@c,cowsay`",
        ),
        ({"stacks": ["cc"]}, "", "no stack 'cc'", "there are: browser"),
        ({"packages": ["x;id"]}, "", "can be no package", "such as libpq-dev"),
        (
            {"stacks": ["c"]},
            '[sandbox]\nimage = "debian:trixie"\n',
            "is none of swarm's",
            "put what they bring into it",
        ),
    ],
)
def test_what_cannot_be_had_is_refused_with_the_way_out(
    harness: KeeperHarness,
    sample: Path,
    body: dict[str, list[str]],
    settings: str,
    message: str,
    hint: str,
) -> None:
    """Before anything is made."""
    harness.configure(settings)
    harness.start_keeper()

    wish = harness.wish("new", repo=str(sample), prompt="p", command="true", **body)

    assert wish.outcome == "refused"
    assert message in wish.message
    assert hint in wish.hint
    assert harness.queries.tasks.all() == []
