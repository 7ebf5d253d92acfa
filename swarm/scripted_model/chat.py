"""OpenAI's Chat Completions."""

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
    kinds = {"user": "user", "assistant": "assistant", "tool": "result"}
    turns = [
        Turn(kinds[message["role"]], plain_text(message.get("content")))
        for message in body.get("messages", ())
        if message.get("role") in kinds
    ]
    return Asked(
        str(body.get("model")),
        tuple(turns),
        tools(body.get("tools") or ()),
        bool(body.get("stream")),
        "response_format" in body,
    )


def whole(asked: Asked, reply: Reply, usage: Usage, number: str) -> dict[str, Any]:
    """The answer in one piece."""
    message: dict[str, Any] = {"role": "assistant", "content": None}
    if isinstance(reply, Text):
        message["content"] = reply.text
    else:
        message["tool_calls"] = [_call(reply.tool.name, reply.arguments, number)]
    choice = {"index": 0, "message": message, "finish_reason": _stop(reply)}
    return {
        **_head(asked, number, "chat.completion"),
        "choices": [choice],
        "usage": _usage(usage),
    }


def events(asked: Asked, reply: Reply, usage: Usage, number: str) -> Iterator[Event]:
    """The answer in pieces; the last one tells the tokens."""
    head = _head(asked, number, "chat.completion.chunk")

    def chunk(delta: dict[str, Any], stop: str | None = None) -> Event:
        choice = {"index": 0, "delta": delta, "finish_reason": stop}
        return "", {**head, "choices": [choice]}

    yield chunk({"role": "assistant", "content": ""})
    if isinstance(reply, Text):
        for piece in pieces(reply.text):
            yield chunk({"content": piece})
    else:
        call = _call(reply.tool.name, reply.arguments, number)
        yield chunk({"tool_calls": [{"index": 0, **call}]})
    yield chunk({}, _stop(reply))
    yield "", {**head, "choices": [], "usage": _usage(usage)}
    yield "", "[DONE]"


def refusal(refused: Refusal) -> tuple[dict[str, Any], dict[str, str]]:
    """An error's body and headers."""
    kinds = {401: "invalid_api_key", 404: "model_not_found", 429: "usage_limit_reached"}
    kind = kinds.get(refused.status, "server_error")
    error: dict[str, Any] = {"message": refused.message, "type": kind, "code": kind}
    if refused.reset:
        error |= {"resets_at": refused.reset, "resets_in_seconds": refused.seconds}
    return {"error": error}, {}


def _head(asked: Asked, number: str, kind: str) -> dict[str, Any]:
    body = {"id": f"chatcmpl-{number}", "object": kind, "created": 1_700_000_000}
    return {**body, "model": asked.model}


def _call(name: str, arguments: dict[str, Any], number: str) -> dict[str, Any]:
    function = {"name": name, "arguments": json.dumps(arguments)}
    return {"id": f"call_{number}", "type": "function", "function": function}


def _stop(reply: Reply) -> str:
    return "stop" if isinstance(reply, Text) else "tool_calls"


def _usage(usage: Usage) -> dict[str, Any]:
    return {
        "prompt_tokens": usage.asked,
        "completion_tokens": usage.out,
        "total_tokens": usage.asked + usage.out,
        "prompt_tokens_details": {"cached_tokens": usage.cached},
    }
