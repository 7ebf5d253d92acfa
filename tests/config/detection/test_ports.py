"""Ports of a project's own servers: what is given goes before what is usual."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.config.detection.ports import ports
from tests.config.detection.trees import tree


def scripts(**texts: str) -> dict[str, str]:
    return {"package.json": json.dumps({"scripts": texts})}


@pytest.mark.parametrize(
    ("script", "port"),
    [
        ("vite", 5173),
        ("vite --host --port 4000", 4000),
        ("vite --port=4001", 4001),
        ("vite preview", 4173),
        ("next dev -p 3100", 3100),
        ("PORT=3200 next start", 3200),
        ("cross-env NODE_ENV=x ./node_modules/.bin/next dev", 3000),
        ("concurrently 'tsc -w' && astro dev", 4321),
        ("vite build && vite preview --port 80", 80),
    ],
)
def test_a_server_that_a_script_starts(script: str, port: int) -> None:
    assert list(ports(tree(scripts(start=script)))) == [
        (port, "package.json, the script `start`")
    ]


@pytest.mark.parametrize(
    "script",
    ["vite build", "node index.js", "next lint", "", "vite --port 99999", "invite 5"],
)
def test_what_serves_nothing_has_no_port(script: str) -> None:
    assert list(ports(tree(scripts(dev=script)))) == []


def test_a_script_that_is_no_text_counts_for_none() -> None:
    looked = tree({"package.json": '{"scripts": {"dev": ["vite"], "start": 5}}'})

    assert list(ports(looked)) == []


def test_what_the_image_exposes_and_what_a_framework_takes() -> None:
    looked = tree(
        {
            "Dockerfile": "FROM a\nEXPOSE 8000/tcp 99999 x 53/udp\n",
            "manage.py": "",
            "config.ru": "",
            "bin/rails": "",
            "web/package.json": '{"scripts": {"dev": "vite"}}',
        }
    )

    assert list(ports(looked)) == [
        (8000, "EXPOSE in Dockerfile"),
        (53, "EXPOSE in Dockerfile"),
        (5173, "web/package.json, the script `dev`"),
        (8000, "manage.py"),
        (3000, "bin/rails"),
    ]


@given(st.text(max_size=60))
def test_no_script_is_taken_amiss(text: str) -> None:
    assert all(0 < port <= 65535 for port, _ in ports(tree(scripts(dev=text))))
