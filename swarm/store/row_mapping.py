"""Turns rows back into values of the model."""

import json
from dataclasses import replace
from typing import Any

from swarm.model.agent_state import AgentState, AgentStatus, Evidence, Source
from swarm.model.limits import ModelLimit, ModelRefusal
from swarm.model.question import Answer, FollowUp, Question
from swarm.model.task import (
    Budget,
    ModelUsage,
    NetUsage,
    ReviewSummary,
    ServiceState,
    State,
    Task,
)
from swarm.model.task_port import TaskPort
from swarm.model.usage import Usage

USAGE = (
    "at, cpu, memory, memory_limit, pids, pids_limit, written, throttled,"
    " peak_memory, peak_pids, oom, samples"
)
"""The columns that `usage_from` takes, and after them the plan's cpus."""


def task_from(task_id: int, body: dict[str, Any]) -> Task:
    """The task that a row's body describes."""
    fields = {
        **body,
        "state": State(body["state"]),
        "after": tuple(body["after"]),
        "wants": tuple(body.get("wants", ())),
        "warm_folders": tuple(body.get("warm_folders", ())),
        "agent_status": _status_from(body.get("agent_status")),
        "questions": tuple(map(Question.from_json, body.get("questions", ()))),
        "answers": tuple(Answer(**answer) for answer in body.get("answers", ())),
        "follow_ups": tuple(FollowUp(**text) for text in body.get("follow_ups", ())),
        "services": tuple(ServiceState(**one) for one in body.get("services", ())),
        "ports": tuple(TaskPort(**port) for port in body.get("ports", ())),
        "review": _review_from(body["review"]),
        "net": NetUsage(**body["net"]),
        "model": ModelUsage(**body["model"]),
        "budget": Budget(**body["budget"]),
        "limit": ModelLimit(**limit) if (limit := body.get("limit")) else None,
        "refusal": ModelRefusal(**no) if (no := body.get("refusal")) else None,
    }
    return Task(id=task_id, **fields)


def _status_from(body: dict[str, Any] | None) -> AgentStatus | None:
    if body is None:
        return None
    evidence = body["evidence"]
    source = Source(evidence["source"])
    return AgentStatus(
        **{
            **body,
            "state": AgentState(body["state"]),
            "evidence": Evidence(**{**evidence, "source": source}),
        }
    )


def _review_from(body: dict[str, Any]) -> ReviewSummary:
    return ReviewSummary(**{**body, "included": tuple(body.get("included", ()))})


def usage_from(row: Any) -> Usage:
    """The usage that a row holds."""
    oom, samples, cpus = row[-3:]
    usage = Usage(*row[:-3])
    return replace(
        usage, oom=bool(oom), samples=tuple(json.loads(samples)), cpus=cpus or 0.0
    )
