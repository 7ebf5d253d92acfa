"""Agents with a side channel ask a person, and are answered by the question's id.

`make test` has one of each kind of channel that is quick; `make test-agents` the rest.
"""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from swarm.adapters.docker import DockerImages
from swarm.agents import registry
from swarm.engine.host import images
from swarm.model import events
from swarm.model.question import Question
from swarm.scripted_model.steps import Ask, Say
from tests.agents.asking import CHOICE, COMMAND, EDIT, AskingAgent
from tests.agents.driven import DONE, DrivenAgents, open_driven_agents

AGENTS = ("claude", "codex", "opencode", "qwen")
RUNS = [
    "claude",
    "codex",
    pytest.param("opencode", marks=pytest.mark.agents),
    pytest.param("qwen", marks=pytest.mark.agents),
]
CHOICES = Ask("What shall we buy?", ("Bread", "Wine", "Cheese"), takes_many=True)
TWO = replace(CHOICE, others=(Ask("What shall we drink?", ("Tea", "Milk")),))
WITH_SEVERAL = ("claude", "opencode")
WITHOUT_CHOICES = ("qwen",)
"""Agents whose channel tells of a choice, and takes no answer to one."""
DIALOGS = (
    "Do you want to proceed?",
    "Permission required",
    "Would you like to run",
    "Allow execution of",
)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DrivenAgents]:
    """One house for all."""
    with open_driven_agents(tmp_path_factory.mktemp("asking"), AGENTS) as opened:
        opened.harness.patience = 600.0
        yield opened


@pytest.fixture(scope="module", params=RUNS)
def asking(house: DrivenAgents, request: pytest.FixtureRequest) -> AskingAgent:
    """One agent, its image built."""
    images.build(DockerImages(), f"agents/{request.param}", lambda _line: None)
    return AskingAgent(house, request.param)


def test_it_is_answered_by_id_and_goes_on(asking: AskingAgent) -> None:
    """An edit, a command and a choice, in one turn; each answer is delivered once."""
    marker = f"{asking.agent}-asks"
    task = asking.asks(marker, EDIT, COMMAND, CHOICE)

    edit = asking.question(task)
    assert edit.kind == "permission"
    assert "hello" in edit.body
    asking.answer(task, edit.id, "once")
    asking.until_done(task, marker, 1)
    command = asking.question(task)
    assert "year.txt" in command.body
    asking.answer(task, command.id, "once")
    asking.until_done(task, marker, 2)
    choice = asking.question(task)
    assert [option.label.partition(":")[0] for option in choice.options] == [
        "Red",
        "Blue",
    ]
    ours = _chosen(asking, task, choice)
    asking.until_done(task, marker, 3)

    results = asking.house.model.results(marker)
    assert any("ran-it" in said for said in results)
    assert any("Blue" in said for said in results)
    asking.house.harness.until(
        lambda: (
            len(
                [
                    each
                    for each in asking.recorded(task)
                    if isinstance(each, events.AnswerDelivered)
                ]
            )
            == len(ours)
        ),
        "delivered",
    )
    assert [
        (each.id, each.by)
        for each in asking.recorded(task)
        if isinstance(each, events.QuestionAnswered)
    ] == [("1", "us"), ("2", "us"), ("3", "us" if len(ours) == 3 else "pane")]
    asking.house.harness.wish_done("kill", task=task)


def _chosen(asking: AskingAgent, task: int, choice: Question) -> list[str]:
    """Choose the second option; returns the questions that were answered by id."""
    if asking.agent not in WITHOUT_CHOICES:
        asking.answer(task, choice.id, "2")
        return ["1", "2", "3"]
    body = {"question_id": choice.id, "answer": "2"}
    refused = asking.house.harness.wish("answer", task=task, **body)
    assert "can only be answered in its terminal" in refused.message
    asking.house.harness.until(
        lambda: "1. Red" in asking.house.screen(task), "the form is drawn"
    )
    pane = asking.house.harness.context.names(task).pane
    asking.house.harness.context.panes.send(pane, "2", enter=False)
    asking.house.harness.until(lambda: not asking.task(task).questions, "chosen")
    return ["1", "2"]


