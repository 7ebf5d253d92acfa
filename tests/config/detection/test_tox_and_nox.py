"""What tox and nox install for tests, and nothing that no command may have."""

from swarm.config.detection.tox_and_nox import RunnerNeeds, read
from tests.config.detection.trees import tree


def test_what_tox_installs() -> None:
    tox = (
        "[testenv]\ndeps =\n    -r{toxinidir}/ci.txt\n    -r gone.txt\n    $(id)\n"
        "    pytest<9 # x\n    .[extra]\nextras = more\n"
    )

    assert read(tree({"tox.ini": tox, "ci.txt": ""}), "") == RunnerNeeds(
        ("pytest<9",), ("ci.txt",), ("extra", "more"), "tox.ini"
    )


def test_what_nox_installs_for_its_tests() -> None:
    nox = (
        "@nox.session\ndef lint(session):\n    session.install('ruff')\n"
        "@nox.session\ndef tests(session):\n"
        "    session.install('-e', '.[all]', \"pytest\", f'{x}')\n"
        "    session.run('pytest')\n\n"
        "def docs(session):\n    session.install('sphinx')\n"
    )

    needs = read(tree({"noxfile.py": nox}), "")
    assert needs == RunnerNeeds(("pytest",), (), ("all",), "noxfile.py")


def test_nothing_without_either() -> None:
    assert read(tree({"tox.ini": "[pytest]\n"}), "") == RunnerNeeds()
