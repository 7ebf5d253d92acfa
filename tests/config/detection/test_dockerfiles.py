"""A Dockerfile suggests versions and packages, and nothing that only serves."""

from swarm.config.detection.dockerfiles import Suggested, read
from swarm.model.detected import Pin
from tests.config.detection.trees import tree

DOCKERFILE = """\
ARG NODE=20
ARG PY=3.12
FROM --platform=$BUILDPLATFORM node:${NODE}-alpine AS web
RUN apk add --no-cache vips-dev
FROM python:${PY:-3.11}-slim
RUN --mount=type=cache,target=/x apt-get update \\
 # a comment
 && apt-get install -y nginx postgresql libpq-dev libmade-up
FROM node:18
FROM ${EVIL}
"""


def test_versions_and_packages_of_every_stage() -> None:
    suggested = read(
        tree({"Dockerfile": DOCKERFILE, "Dockerfile.dev": "FROM ruby:3.1"})
    )

    assert suggested.pins == (
        Pin("node", "20", "Dockerfile"),
        Pin("python", "3.12", "Dockerfile"),
    )
    assert [*suggested.installed.packages] == ["libvips-dev", "libpq-dev"]
    assert not suggested.installed.services
    assert not suggested.installed.unknown


def test_one_that_is_no_text_is_noted() -> None:
    looked = tree({"Dockerfile": b"FROM python:3.12\xff"})

    assert read(looked) == Suggested()
    assert looked.notes == ["Dockerfile is no UTF-8: it was not read"]


def test_without_one() -> None:
    assert read(tree({})) == Suggested()
