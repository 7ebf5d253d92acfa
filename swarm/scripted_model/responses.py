"""OpenAI's Responses."""

import json
from collections.abc import Iterator
from itertools import count
from typing import Any

from swarm.scripted_model.chat import refusal as refusal
from swarm.scripted_model.dialogue import (
    Asked,
    Reply,
    Text,
    Turn,
    Usage,
    pieces,
    plain_text,
    tools,
)

Event = tuple[str, Any]


def read(body: dict[str, Any]) -> Asked:
    """What is asked; tools may also stand among the items of the conversation."""
    items = body.get("input") or []
    if isinstance(items, str):
        items = [{"role": "user", "content": items}]
    offered = list(body.get("tools") or ())
    turns: list[Turn] = []
    for item in items:
        kind = item.get("type", "message")
        if kind == "additional_tools":
            offered += item.get("tools") or ()
        elif kind.endswith("_output"):
            turns.append(Turn("result", plain_text(item.get("output"))))
        elif kind == "message" and item.get("role") == "user":
            turns.append(Turn("user", plain_text(item.get("content"))))
        elif kind == "message" and item.get("role") == "assistant":
            turns.append(Turn("assistant", plain_text(item.get("content"))))
    streams = bool(body.get("stream"))
    return Asked(str(body.get("model")), tuple(turns), tools(offered), streams)


def whole(asked: Asked, reply: Reply, usage: Usage, number: str) -> dict[str, Any]:
    """The answer in one piece."""
    return {
        **_begun(asked, number),
        "status": "completed",
        "output": [_item(reply, number)],
        "usage": {
            "input_tokens": usage.asked,
            "input_tokens_details": {"cached_tokens": usage.cached},
            "output_tokens": usage.out,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": usage.asked + usage.out,
        },
    }


def events(asked: Asked, reply: Reply, usage: Usage, number: str) -> Iterator[Event]:
    """The answer in pieces, each with its number."""
    numbers = count()
    for kind, body in _events(asked, reply, usage, number):
        yield kind, {"type": kind, "sequence_number": next(numbers), **body}


def _events(asked: Asked, reply: Reply, usage: Usage, number: str) -> Iterator[Event]:
    begun, item = _begun(asked, number), _item(reply, number)
    yield "response.created", {"response": begun}
    yield "response.in_progress", {"response": begun}
    at = {"item_id": item["id"], "output_index": 0}
    empty: dict[str, Any] = {
        "message": {"content": []},
        "function_call": {"arguments": ""},
    }
    opened = {**item, "status": "in_progress", **empty.get(item["type"], {})}
    yield "response.output_item.added", {"output_index": 0, "item": opened}
    if isinstance(reply, Text):
        yield from _text(reply.text, {**at, "content_index": 0})
    elif item["type"] == "function_call":
        name = "response.function_call_arguments"
        for piece in pieces(item["arguments"]):
            yield f"{name}.delta", {**at, "delta": piece}
        yield f"{name}.done", {**at, "arguments": item["arguments"]}
    yield "response.output_item.done", {"output_index": 0, "item": item}
    yield "response.completed", {"response": whole(asked, reply, usage, number)}


def _text(text: str, at: dict[str, Any]) -> Iterator[Event]:
    part = {"type": "output_text", "text": "", "annotations": []}
    yield "response.content_part.added", {**at, "part": part}
    for piece in pieces(text):
        yield "response.output_text.delta", {**at, "delta": piece}
    yield "response.output_text.done", {**at, "text": text}
    yield "response.content_part.done", {**at, "part": {**part, "text": text}}


def _begun(asked: Asked, number: str) -> dict[str, Any]:
    return {
        "id": f"resp_{number}",
        "object": "response",
        "created_at": 1_700_000_000,
        "model": asked.model,
        "status": "in_progress",
        "output": [],
        "usage": None,
    }


def _item(reply: Reply, number: str) -> dict[str, Any]:
    if isinstance(reply, Text):
        part = {"type": "output_text", "text": reply.text, "annotations": []}
        item = {"type": "message", "id": f"msg_{number}", "role": "assistant"}
        return {**item, "status": "completed", "content": [part]}
    call = {"call_id": f"call_{number}", "name": reply.tool.name, "status": "completed"}
    if reply.tool.kind == "custom":
        kind = {"type": "custom_tool_call", "id": f"ctc_{number}", "input": reply.text}
    else:
        text = json.dumps(reply.arguments)
        kind = {"type": "function_call", "id": f"fc_{number}", "arguments": text}
    return {**kind, **call}
