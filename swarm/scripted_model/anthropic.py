"""Anthropic's Messages."""

import json
from collections.abc import Iterator
from typing import Any

from swarm.scripted_model.dialogue import (
    Asked,
    Refusal,
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
    """What is asked."""
    turns: list[Turn] = []
    for message in body.get("messages", ()):
        content = message.get("content")
        blocks = content if isinstance(content, list) else [{"text": content}]
        results = [b for b in blocks if b.get("type") == "tool_result"]
        turns += [Turn("result", plain_text(b.get("content"))) for b in results]
        text = plain_text([b for b in blocks if b.get("type") != "tool_result"])
        if text.strip() or not results:
            kind = "user" if message.get("role") == "user" else "assistant"
            turns.append(Turn(kind, text))
    return Asked(
        str(body.get("model")),
        tuple(turns),
        tools(body.get("tools") or ()),
        bool(body.get("stream")),
    )


def whole(asked: Asked, reply: Reply, usage: Usage, number: str) -> dict[str, Any]:
    """The answer in one piece."""
    return {
        "id": f"msg_{number}",
        "type": "message",
        "role": "assistant",
        "model": asked.model,
        "content": [_block(reply, number)],
        "stop_reason": _stop(reply),
        "stop_sequence": None,
        "usage": _usage(usage),
    }


def events(asked: Asked, reply: Reply, usage: Usage, number: str) -> Iterator[Event]:
    """The answer in pieces."""
    begun = whole(asked, reply, usage, number)
    begun |= {"content": [], "stop_reason": None}
    begun["usage"] = {**begun["usage"], "output_tokens": 1}
    yield _event("message_start", message=begun)
    block = _block(reply, number)
    if isinstance(reply, Text):
        empty, kind, name, text = (
            {**block, "text": ""},
            "text_delta",
            "text",
            reply.text,
        )
    else:
        empty, kind, name = {**block, "input": {}}, "input_json_delta", "partial_json"
        text = json.dumps(reply.arguments)
    yield _event("content_block_start", index=0, content_block=empty)
    for piece in pieces(text):
        delta = {"type": kind, name: piece}
        yield _event("content_block_delta", index=0, delta=delta)
    yield _event("content_block_stop", index=0)
    stop = {"stop_reason": _stop(reply), "stop_sequence": None}
    yield _event("message_delta", delta=stop, usage={"output_tokens": usage.out})
    yield _event("message_stop")


def refusal(refused: Refusal) -> tuple[dict[str, Any], dict[str, str]]:
    """An error's body and headers."""
    kinds = {
        401: "authentication_error",
        404: "not_found_error",
        429: "rate_limit_error",
    }
    kind = kinds.get(refused.status, "api_error")
    body = {"type": "error", "error": {"type": kind, "message": refused.message}}
    headers: dict[str, str] = {}
    if refused.reset:
        headers["anthropic-ratelimit-unified-status"] = "rejected"
        headers["anthropic-ratelimit-unified-reset"] = str(refused.reset)
    return body, headers


def _event(kind: str, **more: Any) -> Event:
    return kind, {"type": kind, **more}


def _block(reply: Reply, number: str) -> dict[str, Any]:
    if isinstance(reply, Text):
        return {"type": "text", "text": reply.text}
    return {
        "type": "tool_use",
        "id": f"toolu_{number}",
        "name": reply.tool.name,
        "input": reply.arguments,
    }


def _stop(reply: Reply) -> str:
    return "end_turn" if isinstance(reply, Text) else "tool_use"


def _usage(usage: Usage) -> dict[str, Any]:
    return {
        "input_tokens": usage.fresh,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": usage.cached,
        "output_tokens": usage.out,
    }
