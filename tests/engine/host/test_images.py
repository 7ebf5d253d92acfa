"""An image trusts what its host's owner trusts, and is fetched as the host fetches."""

from pathlib import Path

import pytest

from swarm.engine.host import images
from swarm.gate.certificates import authority
from tests.fakes import FakeImages


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeImages:
    """The user has no settings."""
    monkeypatch.setenv("SWARM_CONFIG", str(tmp_path / "config.toml"))
    return FakeImages((images.LOCAL,))


def test_an_image_is_built_by_way_of_the_parent_proxy(
    engine: FakeImages, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the setting or the environment that the gate goes by."""
    monkeypatch.setenv("HTTPS_PROXY", "http://me:pw@p.corp:3128")
    images.build(engine, "gate", lambda _: None)

    assert engine.arguments["BASE_IMAGE"] == images.LOCAL
    assert engine.arguments["http_proxy"] == "http://me:pw@p.corp:3128"


def test_without_a_proxy_a_build_has_no_word_of_one(engine: FakeImages) -> None:
    """Not even an empty one."""
    images.build(engine, "gate", lambda _: None)

    assert engine.arguments == {"BASE_IMAGE": images.LOCAL}


def test_the_certificates_that_the_owner_added_go_into_every_image(
    engine: FakeImages, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever the distribution has them, under the ending that Debian takes."""
    first, second = tmp_path / "debian", tmp_path / "fedora"
    certificate = authority(tmp_path).encode()
    broken = b"-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n"
    for folder, name, content in (
        (first, "corp.crt", certificate),
        (first, "notes.txt", certificate),
        (first, "binary.crt", b"\x30\x82"),
        (first, "broken.crt", broken),
        (second, "other.pem", certificate),
    ):
        folder.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
    folders = (first, second, tmp_path / "none")
    monkeypatch.setattr(images, "HOST_CERTIFICATES", folders)
    images.build(engine, "gate", lambda _: None)

    added = {name for name in engine.files if name.startswith("extra-ca/")}
    assert added == {"extra-ca/.keep", "extra-ca/corp.crt", "extra-ca/other.crt"}
