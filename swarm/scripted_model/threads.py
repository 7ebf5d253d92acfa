"""Conversations that the server keeps: a request may bring only what is new in one."""

from collections import OrderedDict
from typing import Any

KEPT = 256
"""Answers whose conversations are remembered; an older one must be sent again whole."""


class Threads:
    """Anthropic's threads: `previous_message_id` names the answer that it follows."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, dict[str, Any]] = OrderedDict()

    def whole(self, body: dict[str, Any]) -> dict[str, Any] | None:
        """The request with all that came before it; None if that is not known."""
        thread = body.get("thread")
        if not isinstance(thread, dict) or thread.get("type") != "continue":
            return body
        before = self._known.get(str(thread.get("previous_message_id")))
        if before is None:
            return None
        messages = [*before["messages"], *body.get("messages", ())]
        return {**before, **body, "messages": messages}

    def keep(self, message_id: str, body: dict[str, Any], answer: Any) -> None:
        """Remember a request that was answered, and its answer's content."""
        said = {"role": "assistant", "content": answer}
        messages = [*body.get("messages", ()), said]
        self._known[message_id] = {**body, "messages": messages}
        while len(self._known) > KEPT:
            self._known.popitem(last=False)
