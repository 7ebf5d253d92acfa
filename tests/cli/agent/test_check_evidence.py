"""What a failed check likely comes of, and that a stranger's words stay harmless."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.agents.description import Agent
from swarm.agents.reader import read
from swarm.cli.agent.check_evidence import DeniedHost, Evidence, causes
from swarm.model.safe_text import safe_line
from swarm.policy.reasons import Reason
from tests.agents.descriptions import MINIMAL

ENDPOINT = 'endpoint = "MINE_URL"\n'
ELSEWHERE = DeniedHost("api.openai.com:443", Reason.SECRET_ELSEWHERE)
TELEMETRY = DeniedHost("tell.test:443", Reason.NOT_IN_ALLOWLIST, 55)
OF_A_MODEL = DeniedHost("api.mistral.ai:443", Reason.NOT_IN_ALLOWLIST)
ENDED = Evidence(has_ended=True, exit_code=1)
ASKED = Evidence(has_ended=True, exit_code=0, requests=3, prompted=3)
DONE = replace(ASKED, has_edited=True, has_committed=True)


def agent(model: str = ENDPOINT, protocol: str = "chat") -> Agent:
    """An agent with a key, and these keys of its model."""
    table = f'[model]\nprotocol = "{protocol}"\nkey = "MINE_KEY"\n{model}'
    return read(f"{MINIMAL}\n{table}", "mine", "f")


@pytest.mark.parametrize(
    ("described", "seen", "words"),
    [
        (agent(), replace(ENDED, denied=(ELSEWHERE,)),
         "does not take its model's address from MINE_URL"),
        (agent(""), replace(ENDED, denied=(ELSEWHERE,)), "If a variable holds"),
        (agent(), replace(ENDED, denied=(TELEMETRY, OF_A_MODEL)),
         "it asked api.mistral.ai for its model, not model.swarm.test"),
        (agent(), replace(ENDED, denied=(TELEMETRY,)),
         "it did not ask model.swarm.test, where its model is (MINE_URL says so)"),
        (agent(), ENDED, "it ended before it asked anything"),
        (agent(), Evidence(has_ended=False), "it may wait for a person"),
        (agent(), Evidence(has_ended=False, denied=(TELEMETRY,)), "wait for a person"),
        (agent(), replace(ENDED, strays=("/v1/complete",)), "for /v1/complete"),
        (agent(), replace(ASKED, prompted=0), "not with the prompt"),
        (agent(), replace(ASKED, paths=("/v1/messages",)), 'protocol = "anthropic"'),
        (agent("", "anthropic"), replace(ASKED, paths=("/v1/messages",)),
         "in the header x-api-key; its key is to be in MINE_KEY"),
        (agent(), ASKED, "offers its model no tools"),
        (agent(ENDPOINT + 'edits = "text"\n'), ASKED, "did not take the edit"),
        (agent(), replace(ASKED, tools=tuple("abcdefgh")), "a, b, c, d, e, f and 2"),
        (agent(), replace(ASKED, tools=("sh",), results=("Permission denied",)),
         "answered: `Permission denied`"),
        (agent(), replace(ASKED, has_edited=True, results=("use git add FILE",)),
         "answered: `use git add FILE`"),
        (agent(), replace(DONE, denied=(TELEMETRY,)),
         "denied it tell.test:443 (not-in-allowlist, 55 times)"),
    ],
)  # fmt: skip
def test_the_likely_cause_is_told(described: Agent, seen: Evidence, words: str) -> None:
    told = " / ".join(causes(described, seen))

    assert words.lower() in told.lower()


def test_of_what_went_well_nothing_is_told() -> None:
    assert not list(causes(agent(), DONE))


@given(st.text(), st.text())
def test_it_is_harmless(words: str, more: str) -> None:
    denied = (DeniedHost(words, more), DeniedHost(more, Reason.SECRET_ELSEWHERE))
    several = [
        replace(ENDED, denied=denied),
        replace(ENDED, strays=(words,)),
        replace(ASKED, tools=(words, more)),
        replace(ASKED, results=(words + more,), tools=("x",)),
        replace(ASKED, paths=(words,)),
    ]
    for seen in several:
        for told in causes(agent(), seen):
            assert safe_line(told, 1 << 20) == told
