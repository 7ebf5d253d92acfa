"""Turns what a project asks for into what the plan of one task keeps."""

from dataclasses import replace

from swarm.config.schema import Config
from swarm.engine.egress.repository_project import TaskProject
from swarm.model.project import ProjectChoice
from swarm.model.toolchain import Toolchain


def of_earlier_task(choice: ProjectChoice) -> TaskProject:
    """What an earlier task was given, for one that repeats it."""
    return TaskProject(choice, "", is_agreed=True, notes=())


def resolved(
    choice: ProjectChoice, agent: str, wanted: Toolchain, config: Config
) -> ProjectChoice:
    """The choice as the task's plan keeps it, with what the settings cover."""
    return replace(
        config.sandbox.covering(choice),
        agent=agent,
        stacks=wanted.stacks,
        packages=wanted.packages,
        image=wanted.image,
    )
