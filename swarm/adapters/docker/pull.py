"""Fetches an image from a registry by the engine, with a line for each step."""

import json
from typing import Any

from docker import APIClient

from swarm.errors import ToolError
from swarm.ports import Progress

_TOLD = ("Pulling from", "Pull complete", "Already exists", "Digest:", "Status:")
"""Beginnings of the lines that are news; bytes of a layer come many times a second."""


def split_reference(reference: str) -> tuple[str, str]:
    """The name and the tag or digest, which is empty if there is none.

    A registry's port stands before the last slash: `host:5000/name:1`.
    """
    name, at, digest = reference.partition("@")
    if at:
        return name, digest
    head, slash, last = reference.rpartition("/")
    last, _, tag = last.partition(":")
    return f"{head}{slash}{last}", tag


def pull(client: APIClient, reference: str, seconds: float, progress: Progress) -> None:
    """Pull an image; ToolError if the engine is silent for `seconds` or reports one."""
    # Not the library's `pull`: it reads the answer without a time limit.
    name, tag = split_reference(reference)
    with client.post(
        client.base_url + f"/v{client.api_version}/images/create",
        params={"fromImage": name, "tag": tag or "latest"},
        timeout=seconds,
        stream=True,
    ) as answer:
        untyped: Any = client
        untyped.on_stream(answer)
        for line in answer.iter_lines():
            _read(reference, line, progress)


def _read(reference: str, line: bytes, progress: Progress) -> None:
    try:
        body: Any = json.loads(line)
        error, status = body.get("error") or body.get("message"), body.get("status")
    except (ValueError, AttributeError):
        return
    if error:
        raise ToolError(f"docker pull {reference}: {error}")
    if isinstance(status, str) and status.startswith(_TOLD):
        progress(status)
