"""What lands is what the user's own `git add` would have stored."""

from pathlib import Path

import pytest

from swarm.adapters.git.merge import apply, conversion, prepare
from swarm.adapters.git.merge.conversion import Converted
from swarm.adapters.git.merge.options import LandingOptions
from swarm.adapters.git.snapshot import take
from swarm.adapters.git.task_git import TaskGit
from swarm.errors import Refused
from swarm.model.landing import LandingItem, Subject, Verdict
from swarm.model.review import MergeOrder
from tests.adapters.git.filter_programs import add_rule, use_cipher, use_pointers
from tests.adapters.git.git_helpers import (
    commit_all,
    reopened,
    sh_git,
    task_with_worktree,
)

Files = dict[str, bytes]


def task_with(repo: Path, files: Files) -> TaskGit:
    """A task whose agent wrote these files."""
    task = task_with_worktree(repo)
    for path, content in files.items():
        (task.worktree / path).parent.mkdir(parents=True, exist_ok=True)
        (task.worktree / path).write_bytes(content)
    return task


def ordered(task: TaskGit) -> MergeOrder:
    return MergeOrder("main", "squash", take.take(task).tree, "Do it", "claude")


def convert(task: TaskGit) -> Converted:
    return conversion.convert(task, ordered(task))


def land(task: TaskGit) -> None:
    apply.apply(task, prepare.prepare(task, ordered(task)))


def stored(task: TaskGit, tree: str, path: str) -> bytes:
    return sh_git(task.review_git, "cat-file", "blob", f"{tree}:{path}").encode()


def added_by_the_user(repo: Path, files: Files) -> str:
    """The tree that the user's own git makes of these files."""
    sh_git(repo, "worktree", "add", "-q", "--detach", str(repo.parent / "own"))
    for path, content in files.items():
        (repo.parent / "own" / path).parent.mkdir(parents=True, exist_ok=True)
        (repo.parent / "own" / path).write_bytes(content)
    sh_git(repo.parent / "own", "add", "-A")
    return sh_git(repo.parent / "own", "write-tree")


def named(items: tuple[LandingItem, ...], verdict: Verdict) -> dict[str, str]:
    return {item.key: item.sentence for item in items if item.verdict is verdict}


def begin(repo: Path, *rules: str, **settings: str) -> None:
    for rule in rules:
        add_rule(repo, rule)
    for key, value in settings.items():
        sh_git(repo, "config", key.replace("_", "."), value)
    if rules:
        commit_all(repo, "rules")


def test_without_rules_nothing_is_converted(repo: Path) -> None:
    """And no item is made of it."""
    task = task_with(repo, {"a.txt": b"x\r\n"})

    assert convert(task) == Converted(ordered(task).tree)


def test_a_clean_filter_stores_what_lands(repo: Path) -> None:
    """The pointer lands, the checkout holds the content, and nothing is modified."""
    use_pointers(repo)
    commit_all(repo, "rules")
    task = task_with(repo, {"a.bin": b"content\n", "plain": b"x\n"})

    converted = convert(task)

    assert stored(task, converted.tree, "a.bin").startswith(b"pointer ")
    assert [each.path for each in converted.conversions] == ["a.bin"]
    [item] = converted.items
    assert (item.subject, item.verdict) == (Subject.FILTER, Verdict.DONE)
    assert item.paths == ("a.bin",)
    assert "programs/pointers clean" in item.sentence
    land(task)
    assert (repo / "a.bin").read_bytes() == b"content\n"
    assert sh_git(repo, "status", "--porcelain") == ""


def test_a_filter_of_all_files_starts_once(repo: Path) -> None:
    """Git's long-running protocol: new files, changed ones, large ones."""
    log = use_cipher(repo)
    (repo / "old.key").write_bytes(b"old")
    commit_all(repo, "rules")
    log.unlink()
    files = {f"{n}.key": b"secret %d" % n for n in range(20)}
    files |= {"old.key": b"changed", "large.key": bytes(300_000), "empty.key": b""}
    task = task_with(repo, files)

    converted = convert(task)

    assert log.read_text() == "start\n"
    assert converted.tree == added_by_the_user(repo, files)
    assert len(converted.conversions) == 23
    land(task)
    assert sh_git(repo, "status", "--porcelain") == ""
    assert (repo / "7.key").read_bytes() == b"secret 7"


