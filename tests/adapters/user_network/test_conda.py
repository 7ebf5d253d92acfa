"""conda's files and variables."""

import pytest

from swarm.adapters.user_network import conda
from tests.adapters.user_network.conftest import Home, only, urls

SECRET = "conda-hunter2"


@pytest.mark.parametrize(
    "file",
    [".condarc", ".conda/.condarc", ".config/conda/.condarc", "/etc/conda/.condarc",
     ".conda/condarc.d/a.yml"],
)  # fmt: skip
def test_each_of_conda_s_files_counts(home: Home, file: str) -> None:
    home.write(file, f"channels:\n  - https://conda.example/t/{SECRET}/main\n")

    reading = home.read(conda.read)

    assert only(reading).url == "https://conda.example/main"
    assert only(reading).credential
    assert SECRET not in str(reading.registries)
    assert reading.replaces_default


@pytest.mark.parametrize(
    ("text", "hosts", "replaces"),
    [
        ("channels: [forge]", [], False),
        ("channel_alias: https://a.example\nchannels: [forge]", ["a.example"], True),
        ("channels: [defaults, https://a.example/x]", ["a.example"], False),
        ("channels: [defaults]\ndefault_channels: [https://a.example/x]",
         ["a.example"], True),
        ("default_channels: [https://a.example/x]", ["a.example"], True),
        ("custom_channels:\n  corp: https://a.example/x\nchannels: [corp]",
         ["a.example"], True),
        ("custom_multichannels:\n  corp: [https://a.example/x, https://b.example]",
         ["a.example", "b.example"], False),
        ("channel_alias: https://a.example", ["a.example"], False),
    ],
)  # fmt: skip
def test_names_are_below_the_alias_or_the_public_default(
    home: Home, text: str, hosts: list[str], replaces: bool
) -> None:
    home.write(".condarc", text)

    reading = home.read(conda.read)

    assert [registry.host for registry in reading.registries] == hosts
    assert reading.replaces_default is replaces


def test_variables_and_a_named_file_count(home: Home) -> None:
    named = home.write("rc", "channel_alias: https://named.example")
    home.variables |= {
        "CONDARC": str(named),
        "CONDA_CHANNELS": "https://a.example/x,https://b.example/y",
    }

    assert urls(home.read(conda.read)) == {
        "https://named.example": "names",
        "https://a.example/x": "channels",
        "https://b.example/y": "channels",
    }
