"""NuGet's package sources."""

import pytest

from swarm.adapters.user_network import nuget
from tests.adapters.user_network.conftest import Home, only, urls

SECRET = "nuget-hunter2"


@pytest.mark.parametrize(
    "file",
    [
        ".nuget/NuGet/NuGet.Config",
        ".nuget/NuGet/config/more.Config",
        ".config/NuGet/NuGet.Config",
        "/etc/opt/NuGet/Config/a.config",
    ],
)
def test_each_of_nuget_s_files_counts(home: Home, file: str) -> None:
    home.write(
        file,
        f"""
        <configuration><packageSources>
        <add key="corp" value="https://nuget.example/v3/index.json" />
        <add key="disk" value="/srv/packages" />
        </packageSources><packageSourceCredentials><corp>
        <add key="ClearTextPassword" value="{SECRET}" /></corp>
        </packageSourceCredentials></configuration>
        """,
    )

    reading = home.read(nuget.read)

    assert urls(reading) == {"https://nuget.example/v3/index.json": "corp"}
    assert only(reading).credential.endswith("packageSourceCredentials.corp")
    assert SECRET not in str(reading.registries)
    assert reading.replaces_default


def test_disabled_and_cleared_sources_do_not_count(home: Home) -> None:
    home.write(
        "/etc/opt/NuGet/Config/a.config",
        '<configuration><packageSources><add key="a" value="https://a.example/"/>'
        "</packageSources></configuration>",
    )
    home.write(
        ".nuget/NuGet/NuGet.Config",
        '<configuration><packageSources><clear/><add key="b" value="https://b.example/"/>'
        '<add key="c" value="https://c.example/"/></packageSources>'
        '<disabledPackageSources><add key="c" value="true"/></disabledPackageSources>'
        "</configuration>",
    )

    assert only(home.read(nuget.read)).host == "b.example"
