"""What an agent leaves behind runs nowhere, and goes nowhere unseen."""

import re
import shutil
import subprocess
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from swarm.errors import SwarmError
from swarm.model.task import State
from tests.engine.keeper_harness import new_sample_repository
from tests.promises.sandbox_probe import SandboxProbe
from tests.promises.weakened_sandbox import (
    WeakenedSandbox,
    changes,
    look,
    of_git,
    receive,
    told,
    worktree,
)

pytestmark = pytest.mark.against("weakened")


PLANT_HELPERS = """
set -e; cd /workspace; exec 2>&1; G=$(git rev-parse --absolute-git-dir)
R=$(realpath --relative-to=$G .); mkdir .own
printf '#!/bin/sh\\ntouch %s\\n' MARKER > .own/payload; chmod +x .own/payload
hook() { mkdir -p "$G/hooks" && cp .own/payload "$G/hooks/$1"; }
other() {
  git init -q "$@" && git -C "${@: -1}" config core.fsmonitor 'touch MARKER;:'
}
echo more >> README.md
"""

PLANTS = {
    "hook post-commit": "hook post-commit",
    "hook pre-commit": "hook pre-commit",
    "hook post-checkout": "hook post-checkout",
    "hook post-index-change": "hook post-index-change",
    "hook reference-transaction": "hook reference-transaction",
    "fsmonitor": "git config core.fsmonitor 'touch MARKER;:'",
    "hooks path": "mv .own/payload .own/post-commit; git config core.hooksPath .own",
    "included file": "git config -f .own/more core.fsmonitor 'touch MARKER;:'; "
    "git config include.path $R/.own/more",
    "worktree config": "git config extensions.worktreeConfig true; "
    "git config --worktree core.fsmonitor 'touch MARKER;:'",
    "clean filter": "echo '* filter=own' > .gitattributes; "
    "git config filter.own.clean 'touch MARKER; cat'",
    "filter process": "echo '* filter=own' > .gitattributes; "
    "git config filter.own.process 'touch MARKER'",
    "text conversion": "echo '* diff=own' > .gitattributes; "
    "git config diff.own.textconv 'touch MARKER; cat'",
    "diff driver": "echo '* diff=own' > .gitattributes; "
    "git config diff.own.command 'touch MARKER; :'",
    "external diff": "git config diff.external 'touch MARKER; :'",
    "signing program": "git config commit.gpgSign true; "
    "git config gpg.program ./.own/payload",
    "ssh command": "git config remote.origin.url ssh://nowhere.test/x; "
    "git config core.sshCommand 'touch MARKER; :'",
    "nested repository": "other vendor; cd vendor; touch x; git add x; "
    "git -c user.name=x -c user.email=x commit -qm x; cd ..; git add vendor",
    "another git directory": "other .own/evil; mv .git .own/was; "
    "echo 'gitdir: .own/evil/.git' > .git",
    "common directory": "other --bare .own/common; echo $R/.own/common > $G/commondir",
}


@pytest.mark.parametrize("plant", PLANTS.values(), ids=PLANTS.keys())
def test_nothing_that_is_planted_runs_on_the_host(
    clean_sandbox: SandboxProbe, plant: str, tmp_path: Path
) -> None:
    """Promise: whatever the agent's git is told to run, looking at the work runs none.

    Why: TSK runs plain `git status`, `add` and `commit` where the agent owned `.git`;
    release-engineers runs `git add`, and Agent of Empires lends the main `.git` itself.
    """
    sang = tmp_path / "sang"

    clean_sandbox.shell((PLANT_HELPERS + plant).replace("MARKER", str(sang)))
    look(clean_sandbox)

    assert not sang.exists()


WRITES = {
    "append to .git": "echo x >> .git || echo x >> .git/config",
    "remove .git": "rm -rf .git",
    "move .git": "mv .git .was",
    "link over .git": "ln -sfT /tmp .git || (rm -rf .git && ln -s /tmp .git)",
    "open .git up": "chmod -R 777 .git",
    "a hook": "echo x > .git/hooks/pre-commit",
    "the configuration": "git config -f .git/config core.fsmonitor x",
    "a lent object": "touch /objects-ro/x",
    "an alternate": "mkdir -p /objects-ro/info && echo / > /objects-ro/info/alternates",
}


