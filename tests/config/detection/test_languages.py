"""Files are counted by language."""

from swarm.config.detection.languages import counted, main_stack
from swarm.model.toolchain import STACKS


def test_the_most_frequent_stands_first() -> None:
    languages = counted(["a.py", "b.py", "c.py", "x/d.ts", "e", "f.md"])

    assert languages == (("python", 3), ("node", 1))
    assert main_stack(languages) == ("python", "3 files of python")
    assert {name for name, _ in languages} <= STACKS.keys()


def test_few_files_tell_nothing() -> None:
    assert main_stack(counted(["a.py", "b.py"])) == ("", "")
    assert main_stack(()) == ("", "")
