"""Which files of its context a Dockerfile copies, as far as its text tells.

The container engine reads the file itself. This only tells whether an image that was
built from it is still the one that it asks for.
"""

import json
import re
import shlex

_COMMENT = re.compile(r"\s*#")
_ESCAPE = re.compile(r"#\s*escape\s*=\s*`\s*$", re.IGNORECASE)
_COPY = re.compile(r"\s*(?:COPY|ADD)\s+(.*)", re.IGNORECASE | re.DOTALL)
_REMOTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://|git@")
_WHOLE = frozenset({"", "."})


def copied(text: str) -> frozenset[str] | None:
    """The paths and patterns, relative to the context; None if they cannot be told.

    A copy of the whole context does not count: the project's files are in the box by
    its worktree, at their newest, and an image would be built anew at each commit.
    """
    found: set[str] = set()
    for line in instructions(text):
        match = _COPY.fullmatch(line)
        if match is None:
            continue
        words = _words(match[1])
        if words is None:
            return None
        flags = [word for word in words if word.startswith("--")]
        sources = [word for word in words if not word.startswith("--")][:-1]
        if any(flag.startswith("--from=") for flag in flags):
            continue
        for source in sources:
            if source.startswith("<<") or _REMOTE.match(source):
                continue  # its content stands in the text, or nowhere here
            if "$" in source:
                return None
            found.add(_path(source))
    return frozenset(found - _WHOLE)


def instructions(text: str) -> list[str]:
    """The instructions, each as one line, without comments."""
    lines = text.splitlines()
    escape = "`" if lines and _ESCAPE.match(lines[0]) else "\\"
    found, begun = [], ""
    for line in lines:
        if _COMMENT.match(line):
            continue  # also between two lines of one instruction
        if line.rstrip().endswith(escape):
            begun += line.rstrip()[:-1] + " "
            continue
        found.append(begun + line)
        begun = ""
    return [*found, begun]


def _words(text: str) -> list[str] | None:
    flags = re.match(r"(?:--\S+\s+)*", text)
    rest = text[flags.end() :] if flags else text
    before = flags[0].split() if flags else []
    if rest.lstrip().startswith("["):
        try:
            words = json.loads(rest)
        except ValueError:
            return None
        if not isinstance(words, list) or not all(isinstance(x, str) for x in words):
            return None
        return [*before, *words]
    try:
        return [*before, *shlex.split(rest, posix=True)]
    except ValueError:
        return None


def _path(source: str) -> str:
    parts = [part for part in source.split("/") if part not in ("", ".")]
    return "/".join(parts)
