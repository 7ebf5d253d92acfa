"""Reads request bodies for calls of tools: MCP over HTTP is JSON-RPC in a POST."""

import json
from typing import Any

BODY_LIMIT = 1 << 20
"""Bytes of one body; a longer one passes without its call being named."""
NAMES_LIMIT = 8
"""Calls of one batch that are named."""
_NAME_LENGTH = 100


class CallReader:
    """Fed with a request's body as it passes."""

    def __init__(self) -> None:
        self._body = bytearray()
        self._is_ignored = False

    def feed(self, data: bytes) -> None:
        """Read the next bytes of the body, without its transfer coding."""
        if not self._is_ignored:
            self._body += data
            if len(self._body) > BODY_LIMIT or not _may_be_json(self._body):
                self._is_ignored, self._body = True, bytearray()

    def tools(self) -> str:
        """The tools that the body calls, or another method's name; empty for neither.

        Several are separated by commas, as in a batch.
        """
        # An escape may spell the word differently; without either it is no JSON-RPC.
        if b"jsonrpc" not in self._body and b"\\u" not in self._body:
            return ""
        try:
            body = json.loads(self._body)
        except (ValueError, RecursionError):
            return ""
        calls = body if isinstance(body, list) else [body]
        names = [_call_name(call) for call in calls[:NAMES_LIMIT]]
        return ",".join(name for name in names if name)


def _may_be_json(body: bytearray) -> bool:
    return bytes(body[:1]) in (b"{", b"[", b" ", b"\n", b"\r", b"\t", b"")


def _call_name(call: Any) -> str:
    """The tool of a `tools/call`, the method of anything else."""
    if not isinstance(call, dict) or call.get("jsonrpc") != "2.0":
        return ""
    method, params = call.get("method"), call.get("params")
    if method == "tools/call" and isinstance(params, dict):
        method = params.get("name")
    return method[:_NAME_LENGTH] if isinstance(method, str) else ""
