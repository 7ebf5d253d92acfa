"""Runs the `docker` command for a bench, as a person would."""

import subprocess

SECONDS = 300
"""The time limit of one command."""


def docker(*words: str) -> str:
    """What the command prints; RuntimeError if it fails or does not end."""
    try:
        done = subprocess.run(
            ["docker", *words],
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )
    except subprocess.TimeoutExpired as late:
        raise RuntimeError(f"docker {words[0]}: no end in {SECONDS} s") from late
    if done.returncode:
        last_words = f"{done.stdout}{done.stderr}".strip()[-600:]
        raise RuntimeError(f"docker {words[0]}: {last_words}")
    return done.stdout
