"""Versions of languages, by the names of the images that are made for them."""

import pytest

from swarm.config.detection.image_versions import version


@pytest.mark.parametrize(
    ("image", "pin"),
    [
        ("python:3.12-slim-bookworm", ("python", "3.12")),
        ("docker.io/library/node:20.11.1-alpine@sha256:ab", ("node", "20.11.1")),
        ("ghcr.io/mirror/golang:1.22", ("go", "1.22")),
        ("maven:3.9-eclipse-temurin-17", ("java", ">=17")),
        ("gradle:8.5-jdk21-alpine", ("java", ">=21")),
        ("eclipse-temurin:17-jre", ("java", ">=17")),
        ("rust:1.75", ("rust", ">=1.75")),
        ("mcr.microsoft.com/devcontainers/python:1-3.11-bookworm", ("python", "3.11")),
        ("cimg/node:18.20", ("node", "18.20")),
        ("python", None),
        ("python:latest", None),
        ("maven:3.9", None),
        ("localhost:5000/python", None),
        ("postgres:16", None),
        ("", None),
        ("node:" + "9" * 1000, None),
    ],
)
def test_an_image_s_version(image: str, pin: tuple[str, str] | None) -> None:
    assert version(image) == pin