CRLF, LF = b"one\r\ntwo\r\n", b"one\ntwo\n"
LINE_ENDS = [
    (("*.sh text eol=lf",), {}, "a.sh"),
    (("* text=auto",), {}, "a.txt"),
    (("*.txt text",), {}, "a.txt"),
    (("*.txt eol=crlf",), {}, "a.txt"),
    (("*.txt crlf=input",), {}, "a.txt"),
    (("*.txt -text",), {"core_autocrlf": "true"}, "a.txt"),
    ((), {"core_autocrlf": "true"}, "a.txt"),
    ((), {"core_autocrlf": "input"}, "sub/a.txt"),
    ((), {"core_autocrlf": "false"}, "a.txt"),
    (("[attr]script text eol=lf", "*.sh script"), {}, "a.sh"),
    (("*.txt text", "*.txt -text"), {}, "a.txt"),
    (("*.txt binary",), {"core_autocrlf": "input"}, "a.txt"),
]


@pytest.mark.parametrize(("rules", "settings", "path"), LINE_ENDS)
@pytest.mark.parametrize("content", [CRLF, LF, b"one\r\ntwo\n", b"a\0b\r\n"])
def test_line_ends_are_stored_as_git_add_stores_them(
    repo: Path,
    rules: tuple[str, ...],
    settings: dict[str, str],
    path: str,
    content: bytes,
) -> None:
    """Whichever attribute or setting asks for it, and whatever the file holds."""
    begin(repo, *rules, **settings)
    task = task_with(repo, {path: content})

    converted = convert(task)

    assert converted.tree == added_by_the_user(repo, {path: content})
    done = named(converted.items, Verdict.DONE)
    assert set(done) == ({"line-ends:eol"} if converted.conversions else set())


@pytest.mark.parametrize("rule", ["* text=auto", "* text"])
@pytest.mark.parametrize("content", [b"one\r\ntwo\r\nthree\r\n", b"one\ntwo\nthree\n"])
def test_a_file_that_came_in_with_crlf_is_renormalised_only_where_git_does(
    repo: Path, rule: str, content: bytes
) -> None:
    """`text=auto` keeps the CRLF of a file whose blob has it, `text` does not."""
    (repo / "a.txt").write_bytes(b"one\r\ntwo\r\n")
    commit_all(repo, "crlf")
    (repo / ".gitattributes").write_text(f"{rule}\n")
    sh_git(repo, "add", ".gitattributes")
    sh_git(repo, "commit", "-q", "-m", "rules")
    task = task_with(repo, {"a.txt": content})

    converted = convert(task)

    assert converted.tree == added_by_the_user(repo, {"a.txt": content})
    if rule == "* text=auto":
        land(task)
        assert sh_git(repo, "status", "--porcelain", "a.txt") == ""


@pytest.mark.parametrize("place", ["info", "global", "system-wide file"])
def test_rules_of_the_user_count_wherever_they_are(
    repo: Path, tmp_path: Path, place: str
) -> None:
    """`info/attributes`, the home's file, `core.attributesFile`."""
    if place == "info":
        file = repo / ".git" / "info" / "attributes"
    elif place == "global":
        file = Path.home() / ".config" / "git" / "attributes"
    else:
        file = tmp_path / "attributes"
        sh_git(repo, "config", "core.attributesFile", str(file))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("*.txt text\n")
    task = task_with(repo, {"a.txt": CRLF})

    assert stored(task, convert(task).tree, "a.txt") == LF.strip()


def test_rules_that_the_agent_or_the_target_brings_are_in_force(repo: Path) -> None:
    """The attributes of the merged tree, in each directory of it."""
    (repo / "theirs").mkdir()
    (repo / "theirs" / "kept").write_text("x\n")
    commit_all(repo, "directory")
    files = {
        "mine/.gitattributes": b"*.txt text\n",
        "mine/a.txt": CRLF,
        "theirs/a.txt": CRLF,
        "a.txt": CRLF,
    }
    task = task_with(repo, files)
    (repo / "theirs" / ".gitattributes").write_text("*.txt text\n")
    commit_all(repo, "rules of the target")
    task = reopened(task)

    converted = convert(task)

    assert {each.path for each in converted.conversions} == {
        "mine/a.txt",
        "theirs/a.txt",
    }
    land(task)
    assert sh_git(repo, "status", "--porcelain") == ""


