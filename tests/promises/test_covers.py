"""What the agent may not see is nowhere in its box; what it may not write stays."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from swarm.plan import hardening
from tests.engine.keeper_harness import new_sample_repository
from tests.promises.sandbox_probe import SandboxProbe, open_probe
from tests.promises.weakened_sandbox import changes, of_git, receive, told

NOW, BEFORE = "c4nary-0f-today", "c4nary-0f-yesterday"
COVERS = 'protect = ["ci/jobs.yml", ".vscode"]\nhide = [".env", "deep/keys"]\n'
pytestmark = pytest.mark.against("uncovered")


def sample(place: Path, covers: str) -> Path:
    """A repository with secrets, of this commit and of an earlier one."""
    repo = new_sample_repository(place)

    def write(path: str, text: str) -> None:
        (repo / path).parent.mkdir(parents=True, exist_ok=True)
        (repo / path).write_text(text)

    def commit() -> None:
        for words in (("add", "-A"), ("commit", "-qm", "more")):
            subprocess.run(["git", "-C", str(repo), *words], check=True)

    write(".env", f"TOKEN={BEFORE}\n")
    write("deep/keys/id", f"{BEFORE}\n")
    commit()
    write(".env", f"TOKEN={NOW}\n")
    write("deep/keys/id", f"{NOW}\n")
    write("ci/jobs.yml", "jobs\n")
    write(".vscode/tasks.json", "tasks\n")
    write("swarm.toml", covers)
    commit()
    return repo


@pytest.fixture(scope="module")
def real_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProbe]:
    """The sandbox of a task whose repository says what is covered; nobody agreed."""
    with open_probe(sample(tmp_path_factory.mktemp("real") / "s", COVERS)) as probe:
        yield probe


@pytest.fixture(scope="module")
def uncovered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProbe]:
    """The same without covers: what a box is that only says so in a page."""
    with open_probe(sample(tmp_path_factory.mktemp("bare") / "s", "")) as probe:
        yield probe


@pytest.fixture(autouse=True)
def _begin_anew(request: pytest.FixtureRequest) -> None:
    """The base's files, on a branch at the base, whatever the last burglar left."""
    name = "sandbox" if "sandbox" in request.fixturenames else "real_sandbox"
    box: SandboxProbe = request.getfixturevalue(name)
    base = box.harness.queries.tasks.get(box.task).base
    box.shell(
        "cd /workspace; for moved in ci deep; do test ! -e away-$moved || "
        "{ rm -rf $moved; mv away-$moved $moved; }; done; "
        f"git checkout -qf -B work {base}; git clean -fdxq; rm -rf /tmp/*"
    )


@pytest.mark.parametrize(
    "command",
    [
        "cat .env deep/keys/*",
        "cat /proc/self/root/workspace/.env /proc/1/root/workspace/.env",
        "cat /proc/1/cwd/.env",
        "mv deep shallow; cat shallow/keys/id; mv shallow deep",
        "git checkout HEAD -- .env; cat .env",
        "git -c core.sparseCheckout=false checkout -f HEAD; cat .env",
        "git sparse-checkout disable; cat .env; git sparse-checkout reapply",
        "git worktree add -f /tmp/w HEAD; cat /tmp/w/.env /tmp/w/deep/keys/id",
        "git archive HEAD | tar -xO",
        "git show HEAD:.env HEAD:deep/keys/id",
        "git show HEAD~1:.env",
        "git log -p --all -- deep",
        "git diff HEAD~1 HEAD",
        "git grep -h c4nary $(git rev-list --all)",
        "git cat-file --batch-all-objects --batch --unordered",
        "git cat-file --batch < <(git ls-tree -r HEAD | cut -f1 | cut -d' ' -f3)",
        "git cat-file --batch < <(git ls-tree -r HEAD~1 | cut -f1 | cut -d' ' -f3)",
    ],
)
def test_a_hidden_file_cannot_be_read(sandbox: SandboxProbe, command: str) -> None:
    out = sandbox.shell(f"cd /workspace; {command}").out

    assert NOW not in out
    assert BEFORE not in out


def test_no_file_of_the_box_holds_it(sandbox: SandboxProbe) -> None:
    """As it stands, or packed as git packs objects."""
    done = sandbox.run(
        f"""
        import re, zlib
        wanted, found = [b"{NOW}", b"{BEFORE}"], set()
        packed = re.compile(b"\\x78[\\x01\\x5e\\x9c\\xda]")
        for top in ("/workspace", "/gitdir", "/objects-ro", "/etc", "/home", "/tmp",
                    "/run", "/var", "/opt", "/srv", "/mnt", "/root"):
            for folder, _, names in os.walk(top):
                for path in (os.path.join(folder, name) for name in names):
                    if os.path.islink(path) or not os.path.isfile(path):
                        continue
                    try:
                        data = pathlib.Path(path).read_bytes()
                    except OSError:
                        continue
                    texts = [data]
                    for at in packed.finditer(data):
                        try:
                            rest = data[at.start():at.start() + 9999]
                            texts.append(zlib.decompressobj().decompress(rest, 1 << 16))
                        except zlib.error:
                            pass
                    if any(each in text for each in wanted for text in texts):
                        found.add(path)
        print("FOUND", sorted(found))
        """,
        seconds=100,
    )

    assert "FOUND []" in done.out


