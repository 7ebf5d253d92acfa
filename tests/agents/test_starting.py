"""A description is filled in for one task, as it is."""

import json

import pytest

from swarm.agents import registry
from swarm.agents.description import Agent
from swarm.agents.reader import read
from swarm.agents.starting import (
    LONGEST_ARGUMENT,
    Start,
    StartRequest,
    filled,
    guarded,
    not_given,
    start,
)
from swarm.config.brought import Brought, McpServer
from swarm.errors import PlanError

TEXT = """\
version = 1
title = "Two"
summary = "two ways"
[model]
endpoint = "TWO_URL"
[environment]
TWO_MODEL = "{model}"
TWO_KEY = "key:{key}"
[[seed]]
path = "~/.two/config"
text = "{key_tail} {endpoint} {workspace} {prompt_of_yours}"
[mode.ask]
argv = ["--ask"]
[mode.full]
argv = ["--all", "{workspace}"]
environment = { TWO_MODE = "full" }
[screen]
argv = ["two", "{mode}", "{conversation}", "{briefing}", "{mcp}", "{prompt}"]
guard = "Do: "
[headless]
argv = ["two", "-p", "{mode}"]
prompt = "stdin"
[conversation]
id = "chosen"
begin = ["--id", "{id}"]
resume = ["--again={id}"]
[places.briefing]
kind = "argument"
argv = ["--told", "{briefing}"]
"""
TWO = read(TEXT, "two", "two.toml")


def begun(agent: Agent = TWO, **fields: object) -> Start:
    """The start of a task with these fields."""
    return start(agent, StartRequest(**fields))  # type: ignore[arg-type]  # as written


def test_a_mode_is_always_chosen_and_the_usual_one_is_the_most() -> None:
    assert begun(prompt="p").argv == ("two", "--all", "/workspace", "p")
    assert begun(prompt="p").environment["TWO_MODE"] == "full"
    assert begun(prompt="p", mode="ask").argv == ("two", "--ask", "p")
    assert "TWO_MODE" not in begun(prompt="p", mode="ask").environment
    with pytest.raises(PlanError, match="two has no mode 'edits'") as caught:
        begun(prompt="p", mode="edits")
    assert caught.value.hint == "use ask or full"


def test_a_mode_that_does_not_hold_in_a_way_is_refused_there() -> None:
    text = TEXT.replace('prompt = "stdin"', 'prompt = "stdin"\nmodes = ["full"]')
    two = read(text, "two", "two.toml")

    assert two.modes_of("screen") == ("ask", "full")
    assert two.modes_of("headless") == ("full",)
    assert begun(two, prompt="p", mode="ask").mode == "ask"
    assert begun(two, prompt="p", way="headless").mode == "full"
    with pytest.raises(
        PlanError, match="two does not hold to mode 'ask' headless"
    ) as e:
        begun(two, prompt="p", way="headless", mode="ask")
    assert e.value.hint == "use full there, or run it as screen"
    with pytest.raises(PlanError, match="two has no mode 'edits'"):
        begun(two, prompt="p", way="headless", mode="edits")


def test_the_usual_way_is_its_own_screen() -> None:
    assert begun(prompt="p").way == "screen"
    assert begun(prompt="p", way="headless").delivery == "stdin"
    assert begun(registry.find("command"), command="true").way == "headless"
    with pytest.raises(PlanError, match="command has no way to run screen"):
        begun(registry.find("command"), way="screen")
    with pytest.raises(PlanError, match="no way to run 'x'"):
        begun(way="x")


def test_a_conversation_is_begun_resumed_or_left_out() -> None:
    assert "--id" not in begun(prompt="p").argv
    assert begun(prompt="p", conversation="c").argv[3:5] == ("--id", "c")
    again = begun(conversation="c", resumes=True)
    assert again.argv == ("two", "--all", "/workspace", "--again=c")


def test_the_newest_conversation_is_taken_up_where_no_id_is_known() -> None:
    last = read(TEXT.replace("[places.b", 'last = ["--last"]\n[places.b'), "two", "t")
    assert begun(last, resumes=True).argv == ("two", "--all", "/workspace", "--last")
    assert "--last" not in begun(last, prompt="p").argv
    assert "--last" not in begun(last, resumes=True, conversation="abcd").argv