@pytest.mark.parametrize("attempt", WRITES.values(), ids=WRITES.keys())
def test_what_the_host_trusts_is_not_written(
    clean_sandbox: SandboxProbe, attempt: str
) -> None:
    """Promise: the worktree's `.git` and the lent objects can be read and no more.

    Why: with `.git` replaced, the next `git status` reads another configuration.
    """
    done = clean_sandbox.shell(f"cd /workspace; ({attempt}) && echo written")

    assert "written" not in done.out


FILES = """.bashrc .gitconfig .ssh/authorized_keys .config/autostart/x.desktop
.claude/settings.json .codex/config.toml .gemini/settings.json .local/bin/git"""
MARK = "# left by an agent"


@pytest.mark.parametrize("name", FILES.split())
def test_the_agents_home_is_not_the_users(sandbox: SandboxProbe, name: str) -> None:
    """Promise: what it writes at home is on no path of the host's that anybody reads.

    Why: TSK, Leash and Packnplay mount the real `~/.claude` to be written: the hooks
    in there are run by the next agent, on the host.
    """
    home = sandbox.home if isinstance(sandbox, WeakenedSandbox) else Path.home()

    done = sandbox.shell(
        f"cd; mkdir -p $(dirname {name}); echo '{MARK}' > {name}; cat {name}"
    )

    assert done.out.strip() == MARK
    assert not (home / name).exists() or MARK.encode() not in (home / name).read_bytes()


def test_the_next_agent_finds_nothing_of_the_last(
    sandbox: SandboxProbe, tmp_path: Path
) -> None:
    """Promise: every task begins with a home of its own, whoever was there before.

    Why: agents talk to their successors as well.
    """
    sandbox.shell(f"echo '{MARK}' > ~/.profile")

    later = successor(sandbox, tmp_path)

    assert MARK not in later.shell("cat ~/.profile").out
    later.harness.wish("kill", task=later.task)


def successor(of: SandboxProbe, tmp_path: Path) -> SandboxProbe:
    """A sandbox that begins after something was left in the first."""
    if isinstance(of, WeakenedSandbox):
        return replace(of, box=of.start("sleep", "100000"))
    task = of.harness.new_task(new_sample_repository(tmp_path / "next"), "sleep 100000")
    of.harness.until_state(task, State.LIVE)
    return replace(of, task=task, box=of.harness.context.names(task).sandbox)


GATED = """.vscode/tasks.json .idea/workspace.xml .devcontainer/devcontainer.json .envrc
.gitattributes .gitmodules .mcp.json .claude/settings.json .codex/config.toml
.gemini/settings.json .husky/pre-commit .githooks/pre-push .pre-commit-config.yaml
.github/workflows/ci.yml .gitlab-ci.yml Makefile package.json conftest.py .npmrc
Dockerfile setup.py deep/below/.vscode/tasks.json .VSCode/settings.json"""

NEVER = """.GIT/hooks/post-commit .Git/config git~1/config vendor/.git/config
.git./config"""

MAKE = "for f in {}; do mkdir -p $(dirname $f); echo 'touch x' > $f; done; echo x > z"


def ended(
    real_sandbox: SandboxProbe, folder: Path, names: str
) -> tuple[SandboxProbe, Path]:
    """A task that left files of those names, and the user's own checkout."""
    folder.mkdir()
    repo = new_sample_repository(folder / "sample")
    task = real_sandbox.harness.new_task(repo, MAKE.format(" ".join(names.split())))
    real_sandbox.harness.until_taken_in(task)
    return replace(real_sandbox, task=task), repo


@pytest.fixture(scope="module")
def gated(
    real_sandbox: SandboxProbe, tmp_path_factory: pytest.TempPathFactory
) -> tuple[SandboxProbe, Path]:
    """A task that changed everything that runs by itself."""
    return ended(real_sandbox, tmp_path_factory.mktemp("gated") / "x", GATED)


@pytest.fixture(scope="module")
def never(
    real_sandbox: SandboxProbe, tmp_path_factory: pytest.TempPathFactory
) -> tuple[SandboxProbe, Path]:
    """A task that made what some file systems take for `.git`."""
    return ended(real_sandbox, tmp_path_factory.mktemp("never") / "x", NEVER)


def copied(at: WeakenedSandbox, names: str) -> Path:
    """The files brought home as release-engineers does it: all of them."""
    at.shell(f"cd /workspace; {MAKE.format(' '.join(names.split()))}")
    return Path(shutil.copytree(at.tree, at.folder / "second", symlinks=True))


