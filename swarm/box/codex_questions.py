"""Questions of codex's server in a person's words, and our answers in its own."""

from __future__ import annotations

from typing import Any

from swarm.box import hook, line

BODY = 12_000
"""Characters of a command or a diff that are shown."""
COMMAND = "item/commandExecution/requestApproval"
CHANGE = "item/fileChange/requestApproval"
CHOICE = "item/tool/requestUserInput"
OTHERS = {
    "item/permissions/requestApproval": "asks for more permissions",
    "mcpServer/elicitation/request": "a tool server asks",
}
"""What is told, and answered in the terminal alone."""


def question_of(
    method: str, given: dict[str, Any], changes: Any = None
) -> dict[str, Any] | None:
    """What the keeper is asked; None for a request that is no question."""
    reason = str(given.get("reason") or "")
    if method == COMMAND:
        return {
            "kind": "permission",
            "tool": "command",
            "title": line.text_of(reason or "run a command", 400),
            "body": line.text_of(str(given.get("command") or ""), BODY),
            "always": True,
            "text": True,
        }
    if method == CHANGE:
        places = [str(each.get("path")) for each in changes or ()]
        title = f"change {', '.join(places)}" if places else reason or "change files"
        return {
            "kind": "permission",
            "tool": "edit",
            "title": line.text_of(title, 400),
            "body": line.text_of(
                "\n".join(_diff(each) for each in changes or ()), BODY
            ),
            "always": True,
            "text": True,
        }
    if method == CHOICE:
        return _choice(given)
    if method in OTHERS:
        title = reason or str(given.get("message") or OTHERS[method])
        return {
            "kind": "permission",
            "title": line.text_of(title, 400),
            "answerable": False,
        }
    return None


def _diff(change: dict[str, Any]) -> str:
    """One file's change; of a new file the text alone comes."""
    text = str(change.get("diff", ""))
    kind = (change.get("kind") or {}).get("type")
    if kind in ("add", "delete") and not text.startswith("@@"):
        sign = "+" if kind == "add" else "-"
        return "\n".join(sign + each for each in text.splitlines())
    return text


def _choice(given: dict[str, Any]) -> dict[str, Any]:
    question = hook.choice(given) | {"tool": "question"}
    if not any(each.get("isSecret") for each in given["questions"]):
        return question
    body = "\n".join(str(each.get("question")) for each in given["questions"])
    body = line.text_of(body, BODY)
    told = {"body": body, "options": [], "parts": [], "answerable": False}
    return {**question, **told}


def decision(
    method: str, given: dict[str, Any], answer: str, text: str
) -> dict[str, Any]:
    """The answer as the server has it; LookupError or ValueError for none."""
    if method == CHOICE:
        asked = given["questions"]
        if answer == "reject":
            return {"answers": {}}
        answers = {
            str(each["id"]): {"answers": words}
            for each, words in zip(asked, hook.said(asked, answer, text), strict=True)
        }
        return {"answers": answers}
    if answer == "always":
        proposed = given.get("proposedExecpolicyAmendment")
        if proposed:
            rule = {"execpolicy_amendment": proposed}
            return {"decision": {"acceptWithExecpolicyAmendment": rule}}
        return {"decision": "acceptForSession"}
    return {"decision": {"once": "accept", "reject": "decline"}[answer]}
