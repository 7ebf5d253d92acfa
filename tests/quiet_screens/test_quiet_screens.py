"""Four plain commands, what takes work away, and what hides, under a real sensor."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from swarm.model import audit_text, quiet
from swarm.model.activity import LOSS
from swarm.model.audit_query import Counts, Entry, Filter, PathRow
from swarm.model.task import State
from swarm.tui.present import files_tab
from tests.built_image import built
from tests.engine.keeper_harness import (
    KeeperHarness,
    new_sample_repository,
    open_keeper_harness,
)
from tests.first_install import packages

PARTS = {
    "pip": "pip install ./widget-1.0.0-py3-none-any.whl",
    "npm": "npm install ./widget-1.0.0.tgz",
    "commit": "echo 'x = 1' >> app.py; git add -A; git commit -qm work",
    "pytest": "/tools/bin/pytest -q",
    "rm": "rm -rf tests; git checkout -q -- tests",
    "git rm": "git rm -rq tests; git reset -q --hard",
    "find": "find tests -name '*.py' -delete; git checkout -q -- tests",
    "find exec": "find tests -name '*.py' -exec rm {} ';'; git checkout -q -- tests",
    "script": "python3 -c 'import shutil; shutil.rmtree(\"tests\")'; git checkout -q .",
    "mv": "mv tests /tmp/away; git checkout -q -- tests",
    "truncate": "truncate -s 0 tests/*.py; git checkout -q -- tests",
    "empty": "for f in tests/*.py; do : > $f; done; git checkout -q -- tests",
    "put back": "echo '#' >> app.py; git checkout -q -- app.py",
    "reset": "echo '#' >> app.py; git reset -q --hard",
    "stash": "echo '#' >> app.py; git stash -q; git stash pop -q; git commit -qam more",
    "switch": "git switch -qc other; git rm -q app.py; git commit -qm less;"
    " git switch -q -",
    "withdrawn": "cp /bin/true run-me; chmod +x run-me; rm run-me",
    "hook": "mkdir -p /gitdir/hooks; echo 'exit 0' > /gitdir/hooks/pre-commit",
    "object": "mkdir -p /gitdir/objects/aa; cp /bin/true /gitdir/objects/aa/tmp_obj_a;"
    " /gitdir/objects/aa/tmp_obj_a",
    "cache": "mkdir -p ~/.cache; cp /bin/true ~/.cache/evil; bash -c"
    " 'exec -a git ~/.cache/evil status'",
    "link": "mkdir -p .pytest_cache; ln -s .. .pytest_cache/l; python3 -c 'import os;"
    ' open(".pytest_cache/n", "w").close();'
    ' os.rename(".pytest_cache/n", ".pytest_cache/l/linked.py")\'',
}
"""Parts of one script; `true NAME` stands before each."""
SETUP = "cd /workspace; python3 -m venv .venv; . .venv/bin/activate"
SCRIPT = "\n".join([SETUP, *(f"/bin/true '{n}'\n{c}" for n, c in PARTS.items())])
MOST = 3
"""Lines on a screen that are not the work, for each of the plain commands."""


@dataclass(frozen=True)
class Screens:
    """What is stored of the one task."""

    entries: list[Entry]
    """Oldest first."""
    rows: list[PathRow]
    counts: Counts
    raw: list[Entry]

    def span(self, part: str) -> tuple[float, float]:
        """The times of the part's begin and end."""
        begins = {
            entry.action.argv[1]: entry.at
            for entry in self.entries
            if entry.action and entry.action.argv[:1] == ("/bin/true",)
        }
        names = [*PARTS, ""]
        after = names[names.index(part) + 1]
        return begins[part], begins.get(after, float("inf"))

    def audit(self, part: str) -> list[str]:
        """The lines of the Audit screen, but for the task's own events."""
        begin, end = self.span(part)
        lines = [
            audit_text.line(entry)
            for entry in self.entries
            if begin < entry.at < end and not entry.event
        ]
        return [f"{line.glyph} {line.words}  {line.reason}" for line in lines]

    def files(self, part: str) -> list[str]:
        """The rows of the Files tab that were last touched then."""
        begin, end = self.span(part)
        rows = [row for row in self.rows if begin < row.activity.last < end]
        _, lines = files_tab.files_tab(rows, self.counts, 120, True)
        return [line.plain for line in lines]


@pytest.fixture(scope="module")
def screens(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Screens]:
    """One sandbox in which every part ran."""
    dockerfile = Path(__file__).with_name("Dockerfile").read_bytes()
    reference = built("quiet", dockerfile)
    with open_keeper_harness() as harness:
        harness.configure(f'[sandbox]\nimage = "{reference}"')
        harness.start_keeper()
        repo = _repository(tmp_path_factory.mktemp("quiet") / "sample")
        task = harness.new_task(repo, SCRIPT)
        # Each wait has a patience of its own on a busy machine.
        harness.until_state(task, State.LIVE)
        harness.until(lambda: _has_begun(harness, task, "rm"), "the first parts")
        harness.until_taken_in(task)
        audit = harness.queries.audit
        yield Screens(
            audit.newest(Filter(task=task), 10_000)[::-1],
            audit.paths(task, 10_000),
            audit.counts(task),
            audit.newest(Filter(task=task, raw=True), 100_000)[::-1],
        )


def _has_begun(harness: KeeperHarness, task: int, part: str) -> bool:
    found = harness.queries.audit.newest(Filter(task=task, text="/bin/true"))
    return any(entry.action and entry.action.argv[1:] == (part,) for entry in found)