def test_links_and_modes_stay_as_they_were_reviewed(repo: Path) -> None:
    """Only the bytes of files go through a filter."""
    begin(repo, "* text=auto eol=lf")
    task = task_with(repo, {"run.sh": CRLF})
    (task.worktree / "run.sh").chmod(0o755)
    (task.worktree / "link").symlink_to("run.sh\r\n")
    order = ordered(task)

    converted = conversion.convert(task, order)

    before = sh_git(task.review_git, "ls-tree", order.tree, "link", "run.sh")
    after = sh_git(task.review_git, "ls-tree", converted.tree, "link", "run.sh")
    assert before.split("\n")[0] == after.split("\n")[0]
    assert after.split("\n")[1].startswith("100755")


def test_ident_is_stored_empty(repo: Path) -> None:
    """And told apart from line ends."""
    begin(repo, "*.c ident")
    task = task_with(repo, {"a.c": b"$Id: 0123 $\n", "b.c": b"x\n"})

    converted = convert(task)

    assert stored(task, converted.tree, "a.c") == b"$Id$"
    assert set(named(converted.items, Verdict.DONE)) == {"encoding:ident"}
    land(task)
    assert sh_git(repo, "status", "--porcelain") == ""


def test_an_encoding_is_decoded_and_the_checkout_gets_the_reviewed_bytes(
    repo: Path,
) -> None:
    """What looks like gibberish in the review is gibberish in the checkout."""
    begin(
        repo, "*.txt working-tree-encoding=IBM037", "*.u16 working-tree-encoding=UTF-16"
    )
    gibberish = "#!/bin/sh\necho run\n".encode("cp037").decode("latin-1").encode()
    files = {"notes.txt": gibberish, "a.u16": "text\n".encode("utf-16")}
    task = task_with(repo, files)

    converted = convert(task)

    assert converted.tree == added_by_the_user(repo, files)
    assert stored(task, converted.tree, "a.u16") == b"text"
    land(task)
    assert (repo / "notes.txt").read_bytes() == gibberish
    assert sh_git(repo, "status", "--porcelain") == ""


def test_an_encoding_that_does_not_fit_is_refused_in_gits_words(repo: Path) -> None:
    """Git refuses such a file too."""
    begin(repo, "*.txt working-tree-encoding=UTF-16")
    task = task_with(repo, {"notes.txt": b"text\n"})

    [item] = convert(task).items

    assert item.verdict is Verdict.REFUSED
    assert "notes.txt" in item.sentence
    assert "UTF-16" in item.sentence
    with pytest.raises(Refused, match=r"notes\.txt"):
        land(task)
    assert sh_git(repo, "status", "--porcelain") == ""


def test_a_change_to_a_file_of_a_wide_encoding_stays_as_git_stores_it(
    repo: Path,
) -> None:
    """The agent had it in UTF-8; the checkout holds what it wrote, encoded."""
    add_rule(repo, "*.txt working-tree-encoding=UTF-16")
    (repo / "notes.txt").write_bytes("old\n".encode("utf-16"))
    commit_all(repo, "encoded")
    task = task_with(repo, {"notes.txt": b"new\n"})

    converted = convert(task)

    assert set(named(converted.items, Verdict.NAMED)) == {"encoding:utf-8"}
    land(task)
    assert (repo / "notes.txt").read_bytes().decode("utf-16") == "new\n"
    assert sh_git(repo, "status", "--porcelain") == ""


def test_a_filter_that_is_not_set_up_is_named(repo: Path) -> None:
    """Git takes the bytes as they are; a human acknowledges that."""
    begin(repo, "*.bin filter=lfs -text", "*.x filter", "*.y -filter")
    task = task_with(repo, {"a.bin": b"raw\r\n", "a.x": b"x", "a.y": b"y"})

    converted = convert(task)

    assert converted.tree == ordered(task).tree
    [item] = converted.items
    assert (item.key, item.verdict) == ("filter:lfs", Verdict.NAMED)
    assert item.paths == ("a.bin",)


