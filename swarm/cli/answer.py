"""`swarm answer`: what agents ask, and a person's answer by the question's id."""

import re
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from dataclasses import asdict

from swarm.bootstrap import home
from swarm.cli import exit_codes, output
from swarm.cli.argument_types import task_id
from swarm.cli.keeper_client import ask
from swarm.errors import SwarmError
from swarm.model import question_parts
from swarm.model.question import Option, Question
from swarm.model.safe_text import plain, safe_line
from swarm.model.task import State, Task
from swarm.model.wishes import AnswerQuestion
from swarm.store.queries import Queries

_NAME = re.compile(r"#?([0-9]{1,18})(?:[.:]([0-9]{1,18}))?", re.ASCII)


def answer_arguments(parser: ArgumentParser) -> None:
    """An id, the answer, its text and `--json`."""
    parser.add_argument(
        "id",
        type=question_name,
        nargs="?",
        metavar="ID",
        help="a task, as 7, or one of its questions, as 7.2",
    )
    parser.add_argument(
        "answer",
        nargs="*",
        metavar="ANSWER",
        help="once, always, reject, or options by commas; to several questions one "
        "for each, or =WORDS of your own; without one, questions are listed",
    )
    parser.add_argument(
        "--text", metavar="TEXT", help="the answer or the reason; `-` is standard input"
    )
    parser.add_argument("--json", action="store_true", help="print a JSON list")


def question_name(text: str) -> tuple[int, str]:
    """The ids of a task and of its question, which is empty if only one is meant."""
    match = _NAME.fullmatch(text)
    if not match:
        raise ArgumentTypeError(
            f"{text!r} is neither a task as 7 nor a question as 7.2"
        )
    return task_id(match[1]), match[2] or ""


def answer(args: Namespace) -> int:
    """List open questions, or answer one."""
    tasks = _tasks(args.id)
    if not args.answer and args.text is None:
        return _list(tasks, args.json)
    if args.id is None:
        raise SwarmError("an answer needs a question", hint="see `swarm answer`")
    task = tasks[0]
    question_id = args.id[1] or _only_question(task)
    text = output.typed(args.text) if args.text else ""
    if len(args.answer) > 1:
        words, text = _several(task, question_id, args.answer, text)
    else:
        words = _option(task, question_id, "".join(args.answer))
    ask(home.ensure_paths(), AnswerQuestion(task.id, question_id, words, text))
    output.note(f"#{task.id} {safe_line(task.name)}: question {question_id} answered")
    return exit_codes.DONE


def _tasks(name: tuple[int, str] | None) -> list[Task]:
    queries = Queries(home.ensure_paths().database)
    try:
        if name is not None:
            return [queries.tasks.get(name[0])]
        return [task for task in queries.tasks.all() if task.state is State.LIVE]
    finally:
        queries.close()


def _only_question(task: Task) -> str:
    if len(task.questions) == 1:
        return task.questions[0].id
    many = ", ".join(f"{task.id}.{question.id}" for question in task.questions)
    raise SwarmError(
        f"task {task.id} asks more than one thing: {many}"
        if many
        else f"task {task.id} asks nothing now",
        hint="name the question" if many else f"see `swarm show {task.id}`",
    )


def _option(task: Task, question_id: str, words: str) -> str:
    """The id of the option that is meant by its id or by its whole label."""
    for question in task.questions:
        if question.id == question_id and words not in question.answers():
            return _by_label(question.options, words)
    return words


def _by_label(options: tuple[Option, ...], words: str) -> str:
    labels = [each.id for each in options if each.label == words]
    return labels[0] if len(labels) == 1 else words


def _several(
    task: Task, question_id: str, words: list[str], text: str
) -> tuple[str, str]:
    """The answer to several questions; SwarmError if only one thing is asked."""
    parts = next((q.parts for q in task.questions if q.id == question_id), ())
    name = f"question {question_id} of task {task.id}"
    hint = f"see `swarm answer {task.id}`"
    if not parts:
        raise SwarmError(f"{name} takes one answer, not {len(words)}", hint=hint)
    if text:
        how = "=WORDS in an answer's place are words of your own"
        raise SwarmError(f"{name} takes no --text beside its answers", hint=how)
    if len(words) != len(parts):
        many = f"{name} asks {len(parts)} things, and got {len(words)} answers"
        raise SwarmError(many, hint=hint)
    return question_parts.joined(
        [
            ("", each[1:]) if each[:1] == "=" else (_by_label(part.options, each), "")
            for part, each in zip(parts, words, strict=True)
        ]
    )


def _list(tasks: list[Task], as_json: bool) -> int:
    asked = [(task, question) for task in tasks for question in task.questions]
    if as_json:
        rows = [{"task": task.id, **asdict(question)} for task, question in asked]
        output.as_json(rows)
        return exit_codes.DONE
    if not asked:
        output.note("no agent asks anything")
    for task, question in asked:
        _print(task, question)
    return exit_codes.DONE


def _print(task: Task, question: Question) -> None:
    tool = f"{safe_line(question.tool, 40)}: " if question.tool else ""
    name = f"{task.id}.{question.id}  {safe_line(task.name, 60)}"
    output.out(f"{name}  {tool}{safe_line(question.title, 200)}")
    for line in plain(question.body, 2000).splitlines()[:40]:
        output.out(f"    {line}")
    _print_options(question.options)
    for number, part in enumerate(question.parts, 1):
        many = " (several by commas)" if part.allows_many else ""
        output.out(f"    {number}. {safe_line(part.title, 200)}{many}")
        _print_options(part.options, "   ")
    if question.parts and question.is_answerable:
        each = " ".join("ANSWER" for _ in question.parts)
        output.out(f"    swarm answer {task.id}.{question.id} {each}|reject")
    elif question.is_answerable:
        text = " --text TEXT" if question.allows_text else ""
        answers = "|".join(safe_line(each, 40) for each in question.answers())
        output.out(f"    swarm answer {task.id}.{question.id} {answers}{text}")
    else:
        output.out(f"    answered in its terminal: swarm attach {task.id}")


def _print_options(options: tuple[Option, ...], indent: str = "") -> None:
    for option in options:
        name, label = safe_line(option.id, 40), safe_line(option.label, 200)
        output.out(f"{indent}    {name}  {label}")