def test_an_option_goes_with_a_prompt_that_is_not_there() -> None:
    text = TEXT.replace('"{prompt}"]', '"--prompt={prompt}"]')
    two = read(text, "two", "t")
    assert begun(two, prompt="p").argv[-1] == "--prompt=p"
    assert begun(two, resumes=True).argv == ("two", "--all", "/workspace")


def test_a_screen_that_took_a_conversation_up_may_want_its_prompt_typed() -> None:
    typed = TEXT.replace('id = "chosen"', 'id = "chosen"\nprompt = "paste"')
    two = read(typed, "two", "two.toml")

    again = begun(two, prompt="/p", resumes=True, conversation="c")
    assert again.argv == ("two", "--all", "/workspace", "--again=c")
    assert (again.delivery, again.prompt) == ("paste", "Do: /p")
    assert begun(two, prompt="p", conversation="c").delivery == "argument"
    headless = begun(two, prompt="p", resumes=True, conversation="c", way="headless")
    assert headless.delivery == "stdin"


def test_the_prompt_that_is_delivered_in_another_way_is_guarded_too() -> None:
    text = TEXT.replace('prompt = "stdin"', 'prompt = "stdin"\nguard = "Do: "')
    two = read(text, "two", "t")
    assert begun(two, way="headless", prompt="/quit").prompt == "Do: /quit"


def test_a_briefing_and_servers_stand_where_the_agent_takes_them() -> None:
    servers = {"x": McpServer(command=("run", "{prompt}"))}
    text = TEXT.replace("[places.briefing]", '[places]\nskills = "~/.s"\n'
                        'mcp_format = "claude"\n[places.briefing]')  # fmt: skip
    agent = read(text, "two", "two.toml")
    brought = Brought(servers, skills={"a/SKILL.md": "{key}"})

    start = begun(
        agent, prompt="p", briefing="{prompt}", brought=brought, mcp_file="/f"
    )

    assert start.argv[3:] == ("--told", "{prompt}", "--mcp-config", "/f", "p")
    assert json.loads(start.mcp)["mcpServers"]["x"]["args"] == ["{prompt}"]
    assert start.brought == {".s/a/SKILL.md": "{key}"}
    assert (list(start.files), start.links) == ([".two/config"], {})


def test_a_briefing_in_a_file_and_servers_in_one_are_links() -> None:
    """Both are read-only where they lead to."""
    kimi = registry.find("kimi")
    brought = Brought({"x": McpServer(command=("run",))})

    start = begun(
        kimi, prompt="p", briefing="b", brought=brought,
        mcp_file="/m", briefing_file="/b",
    )  # fmt: skip

    assert start.links == {".kimi-code/AGENTS.md": "/b", ".kimi-code/mcp.json": "/m"}
    assert ".kimi-code/AGENTS.md" not in start.files


def test_what_an_agent_has_no_place_for_is_named() -> None:
    brought = Brought(
        {"x": McpServer(command=("run",))}, "r", {"a/SKILL.md": ""}, {"c.md": ""}
    )

    found = {name: not_given(registry.find(name), brought) for name in NOT_GIVEN}

    assert found == NOT_GIVEN
    assert not_given(registry.find("mini"), Brought()) == ()


NOT_GIVEN = {
    "claude": (),
    "pi": ("MCP servers",),
    "aider": ("MCP servers", "skills", "commands"),
    "mini": ("MCP servers", "skills", "commands", "rules"),
    "kimi": ("commands",),
}


def test_a_seed_holds_the_placeholder_and_where_the_model_is() -> None:
    files = begun(key="k" * 30, endpoint="https://m.test").files

    assert files == {
        ".two/config": f"{'k' * 20} https://m.test /workspace {{prompt_of_yours}}"
    }


