"""A file of a person's is read within bounds, whatever stands in its place."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from swarm.config import (
    certificate_files,
    human_file,
    load,
    policy_files,
    policy_writer,
    prices,
)
from swarm.config.certificate_files import BadCertificate
from swarm.errors import ConfigError
from swarm.policy.rules import Rule


def pipe(file: Path) -> None:
    os.mkfifo(file)


def device(file: Path) -> None:
    file.symlink_to("/dev/zero")


def folder(file: Path) -> None:
    file.mkdir()


def large(file: Path) -> None:
    with file.open("wb") as opened:
        opened.truncate(50 << 20)


def loop(file: Path) -> None:
    file.symlink_to(file)


def locked(file: Path) -> None:
    file.symlink_to("/proc/1/root/x")


def binary(file: Path) -> None:
    file.write_bytes(b"\0\xff" * 1000)


def deep(file: Path) -> None:
    file.write_text("a = " + "[" * 100_000)


KINDS = (pipe, device, folder, large, loop, locked)
TEXTS = (*KINDS, binary, deep)


@pytest.mark.parametrize("make", KINDS)
def test_what_is_no_file_of_a_person_is_refused_at_once(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    make(tmp_path / "f")

    with pytest.raises(OSError, match=r"\S"):
        human_file.read(tmp_path / "f")

    assert human_file.is_there(tmp_path / "f")


def test_the_null_device_is_an_empty_file() -> None:
    assert human_file.text(Path(os.devnull)) == ""


@pytest.mark.parametrize("make", TEXTS)
def test_a_config_is_refused_by_name(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    make(tmp_path / "config.toml")

    with pytest.raises(ConfigError, match=r"config\.toml"):
        load.load(tmp_path / "config.toml")


@pytest.mark.parametrize("make", TEXTS)
def test_a_policy_is_refused_by_name(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    file = tmp_path / "policy.toml"
    make(file)

    with pytest.raises(ConfigError, match=r"policy\.toml"):
        policy_files.read(file, "user")


@pytest.mark.parametrize("make", [pipe, device, folder, large, binary])
def test_no_rule_is_written_into_what_is_no_policy(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    file = tmp_path / "policy.toml"
    make(file)

    with pytest.raises(ConfigError, match=r"policy\.toml"):
        policy_writer.add(file, Rule("allow", "a.example"), "user")


@pytest.mark.parametrize("make", TEXTS)
def test_prices_are_refused_by_name(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    make(tmp_path / prices.USER_FILE)

    with pytest.raises(ConfigError, match=r"prices\.toml"):
        prices.load(tmp_path / "config.toml")


@pytest.mark.parametrize("make", [*KINDS, binary])
def test_an_authority_s_file_is_refused(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    make(tmp_path / "ca.pem")

    with pytest.raises(BadCertificate):
        certificate_files.read(str(tmp_path / "ca.pem"))


def test_a_file_is_replaced_at_once(tmp_path: Path) -> None:
    """Its mode stays; a link's target is not written to; nothing half-made stays."""
    file, other = tmp_path / "f", tmp_path / "o"
    human_file.replace(file, "a")
    file.chmod(0o600)
    human_file.replace(file, "b")
    assert (file.read_text(), file.stat().st_mode & 0o777) == ("b", 0o600)
    other.write_text("mine")
    file.unlink()
    file.symlink_to(other)

    human_file.replace(file, "c")
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="folder"):
        human_file.replace(tmp_path / "folder", "d")

    assert (file.read_text(), other.read_text()) == ("c", "mine")
    assert {each.name for each in tmp_path.iterdir()} == {"f", "o", "folder"}