def test_the_mounts_lead_nowhere(sandbox: SandboxProbe) -> None:
    """What lies over a path cannot be taken off, nor another thing put there."""
    out = sandbox.shell(
        "cd /workspace; umount .env; umount -l deep/keys; "
        "unshare -rm umount .env; unshare -rm sh -c 'umount -l deep/keys; cat .env'; "
        "mount --bind /tmp deep; cat .env deep/keys/id; "
        "awk '$5 ~ /workspace/ {print $4}' /proc/self/mountinfo | "
        "while read p; do cat $p $p/id; done"
    ).out

    assert NOW not in out


@pytest.mark.parametrize(
    "command",
    [
        "echo evil > ci/jobs.yml",
        "echo evil >> ci/jobs.yml",
        "truncate -s 0 ci/jobs.yml",
        "sed -i s/jobs/evil/ ci/jobs.yml",
        "rm -f ci/jobs.yml; echo evil > ci/jobs.yml",
        "echo evil > n; mv -f n ci/jobs.yml",
        "ln -f ci/jobs.yml l; echo evil > l; mv -f l ci/jobs.yml",
        "ln -sfn /tmp/x ci/jobs.yml; echo evil > ci/jobs.yml",
        "chmod 666 ci/jobs.yml; echo evil > ci/jobs.yml",
        "echo evil > /proc/self/root/workspace/ci/jobs.yml",
        "exec 9<ci/jobs.yml; echo evil > /proc/self/fd/9",
        "umount ci/jobs.yml; echo evil > ci/jobs.yml",
        "unshare -rm mount --bind /tmp ci; echo evil > ci/jobs.yml",
        "unshare -rm mount -o remount,bind,rw ci/jobs.yml; echo evil > ci/jobs.yml",
        "git rm -rfq --cached ci; git commit -qm x; git checkout -qf HEAD; rm -rf ci",
        "echo evil > .vscode/new",
        "rm -rf .vscode/tasks.json .vscode",
        "mkdir .vscode/evil; echo evil > .vscode/evil/x",
        "mv .vscode v; mkdir .vscode; echo evil > .vscode/tasks.json",
        "ln .vscode/tasks.json l; echo evil > l",
        "ln -s /tmp .vscode/link",
    ],
)
def test_a_protected_path_cannot_be_written(
    sandbox: SandboxProbe, command: str
) -> None:
    out = sandbox.shell(
        f"cd /workspace; ({command}) >/dev/null 2>&1; cat ci/jobs.yml; "
        "cd .vscode; cat tasks.json; ls -A"
    ).out

    assert out == "jobs\ntasks\ntasks.json\n"


def test_what_is_put_in_a_moved_parents_place_is_not_taken(
    sandbox: SandboxProbe,
) -> None:
    """A directory above a cover can be moved: then the snapshot holds what the mount
    does not, and what the agent commits does not land in its place."""
    sandbox.shell(
        "cd /workspace; mv ci away-ci; mkdir ci; echo evil > ci/jobs.yml; "
        "git add -A; git commit -qm work"
    )

    found = {each.path: each for each in changes(sandbox)}
    assert "ci/jobs.yml" not in found
    assert "ci/jobs.yml" in told(sandbox)


def test_a_link_for_a_parent_stops_the_merge(sandbox: SandboxProbe) -> None:
    sandbox.shell("cd /workspace; mv deep away-deep; ln -s /etc deep")

    sandbox.harness.wish_done("snapshot", task=sandbox.task)

    assert "deep: in the place of a directory" in told(sandbox)


def test_the_agents_commits_come_home(real_sandbox: SandboxProbe) -> None:
    """Though its git lacks objects that they name; the host has them."""
    real_sandbox.shell(
        "cd /workspace; git checkout -q --orphan lost; echo x > x; git add x; "
        "git commit -qm orphan"
    )

    head = receive(real_sandbox)

    listed = of_git(real_sandbox).review.git.ls_tree("-r", "--name-only", head)
    assert ".env" in listed.split()


def test_the_floor_accepts_exactly_these(real_sandbox: SandboxProbe) -> None:
    """And says so if one of them were not there."""
    raw = real_sandbox.inspect()
    places = {mount["Destination"]: mount for mount in raw["Mounts"]}
    covered = ("ci/jobs.yml", ".vscode", ".env", "deep/keys")

    assert hardening.inspected_faults(raw) == []
    assert all(places[f"/workspace/{path}"]["RW"] is False for path in covered)
