"""Which packages an agent's file may name: exact ones, and none of a stranger's."""

import re

from swarm.agents.description import Image

_NAMES = {
    "npm": re.compile(r"(?:@[a-z0-9][a-z0-9._-]*/)?[a-z0-9][a-z0-9._-]*"),
    "pypi": re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"),
}
_VERSION = re.compile(r"[0-9][A-Za-z0-9.+!-]*")
_EXTRA = {
    "npm": re.compile(rf"{_NAMES['npm'].pattern}@{_VERSION.pattern}"),
    "pypi": re.compile(rf"{_NAMES['pypi'].pattern}=={_VERSION.pattern}"),
}
_INTEGRITY = {
    "npm": re.compile(r"sha512-[A-Za-z0-9+/]{86}=="),
    "pypi": re.compile(r"sha256-[0-9a-f]{64}"),
}
PROGRAM = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
STRANGERS = {
    ("pypi", "kimi-cli"): "is abandoned, and runs a script from the network when it "
    "starts; Kimi's package is @moonshot-ai/kimi-code of npm",
    ("pypi", "goose-ai"): "is not of Goose's makers",
    ("pypi", "cursor-cli"): "is not of Cursor's makers, and downloads a program",
    ("pypi", "claude-code"): "is not of Claude Code's makers; theirs is "
    "@anthropic-ai/claude-code of npm",
    ("npm", "claude-code"): "is not of Claude Code's makers; theirs is "
    "@anthropic-ai/claude-code",
    ("npm", "codex"): "is not of Codex's makers; theirs is @openai/codex",
    ("npm", "opencode"): "is not of opencode's makers; theirs is opencode-ai",
    ("npm", "gemini-cli"): "is not of Gemini CLI's makers; theirs is "
    "@google/gemini-cli",
    ("npm", "qwen-code"): "is not of Qwen Code's makers; theirs is "
    "@qwen-code/qwen-code",
    ("npm", "@zed-industries/codex-acp"): "is no longer kept up; its successor is "
    "@agentclientprotocol/codex-acp",
}
"""Packages that have an agent's name and are not that agent; each with the reason."""


def problem(image: Image) -> tuple[str, str] | None:
    """The first wrong key of `[image]` and what is wrong; None if it can be built."""
    if image.manager == "none":
        return None
    if not (image.package and image.version):
        return "image", "needs a package and its exact version"
    checks = (
        _name_problem(image),
        _version_problem(image),
        _program_problem(image),
        *(_extra_problem(image, extra) for extra in image.extra),
    )
    return next((found for found in checks if found), None)


def _name_problem(image: Image) -> tuple[str, str] | None:
    key = "image.package"
    if not _NAMES[image.manager].fullmatch(image.package):
        return key, f"must be the plain name of a package of {image.manager}"
    normal = image.package.lower()
    if image.manager == "pypi":
        normal = re.sub(r"[-_.]+", "-", normal)
    reason = STRANGERS.get((image.manager, normal))
    return (key, f"{image.package} of {image.manager} {reason}") if reason else None


def _version_problem(image: Image) -> tuple[str, str] | None:
    if not _VERSION.fullmatch(image.version):
        return "image.version", "must be one exact version"
    if image.integrity and not _INTEGRITY[image.manager].fullmatch(image.integrity):
        form = {"npm": "sha512-…, in base 64", "pypi": "sha256-…, in hexadecimal"}
        return "image.integrity", f"must be {form[image.manager]}"
    return None


def _program_problem(image: Image) -> tuple[str, str] | None:
    if not PROGRAM.fullmatch(image.binary):
        return "image.binary", "must be the name of the program that the package brings"
    if image.manager == "npm" and not image.native and not image.node:
        return "image.node", "is missing; the version of Node that runs it, or native"
    return None


def _extra_problem(image: Image, extra: str) -> tuple[str, str] | None:
    if _EXTRA[image.manager].fullmatch(extra):
        return None
    sign = "@" if image.manager == "npm" else "=="
    return "image.extra", f"{extra!r} must be a package and its version: a{sign}1.2.3"
