"""Mutated messages of side channels, alone and as a flow of bytes; of agents, too."""

import json
from typing import Any

from swarm.box import codex_questions, qwen
from swarm.engine.side_channels import messages
from swarm.engine.side_channels.flow import Flood, Flow
from swarm.engine.side_channels.messages import Asked, Unreadable
from swarm.model.safe_text import plain, safe_line
from tests.fuzz_target import Broken, Target

_ASK = (
    b'{"ask":{"id":"per_1","kind":"choice","title":"which?","tool":"Bash",'
    b'"body":"make\\n","options":[{"id":"1","label":"red"}],"always":true,"text":true}}'
)
_SEEDS = (
    _ASK,
    b'{"gone":"per_1","answer":"once"}',
    b'{"failed":"per_1","why":"no"}',
    b'{"state":"limited","rule":"Stop","text":"x","until":1800000000.5}',
    b'{"unsent":7,"why":"no"}',
    b'{"fault":"x"}',
)


def _message(data: bytes) -> bool:
    try:
        message = messages.read(data, "hooks")
    except Unreadable as refusal:
        if not str(refusal).isprintable():
            raise Broken("a refusal with bytes of the agent's") from refusal
        return False
    if isinstance(message, Asked):
        question = message.question
        if len(question.body) > messages.BODY + 1:
            raise Broken("a body that is too long")
        for name in (question.channel_id, *(each.id for each in question.options)):
            if not name.isascii() or not name.isprintable():
                raise Broken("an id that is no plain word")
        plain(question.body).encode()
        safe_line(question.title).encode()
    return True


def _flow(data: bytes) -> bool:
    flow = Flow()
    try:
        lines = list(flow.lines(data, 0.0))
    except Flood:
        return False
    if any(b"\n" in line for line in lines):
        raise Broken("a line with an end in it")
    return bool(lines)


_MEANT = (LookupError, TypeError, AttributeError, ValueError, RecursionError)
"""What our program in the box takes for a message that it does not understand."""
_CODEX = (
    b'{"method":"item/commandExecution/requestApproval","id":0,"params":{"turnId":"u",'
    b'"command":"make","reason":"x","proposedExecpolicyAmendment":["make"]}}',
    b'{"method":"item/fileChange/requestApproval","id":1,"params":{"itemId":"i"},'
    b'"changes":[{"path":"/w/a","kind":{"type":"add"},"diff":"x"}]}',
    b'{"method":"item/tool/requestUserInput","id":2,"params":{"questions":[{"id":"c",'
    b'"question":"which?","options":[{"label":"red","description":"warm"}]}]}}',
)


def _codex(data: bytes) -> bool:
    try:
        body = json.loads(data)
        given = body["params"]
        asked = codex_questions.question_of(body["method"], given, body.get("changes"))
        if asked is None:
            return False
        answer = "1" if asked["kind"] == "choice" else "once"
        codex_questions.decision(body["method"], given, answer, "")
    except _MEANT:
        return False
    return _is_read(asked)


_QWEN = (
    b'{"id":"r","tool_name":"edit","tool_input":{"file_path":"/w/a",'
    b'"old_string":"one","new_string":"two"}}',
    b'{"id":"r","tool_name":"run_shell_command","tool_input":{"command":"make"}}',
    b'{"id":"r","tool_name":"ask_user_question","tool_input":{"questions":'
    b'[{"question":"which?","options":[{"label":"red"}]}]}}',
)


def _qwen(data: bytes) -> bool:
    try:
        asked = qwen.question_of(json.loads(data))
    except _MEANT:
        return False
    return _is_read(asked)


def _is_read(asked: dict[str, Any]) -> bool:
    """Whether the keeper reads what our program makes of an agent's message."""
    return _message(json.dumps({"ask": {**asked, "id": "1"}}).encode())


TARGETS = (
    Target("side channel: codex", _CODEX, _codex),
    Target("side channel: qwen", _QWEN, _qwen),
    Target("side channel: message", _SEEDS, _message),
    Target("side channel: flow", (b"\n".join(_SEEDS) + b"\n",), _flow),
)