def test_the_next_keeper_knows_the_question_and_answers_it_once(
    asking: AskingAgent,
) -> None:
    """The last one ended while it was open."""
    marker = f"{asking.agent}-keeper"
    task = asking.asks(marker, COMMAND)
    question = asking.question(task)
    asking.house.harness.stop_keepers()
    asking.house.harness.start_keeper()

    assert asking.question(task).id == question.id
    asking.answer(task, question.id, "reject", "not today")
    asking.until_done(task, marker, 1)

    assert not any("ran-it" in said for said in asking.house.model.results(marker))
    asking.house.harness.wish_done("kill", task=task)


@pytest.mark.agents
def test_a_choice_of_several_is_answered_by_their_ids(asking: AskingAgent) -> None:
    if asking.agent not in WITH_SEVERAL:
        pytest.skip(f"{asking.agent} has no such choice, or none by its channel")
    marker = f"{asking.agent}-several"
    task = asking.asks(marker, CHOICES)
    question = asking.question(task)
    assert question.allows_many

    asking.answer(task, question.id, "1,3")
    asking.until_done(task, marker, 1)

    said = " ".join(asking.house.model.results(marker))
    assert "Bread" in said
    assert "Cheese" in said
    assert "Wine" not in said
    asking.house.harness.wish_done("kill", task=task)


@pytest.mark.agents
def test_several_questions_are_answered_at_once(asking: AskingAgent) -> None:
    """The second one is answered in words of one's own."""
    if asking.agent in WITHOUT_CHOICES:
        pytest.skip(f"{asking.agent} takes no choice by its channel")
    marker = f"{asking.agent}-two"
    task = asking.asks(marker, TWO)
    question = asking.question(task)
    assert [part.title for part in question.parts] == [
        "Which colour shall it be?",
        "What shall we drink?",
    ]
    body = {"question_id": question.id, "answer": "2"}
    refused = asking.house.harness.wish("answer", task=task, **body)
    assert "asks 2 things" in refused.message

    asking.answer(task, question.id, "2;", "lemonade")
    asking.until_done(task, marker, 1)

    said = " ".join(asking.house.model.results(marker))
    assert "Blue" in said
    assert "lemonade" in said
    asking.house.harness.wish_done("kill", task=task)


@pytest.mark.agents
def test_a_text_that_is_sent_arrives_and_is_told(asking: AskingAgent) -> None:
    """By the channel where it takes texts, else pasted at a prompt that is ready."""
    marker, harness = f"{asking.agent}-sent", asking.house.harness
    task = asking.asks(marker)
    asking.until_done(task, marker, 0)
    next_marker = f"{asking.agent}-next"
    asking.house.model.plays(next_marker, [Say(DONE)])

    harness.wish_done("send", task=task, text=f"And now {next_marker}, please.")
    asking.until_done(task, next_marker, 0)
    settled: list[events.FollowUpSettled] = []

    def is_settled() -> bool:
        found = (r.event for r in harness.queries.events.after(task=task))
        settled[:] = [e for e in found if isinstance(e, events.FollowUpSettled)]
        return bool(settled)

    harness.until(is_settled, "it is told")
    way = "channel" if registry.find(asking.agent).side.sends else "paste"
    assert [(each.way, each.failure) for each in settled] == [(way, "")]
    prompts = [text for text in asking.house.model.prompts() if next_marker in text]
    assert len(prompts) == 1
    harness.wish_done("kill", task=task)


@pytest.mark.agents
def test_a_human_who_was_first_in_the_terminal_counts(asking: AskingAgent) -> None:
    """Our answer is refused from then on."""
    marker = f"{asking.agent}-pane"
    task = asking.asks(marker, COMMAND)
    question = asking.question(task)
    pane = asking.house.harness.context.names(task).pane

    asking.house.harness.until(
        lambda: any(word in asking.house.screen(task) for word in DIALOGS),
        "the dialog is drawn",
    )
    asking.house.harness.context.panes.send(pane, "1", enter=True)
    asking.house.harness.until(
        lambda: not asking.task(task).questions, "answered in its terminal"
    )

    assert asking.task(task).answers[-1].by == "pane"
    body = {"question_id": question.id, "answer": "reject"}
    refused = asking.house.harness.wish("answer", task=task, **body)
    assert "was already answered by you, in its terminal" in refused.message
    asking.until_done(task, marker, 1)
    asking.house.harness.wish_done("kill", task=task)
