"""Runs the `docker` command for a bench, as a person would."""

import subprocess


def docker(*words: str) -> str:
    """What the command prints; RuntimeError with its last words if it fails."""
    done = subprocess.run(
        ["docker", *words], capture_output=True, text=True, check=False
    )
    if done.returncode:
        last_words = f"{done.stdout}{done.stderr}".strip()[-600:]
        raise RuntimeError(f"docker {words[0]}: {last_words}")
    return done.stdout