def test_an_unwanted_answer_lands_nothing(repo: Path) -> None:
    """A path that the filter's program itself refuses is named, in git's words."""
    use_cipher(repo, "*.refused")
    commit_all(repo, "rules")
    task = task_with(repo, {"a.refused": b"x", "b.refused": b"y"})

    [item] = convert(task).items

    assert (item.key, item.verdict) == ("filter:cipher", Verdict.REFUSED)
    assert "a.refused: clean filter 'cipher' failed" in item.sentence
    assert "programs/cipher" in item.sentence


BROKEN = {
    "fails": ("exit 3", "failed 3"),
    "is missing": (None, "not found"),
    "dies": ("kill -9 $$", "failed"),
    "hangs": ("sleep 60", "no answer within 1 seconds"),
    "is silent": ("cat > /dev/null", "gave nothing"),
    "prints without end": ("cat /dev/zero", "emory"),
    "leaves a child": ("cat; sleep 60 &", "no answer within 1 seconds"),
}


@pytest.mark.parametrize("how", BROKEN)
@pytest.mark.parametrize("required", [True, False])
def test_a_required_filter_that_does_not_work_lands_nothing(
    repo: Path, tmp_path: Path, how: str, required: bool
) -> None:
    """Program and path are named; one that need not work is named where git goes on."""
    script, words = BROKEN[how]
    command = tmp_path / "filter"
    if script:
        command.write_text(f"#!/bin/sh\n{script}\n")
        command.chmod(0o755)
    sh_git(repo, "config", "filter.odd.clean", f"{command} %f")
    sh_git(repo, "config", "filter.odd.required", str(required).lower())
    begin(repo, "*.odd filter=odd")
    task = task_with(repo, {"a.odd": b"x\n", "b": b"y\n"})
    seconds = 20.0 if how == "prints without end" else 1.0

    options = LandingOptions(filter_seconds=seconds)
    converted = conversion.convert(task, ordered(task), options)

    [item] = converted.items
    assert item.key == "filter:odd"
    assert str(command) in item.sentence
    assert item.paths == ("a.odd",)
    assert converted.tree == ordered(task).tree
    forgiven = not required and how in ("fails", "is missing", "dies")
    assert item.verdict is (Verdict.NAMED if forgiven else Verdict.REFUSED)
    if not forgiven:
        assert words in item.sentence
        with pytest.raises(Refused):
            prepare.prepare(task, ordered(task), options=options)
    assert sh_git(repo, "status", "--porcelain") == ""


@pytest.mark.parametrize("command", ["./tool.sh", "sh tool.sh", "bin/../tool.sh %f"])
@pytest.mark.parametrize("kind", ["clean", "process"])
def test_a_filter_inside_the_repository_is_not_run(
    repo: Path, command: str, kind: str
) -> None:
    """The branch could bring its own."""
    (repo / "tool.sh").write_text("#!/bin/sh\ntouch ran; cat\n")
    (repo / "tool.sh").chmod(0o755)
    begin(repo, "*.odd filter=own")
    sh_git(repo, "config", f"filter.own.{kind}", command)
    task = task_with(repo, {"a.odd": b"x\n"})

    [item] = convert(task).items

    assert (item.subject, item.verdict) == (Subject.DRIVER, Verdict.REFUSED)
    assert not (repo / "ran").exists()


def test_rules_without_end_are_a_sentence(repo: Path) -> None:
    """A file of a hundred thousand lines is not judged path by path."""
    rules = b"".join(b"d%d/**/*.x filter=f\n" % n for n in range(100_000))
    task = task_with(repo, {".gitattributes": rules, "a.txt": b"x\n"})

    [item] = convert(task).items

    assert item.verdict is Verdict.REFUSED
    assert "100000 lines" in item.sentence


def test_the_same_input_gives_the_same_tree(repo: Path) -> None:
    """An approval holds the tree's id."""
    use_pointers(repo)
    begin(repo, "*.txt text")
    task = task_with(
        repo, {"a.bin": b"content\n", "a.txt": CRLF, "odd\nname.txt": CRLF}
    )

    assert convert(task) == convert(task)
    assert len(convert(task).conversions) == 3
