"""Four plain commands, what takes work away, and what hides, under a real sensor."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from swarm.model import audit_text, quiet
from swarm.model.activity import LOSS
from swarm.model.audit_query import Counts, Entry, Filter, PathRow
from swarm.tui.present import files_tab
from tests.built_image import built
from tests.engine.keeper_harness import new_sample_repository, open_keeper_harness
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
        harness.until_taken_in(task)
        audit = harness.queries.audit
        yield Screens(
            audit.newest(Filter(task=task), 10_000)[::-1],
            audit.paths(task, 10_000),
            audit.counts(task),
            audit.newest(Filter(task=task, raw=True), 100_000)[::-1],
        )


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
    "pip": ("/workspace/.venv/bin/pip install", ".venv/…"),
    "npm": ("npm install", "package.json", "package-lock.json", "node_modules/…"),
    "commit": ("$ git add", "$ git commit", "app.py"),
    "pytest": ("/tools/bin/pytest -q",),
}
"""What of each command's lines is the work itself."""


@pytest.mark.parametrize("part", WORK)
def test_a_plain_command_shows_its_work(screens: Screens, part: str) -> None:
    audit, files = screens.audit(part), screens.files(part)

    for lines in (audit, files):
        others = [one for one in lines if not any(word in one for word in WORK[part])]
        assert len(others) <= MOST, "\n".join(lines)
    assert any(WORK[part][0] in line for line in audit), audit


def test_a_commit_says_how_much_it_wrote_besides(screens: Screens) -> None:
    [line] = [one for one in screens.audit("commit") if "$ git commit" in one]

    assert "housekeeping writes" in line


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("rm", "4 tracked files deleted by `rm -rf tests`"),
        ("git rm", "4 tracked files deleted by `git rm -rq tests`"),
        ("find", "4 tracked files deleted by `find tests -name"),
        ("find exec", "4 tracked files deleted by `find tests -name"),
        ("script", "4 tracked files deleted by `python3 -c"),
        ("mv", "tracked files deleted by `mv tests /tmp/away`"),
        ("truncate", "4 tracked files emptied by `truncate -s 0"),
        ("empty", "4 tracked files emptied by"),
        ("put back", "1 edited file put back by `git checkout -q -- app.py`"),
        ("reset", "1 edited file put back by `git reset -q --hard`"),
    ],
)
def test_what_takes_tracked_work_away_is_told(
    screens: Screens, part: str, words: str
) -> None:
    lost = [line for line in screens.audit(part) if "lost" in line]

    assert any(words in line for line in lost), "\n".join(screens.audit(part))


@pytest.mark.parametrize("part", ["pip", "npm", "commit", "pytest", "stash", "switch"])
def test_what_git_and_tools_keep_is_no_loss(screens: Screens, part: str) -> None:
    begin, end = screens.span(part)

    assert not [
        entry.action.note
        for entry in screens.entries
        if begin < entry.at < end and entry.action and entry.action.op == LOSS
    ]


def test_a_flag_on_what_is_gone_is_withdrawn(screens: Screens) -> None:
    """The Files tab tells it, and the number of flags went back."""
    [line] = screens.files("withdrawn")
    flagged = {row.activity.path for row in screens.rows if row.activity.level}

    assert "withdrawn: became executable" in line
    assert screens.counts.flagged == len(flagged)
    assert "/workspace/run-me" not in flagged


@pytest.mark.parametrize(
    ("part", "path", "words"),
    [
        ("hook", "/gitdir/hooks/pre-commit", "git in the sandbox obeys it"),
        ("object", "/gitdir/objects/aa/tmp_obj_a", ""),
        ("cache", ".cache/evil", "$ git"),
    ],
)
def test_what_hides_among_housekeeping_is_shown(
    screens: Screens, part: str, path: str, words: str
) -> None:
    lines = screens.audit(part)

    assert any(path in line for line in screens.files(part)), screens.files(part)
    assert any(path in line and words in line for line in lines), "\n".join(lines)


def test_everything_is_shown_or_counted(screens: Screens) -> None:
    """Every entry that is shown is in the raw list, and what is not has a count."""
    keys = {entry.key for entry in screens.raw}
    hidden = len(keys) - len({entry.key for entry in screens.entries})
    in_folders = sum(row.files for row in screens.rows if row.files > 1)

    assert {entry.key for entry in screens.entries} <= keys
    assert 0 < hidden <= screens.counts.quiet_total + in_folders
    assert {name for name, _ in screens.counts.quiet} <= set(quiet.NAMES)
