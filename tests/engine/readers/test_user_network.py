"""The user's own indexes and proxy are named, without any of their secrets."""

from pathlib import Path

import pytest

from swarm.engine.readers import user_network


def test_private_indexes_and_the_proxy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PIP_INDEX_URL", "https://me:hidden@pip.corp.example/simple")
    monkeypatch.setenv("HTTPS_PROXY", "http://me:hidden@proxy.corp.example:3128")

    facts = user_network.facts()

    assert (
        "index",
        "pip: pip.corp.example:443 (PIP_INDEX_URL); "
        "`swarm secret import pip` lets the gate sign in",
    ) in facts
    assert ("proxy", "http://proxy.corp.example:3128 (HTTPS_PROXY)") in facts
    assert "hidden" not in str(facts)


@pytest.mark.parametrize(
    ("variables", "files", "words"),
    [
        ({"UV_DEFAULT_INDEX": "corp=https://u:hidden@i.example/s"}, {},
         ["uv: i.example:443 (UV_DEFAULT_INDEX); `swarm secret import uv`"]),
        ({"UV_INDEX_URL": "https://u:hidden@i.example/s"}, {},
         ["uv: i.example:443 (UV_INDEX_URL)"]),
        ({"PIP_INDEX_URL": "https://i.example/s?token=hidden"}, {},
         ["pip: i.example:443 (PIP_INDEX_URL)"]),
        ({}, {".config/pip/pip.conf": "[global]\nindex-url = https://u:hidden@i.example"},
         ["pip: i.example:443 (~/.config/pip/pip.conf: global.index-url)"]),
        ({"PIP_INDEX_URL": "https://i.example/s"},
         {".netrc": "machine i.example login u password hidden\n"},
         ["`swarm secret import pip` lets the gate sign in"]),
        ({}, {".npmrc": "@corp:registry=https://i.example/\n"
                        "//i.example/:_authToken=hidden\n"},
         ["npm, yarn, pnpm, bun: i.example:443 (~/.npmrc: @corp:registry); "
          "`swarm secret import npm`"]),
        ({}, {".m2/settings.xml": "<settings><password>hidden"},
         ["~/.m2/settings.xml is no XML"]),
    ],
)  # fmt: skip
def test_every_place_is_told_and_no_secret(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
    files: dict[str, str],
    words: list[str],
) -> None:
    for name in ("PIP_INDEX_URL", "UV_INDEX_URL", "UV_DEFAULT_INDEX"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    for path, text in files.items():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    told = " ".join(text for _, text in user_network.facts())

    assert all(each in told for each in words), told
    assert "hidden" not in told