def _repository(folder: Path) -> Path:
    repo = new_sample_repository(folder)
    (repo / packages.WHEEL).write_bytes(packages.wheel())
    (repo / packages.TARBALL).write_bytes(packages.npm_tarball(packages.NAME))
    (repo / "app.py").write_text("def f():\n    return 1\n")
    (repo / "tests").mkdir()
    for number in range(4):
        text = "def test_f():\n    assert 1\n"
        (repo / f"tests/test_{number}.py").write_text(text)
    (repo / ".gitignore").write_text(".venv/\nnode_modules/\n__pycache__/\n")
    for words in (["add", "-A"], ["commit", "-qm", "second"]):
        subprocess.run(["git", "-C", str(repo), *words], check=True)
    return repo


WORK = {
    "pip": ("$ .venv/bin/pip install", ".venv/…"),
    "npm": ("npm install", "package.json", "package-lock.json", "node_modules/…"),
    "commit": ("$ git add", "$ git commit", "app.py"),
    "pytest": ("/tools/bin/pytest -q",),
}
"""What of each command's lines is the work itself."""


TOLD = {
    "rm": "4 tracked files deleted by `rm -rf tests`",
    "git rm": "4 tracked files deleted by `git rm -rq tests`",
    "find": "4 tracked files deleted by `find tests -name",
    "find exec": "4 tracked files deleted by `find tests -name",
    "script": "4 tracked files deleted by `python3 -c",
    "mv": "tracked files deleted by `mv tests /tmp/away`",
    "truncate": "4 tracked files emptied by `truncate -s 0",
    "empty": "4 tracked files emptied by",
    "put back": "1 edited file put back by `git checkout -q -- app.py`",
    "reset": "1 edited file put back by `git reset -q --hard`",
}
"""What is told of each part that takes tracked work away."""
KEPT = ("pip", "npm", "commit", "pytest", "stash", "switch")
"""Parts in which nothing is lost, whatever git writes meanwhile."""
HIDING = {
    "hook": ("/gitdir/hooks/pre-commit", "git in the sandbox obeys it"),
    "object": ("/gitdir/objects/aa/tmp_obj_a", ""),
    "cache": (".cache/evil", "$ git"),
    "link": (".pytest_cache/l/linked.py", ""),
}
"""What looks like housekeeping and is none: its path, and words of its line."""


def test_live_screens_show_the_work_and_count_the_rest(screens: Screens) -> None:
    """All claims in one test: each needs the same sandbox, which takes seconds."""
    faults = [
        *_noise(screens),
        *_untold(screens),
        *_hidden(screens),
        *_uncounted(screens),
        *_not_withdrawn(screens),
    ]

    assert not faults, "\n\n".join(faults)


def _noise(screens: Screens) -> Iterator[str]:
    """Each plain command shows its work, and three other lines at most."""
    for part, work in WORK.items():
        audit = screens.audit(part)
        for lines in (audit, screens.files(part)):
            others = [one for one in lines if not any(word in one for word in work)]
            if len(others) > MOST:
                yield "\n".join([part, *lines])
        if not any(work[0] in line for line in audit):
            yield "\n".join([f"{part} does not show its work", *audit])
    commits = [line for line in screens.audit("commit") if "$ git commit" in line]
    if len(commits) != 1 or "housekeeping writes" not in commits[0]:
        yield f"a commit does not say what it wrote besides: {commits}"


def _untold(screens: Screens) -> Iterator[str]:
    """What takes tracked work away is told with its command, and nothing else is."""
    for part, words in TOLD.items():
        lines = screens.audit(part)
        if not any("lost" in line and words in line for line in lines):
            yield "\n".join([f"{part}: not told: {words}", *lines])
    for part in KEPT:
        begin, end = screens.span(part)
        for entry in screens.entries:
            if entry.action and entry.action.op == LOSS and begin < entry.at < end:
                yield f"{part}: {entry.action.note}"


def _hidden(screens: Screens) -> Iterator[str]:
    """What hides among housekeeping is on both screens."""
    for part, (path, words) in HIDING.items():
        audit, files = screens.audit(part), screens.files(part)
        if not any(path in line for line in files):
            yield "\n".join([f"Files: {path} is hidden", *files])
        if not any(path in line and words in line for line in audit):
            yield "\n".join([f"Audit: {path} is hidden", *audit])


def _not_withdrawn(screens: Screens) -> Iterator[str]:
    """A flag on what is gone is withdrawn: the row tells it, the number went back."""
    lines = screens.files("withdrawn")
    flagged = {row.activity.path for row in screens.rows if row.activity.level}
    if not any("withdrawn: became executable" in line for line in lines):
        yield "\n".join(["not withdrawn", *lines])
    if "/workspace/run-me" in flagged or screens.counts.flagged != len(flagged):
        yield f"flags: {screens.counts.flagged}, {flagged}"


def _uncounted(screens: Screens) -> Iterator[str]:
    """Every entry that is shown is in the raw list, and what is not has a count."""
    keys = {entry.key for entry in screens.raw}
    shown = {entry.key for entry in screens.entries}
    in_folders = sum(row.files for row in screens.rows if row.files > 1)
    if not shown <= keys:
        yield f"shown, and not in the raw list: {shown - keys}"
    if not 0 < len(keys - shown) <= screens.counts.quiet_total + in_folders:
        yield f"{len(keys - shown)} entries are neither shown nor counted"
    if not {name for name, _ in screens.counts.quiet} <= set(quiet.NAMES):
        yield f"unknown rules: {screens.counts.quiet}"
