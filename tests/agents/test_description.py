"""What is derived from an agent's description."""

from dataclasses import replace

from swarm.agents.description import Headless, Image, Screen
from swarm.agents.reader import read
from tests.agents.descriptions import MINIMAL

MINE = read(MINIMAL, "mine", "mine.toml")


def test_the_usual_way_is_the_screen() -> None:
    both = replace(MINE, screen=Screen(("x",)), headless=Headless(("x",)))

    assert both.ways == ("screen", "headless")
    assert MINE.ways == ("headless",)


def test_an_agent_runs_on_an_image_of_its_own_or_the_settings() -> None:
    npm = replace(MINE, image=Image("npm", "x", "1"))

    assert (MINE.image_name, npm.image_name) == ("", "agents/mine")
    assert replace(MINE, image=Image(reference="x:1")).image_name == "x:1"
