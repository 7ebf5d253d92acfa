"""Which of an agent's own tools carries out a step, and how it is called."""

import json
import re
import shlex
from pathlib import PurePosixPath

from swarm.scripted_model.dialogue import Asked, Call, Reply, Text, Tool
from swarm.scripted_model.steps import Ask, Run, Write

WORKSPACE = "/workspace"
SHELLS = (
    "Bash",
    "bash",
    "exec_command",
    "shell_command",
    "shell",
    "local_shell",
    "run_shell_command",
    "run_command",
    "run_commands",
    "execute_command",
    "exec",
)
WRITERS = ("Write", "write", "write_file", "create", "write_to_file", "editor")
ASKERS = (
    "AskUserQuestion",
    "question",
    "ask_user_question",
    "ask_user",
    "request_user_input",
)
PATCHERS = ("apply_patch",)
PATHS = (
    "file_path", "filePath", "filepath", "path", "absolute_path", "filename",
    "file_name", "target_file", "file",
)  # fmt: skip
CONTENTS = ("content", "contents", "file_text", "new_text", "text", "code")
COMMANDS = ("command", "cmd", "commands", "script", "code")
_LIKE_A_SHELL = re.compile(r"bash|shell|terminal|exec|command|run", re.IGNORECASE)
_LIKE_A_WRITER = re.compile(r"write|create|save", re.IGNORECASE)
FREE = (
    "const r = await tools.exec_command({{cmd: {command}}}); "
    "text(r.output ?? JSON.stringify(r));"
)
"""What a tool that takes a program gets."""


def call(step: Write | Run | Ask, asked: Asked, in_text: bool) -> Reply:
    """The call that carries out the step; a command if no tool writes files."""
    if isinstance(step, Ask):
        asker = _offered(ASKERS, asked)
        return Call(asker, _ask(step)) if asker else Text("no tool that asks")
    if in_text:
        return Text(_in_text(step))
    if isinstance(step, Write):
        writer = _offered(WRITERS, asked)
        if writer and (arguments := _write(writer, step)):
            return Call(writer, arguments)
        patcher = _offered(PATCHERS, asked)
        if patcher and patcher.kind == "custom":
            return _patch(patcher, step)
        other = _alike(_LIKE_A_WRITER, PATHS, asked)
        if other and (arguments := _write(other, step)):
            return Call(other, arguments)
        text = f"printf %s {shlex.quote(step.text)} > {shlex.quote(step.path)}"
        step = Run(text)
    shell = _offered(SHELLS, asked) or _alike(_LIKE_A_SHELL, COMMANDS, asked)
    if shell is None:
        return Text(f"no shell among {', '.join(sorted(asked.tools))}")
    return _run(shell, step)


def _ask(step: Ask) -> dict[str, object]:
    asked = (step, *step.others)
    return {"questions": [_question(f"choice{n}", one) for n, one in enumerate(asked)]}


def _question(name: str, step: Ask) -> dict[str, object]:
    options = [{"label": each, "description": f"take {each}"} for each in step.options]
    question = {"question": step.question, "header": "Choice", "options": options}
    many = step.takes_many
    more = {"id": name, "multiSelect": many, "multiple": many}
    return {**more, **question}


def _offered(names: tuple[str, ...], asked: Asked) -> Tool | None:
    return next((asked.tools[name] for name in names if name in asked.tools), None)


def _alike(named: re.Pattern[str], takes: tuple[str, ...], asked: Asked) -> Tool | None:
    """The first tool of such a name that takes one of these."""
    return next(
        (
            tool
            for name, tool in asked.tools.items()
            if named.search(name) and any(each in tool.parameters for each in takes)
        ),
        None,
    )


def _write(tool: Tool, step: Write) -> dict[str, object]:
    path = next((name for name in PATHS if name in tool.parameters), "")
    content = next((name for name in CONTENTS if name in tool.parameters), "")
    if not path or not content:
        return {}
    arguments: dict[str, object] = {
        path: str(PurePosixPath(WORKSPACE, step.path)),
        content: step.text,
    }
    if "command" in tool.parameters:
        arguments["command"] = "create"
    return arguments


def _patch(tool: Tool, step: Write) -> Call:
    lines = "".join(f"+{line}\n" for line in step.text.splitlines())
    text = f"*** Begin Patch\n*** Add File: {step.path}\n{lines}*** End Patch\n"
    return Call(tool, {"input": text}, text)


def _run(tool: Tool, step: Run) -> Call:
    command = step.command
    if tool.kind == "custom":
        text = FREE.format(command=json.dumps(command))
        return Call(tool, {"input": text}, text)
    known = tool.parameters
    arguments: dict[str, object] = {}
    if "cmd" in known:
        arguments["cmd"] = command
    elif "commands" in known:
        arguments["commands"] = [command]
    elif known.get("command", {}).get("type") == "array":
        arguments["command"] = ["bash", "-lc", command]
    else:
        arguments[next((n for n in COMMANDS if n in known), "command")] = command
    if "description" in known:
        arguments["description"] = "a step"
    for name in ("is_background", "requires_approval"):
        if name in known:
            arguments[name] = False
    if step.is_asked and "sandbox_permissions" in known:
        arguments["sandbox_permissions"] = "require_escalated"
        arguments["justification"] = "a step"
    return Call(tool, arguments)


def _in_text(step: Write | Run) -> str:
    if isinstance(step, Run):
        return f"```bash\n{step.command}\n```"
    text = step.text if step.text.endswith("\n") else f"{step.text}\n"
    return f"{step.path}\n```\n<<<<<<< SEARCH\n=======\n{text}>>>>>>> REPLACE\n```"