@pytest.mark.parametrize("name", GATED.split())
def test_what_would_run_by_itself_is_not_merged_unseen(
    clean_sandbox: SandboxProbe, gated: tuple[SandboxProbe, Path], name: str
) -> None:
    """Promise: one file that nobody acknowledged keeps the whole merge back.

    Why: absent at the start and then made, it runs when a folder is opened, at the next
    commit, at the next test, in CI, or in the next agent.
    """
    if isinstance(clean_sandbox, WeakenedSandbox):
        said, home = "", copied(clean_sandbox, GATED)
    else:
        done, home = gated
        others = [each.path for each in changes(done) if each.path != name]
        said = done.harness.wish("merge", task=done.task, accepted=others).message

    assert not (home / name).exists()
    assert name in said


@pytest.mark.parametrize("name", NEVER.split())
def test_what_some_system_takes_for_git_is_never_merged(
    clean_sandbox: SandboxProbe, never: tuple[SandboxProbe, Path], name: str
) -> None:
    """Promise: no nested repository and no spelling of `.git` arrives, whoever agrees.

    Why: on macOS and Windows `.GIT/hooks` is `.git/hooks`.
    """
    if isinstance(clean_sandbox, WeakenedSandbox):
        home = copied(clean_sandbox, NEVER)
    else:
        done, home = never
        done.harness.wish("merge", task=done.task, accepted="all")

    assert (home / "z").exists()
    assert not (home / name).exists()


STEERS = """AGENTS.md CLAUDE.md GEMINI.md .cursorrules .github/copilot-instructions.md
.claude/commands/x.md CODEOWNERS"""


@pytest.mark.parametrize("name", STEERS.split())
def test_what_steers_agents_is_told(clean_sandbox: SandboxProbe, name: str) -> None:
    """Promise: a file that agents or reviewers obey is marked in the review.

    Why: an instruction is run by whoever reads it.
    """
    clean_sandbox.shell(f"cd /workspace; {MAKE.format(name)}")

    lines = told(clean_sandbox).splitlines()
    about = [line for line in lines if line.startswith(f"{name}: added ")]
    assert "'X3'" in "".join(about), lines


TREES = {
    "a .git": "100644 blob $(git hash-object -w README.md)\t.git",
    "a .GIT": "100644 blob $(git hash-object -w README.md)\t.GIT",
    "a parent": "040000 tree $(git rev-parse HEAD^{tree})\t..",
    "linked modules": "120000 blob $(git hash-object -w README.md)\t.gitmodules",
    "an option for a URL": '100644 blob $(printf \'[submodule "a"]\n path = a\n '
    "url = -u./x\n' | git hash-object -w --stdin)\t.gitmodules",
}


@pytest.mark.parametrize("row", TREES.values(), ids=TREES.keys())
def test_a_commit_that_no_checkout_survives_is_not_taken_in(
    clean_sandbox: SandboxProbe, row: str
) -> None:
    """Promise: a tree that holds `.git`, `..` or an evil `.gitmodules` stays outside.

    Why: the file system that is checked out to cannot make it; git's objects can.
    """
    done = clean_sandbox.shell(f"""cd /workspace
        tree=$(printf "{row}\n" | git mktree)
        commit=$(git commit-tree -p HEAD -m x $tree) && git update-ref HEAD $commit
        echo made $commit""")
    with suppress(SwarmError):
        receive(clean_sandbox)

    made = re.search(r"made (\w{40})", done.out)
    assert made, done.out
    assert not _holds(clean_sandbox, made[1])


def _holds(at: SandboxProbe, commit: str) -> bool:
    where = (
        at.folder / "second"
        if isinstance(at, WeakenedSandbox)
        else of_git(at).review_git
    )
    words = ["git", "--git-dir", str(where), "cat-file", "-e", commit]
    return subprocess.run(words, capture_output=True, check=False).returncode == 0


def test_the_users_own_repository_is_written_by_nobody(
    clean_sandbox: SandboxProbe,
) -> None:
    """Promise: whatever it can write, none of it is below the user's `.git`.

    Why: Agent of Empires mounts that into a root container, to be written.
    """
    repo = Path(clean_sandbox.harness.queries.tasks.get(clean_sandbox.task).repo)
    theirs = (
        worktree(clean_sandbox) if isinstance(clean_sandbox, WeakenedSandbox) else repo
    ) / ".git"
    before = sorted(theirs.rglob("*"))

    clean_sandbox.shell(
        "find /workspace /gitdir /objects-ro ~ -type d -exec touch {}/planted ';'"
    )

    assert sorted(theirs.rglob("*")) == before
