"""Google's generateContent."""

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
    plain_text,
    tools,
)

Event = tuple[str, Any]
JUDGED = {
    "reasoning": "scripted",
    "next_speaker": "user",
    "model_choice": "pro",
    "complexity_score": 50,
    "complexity_reasoning": "scripted",
}
"""What the agent's own side questions want to know."""


def read(body: dict[str, Any], model: str, streams: bool) -> Asked:
    """What is asked; the model and the way of answering stand in the path."""
    turns: list[Turn] = []
    for content in body.get("contents", ()):
        parts = content.get("parts", ())
        results = [p["functionResponse"] for p in parts if "functionResponse" in p]
        turns += [Turn("result", json.dumps(result)) for result in results]
        text = plain_text(list(parts))
        if text.strip():
            is_model = content.get("role") == "model"
            turns.append(Turn("assistant" if is_model else "user", text))
    kind = (body.get("generationConfig") or {}).get("responseMimeType")
    return Asked(
        model,
        tuple(turns),
        tools(body.get("tools") or ()),
        streams,
        wants_json=kind == "application/json",
    )


def whole(asked: Asked, reply: Reply, usage: Usage, number: str) -> dict[str, Any]:
    """The answer in one piece."""
    if isinstance(reply, Text):
        text = json.dumps(JUDGED) if asked.wants_json else reply.text
        part: dict[str, Any] = {"text": text}
    else:
        call = {"name": reply.tool.name, "args": reply.arguments}
        part = {"functionCall": call}
    content = {"role": "model", "parts": [part]}
    return {
        "candidates": [{"content": content, "finishReason": "STOP", "index": 0}],
        "usageMetadata": {
            "promptTokenCount": usage.asked,
            "cachedContentTokenCount": usage.cached,
            "candidatesTokenCount": usage.out,
            "totalTokenCount": usage.asked + usage.out,
        },
        "modelVersion": asked.model,
        "responseId": number,
    }


def events(asked: Asked, reply: Reply, usage: Usage, number: str) -> Iterator[Event]:
    """The answer as a stream of one piece."""
    yield "", whole(asked, reply, usage, number)


_KINDS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
}
"""What Google's services call each status of HTTP."""


def refusal(refused: Refusal) -> tuple[dict[str, Any], dict[str, str]]:
    """An error's body and headers."""
    status = _KINDS.get(refused.status, "UNAVAILABLE")
    error: dict[str, Any] = {
        "code": refused.status,
        "message": refused.message,
        "status": status,
    }
    if refused.reset:
        kind = "type.googleapis.com/google.rpc.RetryInfo"
        error["details"] = [{"@type": kind, "retryDelay": f"{refused.seconds}s"}]
    return {"error": error}, {}
