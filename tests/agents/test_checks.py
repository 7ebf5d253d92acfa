"""The keys of an agent's file agree with each other, or one of them is named."""

import pytest

from tests.agents.descriptions import MINIMAL
from tests.agents.test_reader import refusal


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("modes = ['ask']", "headless.modes: holds ask, and there is no such mode"),
        ("[side]\nkind = 'hooks'", "side: stands beside a [screen]"),
        (
            '[mode.edits]\nunasked = ["x"]',
            "mode.edits.unasked: is asked of a [side] of",
        ),
        ("[environment]\n'A-B' = ''", "environment.A-B: must be the name of an env"),
        ("[mode.full.environment]\n'1' = ''", "mode.full.environment.1: must be the"),
        ("[model]\nkey = 'A B'", "model.key: must be the name of an environment var"),
        ("[model]\nendpoint = 'x=1'", "model.endpoint: must be the name of an env"),
        ('prompt = "stdin"', "headless.argv: must not hold {prompt}"),
        ('prompt = "file"', "headless.argv: must not hold {prompt}"),
        ('[screen]\nargv = ["x"]', "screen.argv: must hold {prompt}"),
        ("[screen]\nargv = []", "screen.argv: must begin with a program"),
        ('[conversation]\nbegin = ["{uuid}"]', "begin[0]: unknown word {uuid}"),
        ('[[seed]]\npath = "/etc/passwd"\ntext = ""', "seed[0].path: must be a file"),
        ('[[seed]]\npath = "~/../x"\ntext = ""', "seed[0].path: must be a file"),
        ('[[seed]]\npath = "~/a/.."\ntext = ""', "seed[0].path: must be a file"),
        ("[[seed]]\npath = \"~/a'b\"\ntext = ''", "seed[0].path: must be a file"),
        ('[[seed]]\npath="~/x"\ntext=""\n' * 2, "seed: has ~/x twice"),
        ('[places.briefing]\npath = "/x"', "places.briefing.path: must be a file"),
        ('[image]\nmanager = "npm"', "image: needs a package and its exact version"),
        (
            '[image]\nmanager = "npm"\npackage = "x"\nversion = "^1"',
            "image.version: must be one exact version",
        ),
        ('[model]\nedits = "text"\nends = "x"', "model.ends: must be empty where"),
        ('[cues.ready]\ntext = ["("]', "cues.ready.text[0]: is no regular expression"),
        ('[cues.ready]\ntitle = "("', "cues.ready.title: is no regular expression"),
        ('[cues.reddy]\ntext = ["x"]', "cues.reddy: unknown state; known: starting, "),
        (
            '[[cues.ready]]\n[[cues.ready]]\ntext = [")"]',
            "cues.ready[1].text[0]: is no",
        ),
        ("[cues.ready]\nnear = 0", "cues.ready.near: must be from 1 to"),
        ("[cues.ready]\nfoot = 1000", "cues.ready.foot: must be from 1 to"),
        (
            '[cues.ready]\nplace = "below"\nfooter = "x"',
            "cues.ready.footer: only a dialog has one",
        ),
        ('[input]\nline = "("', "input.line: is no regular expression"),
        ("[input]\nfoot = 99", "input.foot: must be from 1 to"),
    ],
)
def test_what_does_not_agree_is_told_with_its_key(more: str, message: str) -> None:
    assert message in refusal(f"{MINIMAL}{more}\n")


@pytest.mark.parametrize(
    ("side", "message"),
    [
        ("kind = 'hooks'", "side.settings: must hold {hook}"),
        ("kind = 'opencode'", "side.port: must be a port"),
        ("kind = 'codex'", "side.server: must be an argv"),
        (
            "kind = 'codex'\nserver = ['a']\nsocket = 'b'",
            "side.server: must be an argv",
        ),
        (
            "kind = 'codex'\nserver = ['a']\nsocket = '/b'\nmodes = ['ask']",
            "side.modes: holds ask",
        ),
        (
            "kind = 'codex'\nserver = ['a']\nsocket = '/b'\nargv = ['c']",
            "screen.argv: must hold {side}",
        ),
    ],
)
def test_a_channel_that_cannot_be_is_refused(side: str, message: str) -> None:
    screen = '[screen]\nargv = ["mine", "{prompt}"]'

    assert message in refusal(f"{MINIMAL}\n{screen}\n[side]\n{side}")