def test_a_variable_that_would_be_empty_is_not_set() -> None:
    """An agent takes an empty address or model for one."""
    assert begun().environment == {"TWO_KEY": "key:", "TWO_MODE": "full"}
    told = begun(model="m", endpoint="https://m.test").environment
    assert (told["TWO_MODEL"], told["TWO_URL"]) == ("m", "https://m.test")


@pytest.mark.parametrize("prompt", ["/quit", "!rm -rf .", "#note", "@file", "  /quit"])
def test_a_prompt_that_an_agent_would_obey_is_made_text(prompt: str) -> None:
    assert begun(prompt=prompt).argv[-1] == f"Do: {prompt}"
    assert guarded("plain /quit", "Do: ", "/!#@") == "plain /quit"


def test_a_prompt_arrives_as_it_is() -> None:
    """Of a hundred kilobytes, with whatever stands in it."""
    prompt = "-x \"'`$(id) {mode} {prompt}\n\n" * 3500

    assert begun(prompt=prompt).argv[-1] == prompt


def test_an_agent_that_cannot_be_run_says_why() -> None:
    agent = read(f'unavailable = "no package"\n{TEXT}', "two", "two.toml")

    with pytest.raises(PlanError, match="two cannot be run: no package"):
        begun(agent, prompt="p")


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("say {prompt}", "say {command}"),
        ("{prompt}{command}", "{command}make"),
        ("{other} {", "{other} {"),
        ("{{prompt}}", "{{command}}"),
    ],
)
def test_a_value_is_never_read_as_a_template(template: str, text: str) -> None:
    words = {"prompt": "{command}", "command": "make"}

    assert filled(template, words) == text


def test_a_channel_s_server_begins_in_the_modes_that_ask() -> None:
    codex = registry.find("codex")
    asks = begun(codex, prompt="p", mode="ask")

    assert asks.server[:3] == ("codex", "app-server", "--listen")
    assert 'approval_policy="on-request"' in asks.server
    assert asks.argv[-4:] == ("--remote", f"unix://{asks.socket}", "--", "p")
    assert 'approval_policy="on-request"' in asks.argv
    again = begun(codex, mode="ask", conversation="c", resumes=True)
    assert again.argv[:4] == ("codex", "resume", "c", "--remote")
    for other in (
        begun(codex, prompt="p"),
        begun(codex, prompt="p", way="headless", mode="ask"),
    ):
        assert other.server == ()
        assert "--remote" not in other.argv


def test_hooks_are_linked_where_their_agent_reads_them() -> None:
    copilot = registry.find("copilot")
    place = ".copilot/hooks/swarm.json"
    asks = begun(copilot, prompt="p", mode="ask", side_file="/f", hook_file="/h")

    assert asks.links[place] == "/f"
    assert "python3 -I /h copilot:agentStop" in asks.side
    assert place not in begun(copilot, prompt="p", side_file="/f").links


def test_a_prompt_that_a_screen_cannot_take_is_refused() -> None:
    """Gemini's works on for minutes and never asks its model; headless it takes it."""
    gemini, long = registry.find("gemini"), "x" * 30_000

    with pytest.raises(PlanError, match="screen takes a prompt of 24 KiB at most"):
        start(gemini, StartRequest(prompt=long))
    assert start(gemini, StartRequest(prompt=long, way="headless")).prompt == long


@pytest.mark.parametrize(
    ("name", "way", "hint"),
    [("cline", "headless", "put the text"), ("codex", "screen", "run it headless")],
)
def test_a_prompt_that_no_argument_can_hold_is_refused(
    name: str, way: str, hint: str
) -> None:
    """By the bytes: of one longer argument the kernel starts nothing."""
    agent, most = registry.find(name), LONGEST_ARGUMENT
    start(agent, StartRequest(prompt="x" * most, way=way))
    with pytest.raises(PlanError, match="as an argument ") as e:
        start(agent, StartRequest(prompt="\N{SNOWMAN}" * (most // 3 + 1), way=way))
    assert e.value.hint.startswith(hint)
    other = "headless" if way == "screen" else "screen"
    if agent.name == "codex":
        start(agent, StartRequest(prompt="x" * (most + 1), way=other))
