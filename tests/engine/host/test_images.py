"""An image trusts what its host's owner trusts, and is fetched as the host fetches."""

from pathlib import Path

import pytest

from swarm.engine.host import images
from swarm.gate.certificates import authority
from swarm.ports import ImageFacts, Progress


class Engine:
    """A container engine that holds a base and notes what it is to build."""

    def __init__(self) -> None:
        self.arguments: dict[str, str] = {}
        self.files: dict[str, bytes] = {}

    def image_id(self, reference: str) -> str | None:
        return "sha256:1" if reference == images.LOCAL else None

    def pull(self, reference: str, seconds: float) -> bool:
        raise NotImplementedError

    def import_tar(self, tar: Path, reference: str) -> None:
        raise NotImplementedError

    def build(
        self,
        reference: str,
        files: dict[str, bytes],
        arguments: dict[str, str],
        progress: Progress,
    ) -> None:
        self.files, self.arguments = files, arguments

    def label(self, reference: str, name: str) -> str:
        return ""

    def untag(self, reference: str) -> None:
        raise NotImplementedError

    def tagged(self, prefix: str) -> list[ImageFacts]:
        return []


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """The user has no settings."""
    monkeypatch.setenv("SWARM_CONFIG", str(tmp_path / "config.toml"))
    return Engine()


def test_an_image_is_built_by_way_of_the_parent_proxy(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the setting or the environment that the gate goes by."""
    monkeypatch.setenv("HTTPS_PROXY", "http://me:pw@p.corp:3128")
    images.build(engine, "gate", lambda _: None)

    assert engine.arguments["BASE_IMAGE"] == images.LOCAL
    assert engine.arguments["http_proxy"] == "http://me:pw@p.corp:3128"


def test_without_a_proxy_a_build_has_no_word_of_one(engine: Engine) -> None:
    """Not even an empty one."""
    images.build(engine, "gate", lambda _: None)

    assert engine.arguments == {"BASE_IMAGE": images.LOCAL}


def test_the_certificates_that_the_owner_added_go_into_every_image(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
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
