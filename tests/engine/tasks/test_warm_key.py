"""One set-up is enough for tasks of one key; what it depends on changes that."""

from dataclasses import replace
from pathlib import Path

from swarm.engine.tasks import warm_key
from swarm.model.project import ProjectChoice
from swarm.plan.naming import HomePaths
from swarm.plan.specs import Plan
from tests.adapters.git.git_helpers import commit_all, new_repository, sh_git
from tests.builders import queued
from tests.engine.fake_context import fake_context
from tests.plan.test_setup_box import SANDBOX

PLAN = Plan(SANDBOX, "/w", project=ProjectChoice(setup=("npm ci",)))


def test_what_a_key_depends_on(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    repo = new_repository(tmp_path / "repo")
    commits = [sh_git(repo, "rev-parse", "HEAD")]
    for name in ("notes", "package-lock.json"):
        (repo / name).write_text(name)
        commit_all(repo, name)
        commits.append(sh_git(repo, "rev-parse", "HEAD"))
    with fake_context(HomePaths(tmp_path / "home")) as context:
        task = context.journal.queue(lambda _id: queued(repo=str(repo)))
        tasks = [replace(task, base=commit) for commit in commits]
        other_user = replace(PLAN, sandbox=replace(SANDBOX, user="7:7"))
        other = replace(PLAN, project=ProjectChoice(setup=("npm i",)))
        variables = replace(PLAN, project=replace(PLAN.project, environment={"A": "b"}))
        covered = replace(PLAN, project=replace(PLAN.project, hide=(".env",)))

        first, same, locked = (warm_key.of(context, each, PLAN) for each in tasks)
        others = [
            warm_key.of(context, task, plan)
            for plan in (other, other_user, variables, covered)
            for task in tasks[:1]
        ]

        assert first == same
        assert len({first, locked, *others}) == 6
        assert warm_key.may_keep(context, tasks[0])
