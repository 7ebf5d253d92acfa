"""An agent's start for a task: its own data, with settings, request and own files."""

from dataclasses import replace

from swarm.agents.description import Agent
from swarm.agents.starting import Start, StartRequest, chosen_run, start
from swarm.config.schema import AgentSettings, Config
from swarm.plan import own_caches, own_files, starter
from swarm.plan.plan_request import PlanRequest
from swarm.plan.specs import WORKSPACE

SHELL = "bash"
"""The shell's name in an agent's data; the image's own takes its place."""


def program(agent: Agent, config: Config, way: str) -> str:
    """The agent's program; PlanError if it does not run in that way."""
    settings = config.agents.get(agent.name, AgentSettings())
    return chosen_run(agent, way or settings.way)[1].argv[0]


def chosen_start(agent: Agent, config: Config, way: str, mode: str) -> tuple[str, str]:
    """The way and mode that a task would have; PlanError if the agent has neither."""
    settings = config.agents.get(agent.name, AgentSettings())
    request = StartRequest(way=way or settings.way, mode=mode or settings.mode)
    begin = start(agent, request)
    return begin.way, begin.mode


def start_of(request: PlanRequest, agent: Agent, config: Config, shell: str) -> Start:
    """The start of a task's agent; `shell` is the image's, and runs a command."""
    settings = config.agents.get(agent.name, AgentSettings())
    begin = start(
        agent,
        StartRequest(
            prompt=request.prompt,
            command=request.command or "",
            way=request.way or settings.way,
            mode=request.mode or settings.mode,
            key=request.environment.get(agent.model.key, ""),
            endpoint=settings.endpoint,
            model=settings.model,
            conversation=request.conversation,
            resumes=request.resumes,
            briefing=request.briefing,
            brought=request.brought,
            mcp_file=starter.MCP_FILE,
            workspace=WORKSPACE,
            prompt_file=starter.PROMPT_FILE,
            briefing_file=starter.BRIEFING_FILE,
            side_file=starter.SIDE_FILE,
            hook_file=starter.HOOK_FILE,
        ),
    )
    begin = replace(
        begin,
        files={**own_files.seeds(request.own), **begin.files},
        links={**own_files.links(request.own), **begin.links},
        before=own_caches.copying(request.mounts),
    )
    first, *others = begin.argv
    return replace(begin, argv=(shell, *others)) if first == SHELL else begin
