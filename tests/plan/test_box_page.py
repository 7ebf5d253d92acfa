"""What an agent reads of its box, and what a shell in it says."""

import shutil
import subprocess
from pathlib import Path

import pytest

from swarm.model.wanted_tools import ENGINES, INSTALLERS, PACKAGES, ROOT, SERVICES
from swarm.plan import box_page

SHELLS = [shell for shell in ("bash", "dash", "sh") if shutil.which(shell)]


@pytest.mark.parametrize(
    "words",
    ["no root", "apt-get", "no container engine", "403", "`git push` leads", "stacks"],
)
def test_the_page_says_what_the_box_cannot_do(words: str) -> None:
    assert words in box_page.PAGE


def test_only_an_agent_on_its_own_screen_may_be_answered() -> None:
    assert "Nobody watches" in box_page.page("headless")
    assert "Nobody watches" not in box_page.page("screen")


@pytest.mark.parametrize("shell", SHELLS)
def test_every_command_of_the_tables_has_its_sentence(
    tmp_path: Path, shell: str
) -> None:
    """By builtins alone: PATH leads nowhere. The status is a shell's own."""
    script = tmp_path / "script"
    script.write_text(box_page.command_not_found())
    whys = {
        **dict.fromkeys(ROOT, "no root"),
        **dict.fromkeys(INSTALLERS, "cannot be installed"),
        **dict.fromkeys(ENGINES, "services, stacks and packages are given instead"),
        **dict.fromkeys(SERVICES, "no services"),
        **{command: f"has it in {package})" for command, package in PACKAGES.items()},
    }
    for command, why in {**whys, "nosuch": "", "a'b\n$(x)": ""}.items():
        done = subprocess.run(
            [str(shutil.which(shell)), str(script), command, "x"],
            env={"PATH": "/nowhere"},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 127
        assert done.stdout == ""
        assert done.stderr.startswith(f"{command}: command not found\n")
        assert why in done.stderr
        assert bool(why) == ("box.md" in done.stderr)


@pytest.mark.skipif(not shutil.which("bash"), reason="no bash on this machine")
def test_a_probe_gets_a_true_answer() -> None:
    """Nothing stands on PATH, and the function is asked for no look-up."""
    script = "command -v docker || type sudo || echo absent"
    done = subprocess.run(
        [str(shutil.which("bash")), "-c", script],
        env={"PATH": "/nowhere", **box_page.environment()},
        capture_output=True,
        text=True,
    )

    assert done.stdout == "absent\n"
    assert "box.md" not in done.stderr
