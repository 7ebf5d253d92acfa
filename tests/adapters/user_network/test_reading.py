"""All tools' settings become one value, and one tool's trouble is its own."""

from collections.abc import Iterator, Mapping

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from swarm.adapters.user_network import reading, variables
from swarm.model.user_network import UserNetwork
from tests.adapters.user_network.conftest import Home

DEFAULTS = {
    "pip": ("https://pip-default.example/simple",),
    "npm": ("https://npm-default.example/",),
    "cargo": ("https://cargo-default.example/",),
}
SECRET = "hunter2-hunter2"
FILES = (
    ".config/pip/pip.conf", ".config/uv/uv.toml", ".config/pypoetry/config.toml",
    ".config/pypoetry/auth.toml", ".config/pdm/config.toml", ".condarc", ".npmrc",
    ".yarnrc", ".yarnrc.yml", ".config/pnpm/rc", ".config/pnpm/config.yaml",
    ".bunfig.toml", ".cargo/config.toml", ".cargo/credentials.toml",
    ".cargo/registry/index/a/config.json", ".config/go/env", ".m2/settings.xml",
    ".gradle/init.gradle", ".gradle/gradle.properties", ".gemrc", ".bundle/config",
    ".nuget/NuGet/NuGet.Config", ".config/composer/config.json",
    ".config/composer/auth.json", "/etc/apt/sources.list",
    "/etc/apt/sources.list.d/a.sources", "/etc/apk/repositories",
)  # fmt: skip
PIECES = (
    "https://u:hunter2@a.example/", "[global]\n", "index-url = ", "registry=", "\n",
    "[[index]]\n", "url", " = ", '"', "'", "{", "}", "[", "]", ":", "- ", "<a>", "</a>",
    "registries", "channels:", "npmScopes:\n  ", "dl", "deb ", "$", "=", "//", "@c:",
)  # fmt: skip


def read(home: Home) -> UserNetwork:
    return reading.read(home.variables, home.folder, DEFAULTS, home.root)


def test_without_settings_each_tool_s_default_counts(home: Home) -> None:
    network = read(home)

    assert network.endpoints() == {
        "pip": ("pip-default.example:443",),
        "npm": ("npm-default.example:443",),
        "cargo": ("cargo-default.example:443",),
    }
    assert all(registry.is_default for registry in network.registries)


def test_a_mirror_stands_in_place_of_the_default_of_its_own_tool(home: Home) -> None:
    home.write(".npmrc", "registry=https://npm.corp.example/")

    endpoints = read(home).endpoints()

    assert endpoints["npm"] == ("npm.corp.example:443",)
    assert endpoints["pip"] == ("pip-default.example:443",)


@pytest.mark.parametrize(
    "content",
    [b"[source", b"\0\x01\x02", b"x" * (2 << 20), b"a = " + b"[" * 200_000],
    ids=["broken", "binary", "large", "deep"],
)
def test_unreadable_settings_open_nothing_of_their_tool_and_all_of_others(
    home: Home, content: bytes
) -> None:
    """Not even the default: the user may have meant a mirror."""
    home.write(".cargo/config.toml", content)

    network = read(home)

    assert set(network.endpoints()) == {"pip", "npm"}
    assert len(network.problems) == 1
    assert network.problems[0].startswith("~/.cargo/config.toml ")


@pytest.mark.parametrize("tool", sorted(reading.READERS))
def test_a_reader_of_an_empty_home_finds_nothing(home: Home, tool: str) -> None:
    assert home.read(reading.READERS[tool]).registries == []


class Asked(Mapping[str, str]):
    """Variables that note which of them are asked for by name."""

    def __init__(self) -> None:
        self.names = set[str]()

    def __getitem__(self, name: str) -> str:
        self.names.add(name)
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def test_every_variable_that_a_reader_asks_for_reaches_the_keeper(home: Home) -> None:
    """Else the keeper and the command line read two networks."""
    asked = Asked()
    home.write(".cargo/config.toml", "")
    reading.read(asked, home.folder, DEFAULTS, home.root)

    unknown = asked.names - set(variables.named(asked.names))

    # These two every program of the user's gets.
    assert unknown <= {"PATH", "XDG_CONFIG_HOME"}
    assert len(asked.names) > 40


@given(
    content=st.binary(max_size=200)
    | st.lists(st.sampled_from(PIECES), max_size=40).map(lambda p: "".join(p).encode())
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
def test_no_content_of_any_file_raises(home: Home, content: bytes) -> None:
    for name in FILES:
        home.write(name, content)

    network = read(home)

    assert all(registry.host for registry in network.registries)
    assert not any("@" in registry.url.split("/")[2] for registry in network.registries)


@pytest.mark.parametrize("name", ["PIP_INDEX_URL", "UV_INDEX", "npm_config_registry",
    "YARN_REGISTRY", "BUN_CONFIG_REGISTRY", "CARGO_REGISTRIES_A_INDEX", "GOPROXY",
    "GOSUMDB", "COMPOSER_AUTH", "CONDA_CHANNELS", "BUNDLE_MIRROR__ALL", "GOENV",
    "POETRY_REPOSITORIES_A_URL", "PDM_PYPI_URL", "PIP_CONFIG_FILE", "CARGO_HOME",
    "XDG_CONFIG_HOME", "GEMRC", "COMPOSER_HOME", "CONDARC"])  # fmt: skip
@given(value=st.text(max_size=40) | st.sampled_from(PIECES))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
def test_no_value_of_any_variable_raises(home: Home, name: str, value: str) -> None:
    home.variables[name] = value

    read(home)


def index(home: Home, folder: str, host: str) -> None:
    home.write(
        f".cargo/registry/index/{folder}/config.json", f'{{"dl": "https://{host}/dl"}}'
    )


def test_cargo_s_default_lets_download_from_where_its_index_says(home: Home) -> None:
    index(home, "cargo-default.example-0a", "static.example")

    endpoints = read(home).endpoints()["cargo"]

    assert endpoints == ("cargo-default.example:443", "static.example:443")


@pytest.mark.parametrize("default", [True, False])
def test_a_registry_that_a_project_once_named_opens_no_host(
    home: Home, default: bool
) -> None:
    """cargo keeps the index of each registry that any repository has named."""
    index(home, "evil.example-0a", "attacker.example")
    index(home, "cargo-default.example.evil.example-0a", "attacker.example")
    index(home, "evil", "attacker.example")
    defaults = DEFAULTS if default else {}

    network = reading.read(home.variables, home.folder, defaults, home.root)

    assert "attacker.example" not in str(network)


@pytest.mark.parametrize("name", [".gemrc", ".composer", ".npmrc", ".rustup", ".cargo"])
def test_a_link_into_a_folder_that_is_not_to_be_opened_raises_nothing(
    home: Home, name: str
) -> None:
    (home.folder / name).symlink_to("/proc/1/root/x")

    read(home)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GOPROXY", "https://u:12,34hunter2@a.example"),
        ("GOPROXY", "https://u:12|34hunter2@a.example|direct"),
        ("GOSUMDB", "sum.example+k https://u:1/hunter2@a.example"),
        ("CONDA_CHANNELS", "https://u:12,34hunter2@a.example"),
        ("CONDA_DEFAULT_CHANNELS", "https://b.example,https://u:12,hunter2@a.example"),
        ("PIP_EXTRA_INDEX_URL", "https://u:12 34hunter2@a.example"),
        ("PIP_FIND_LINKS", "https://u:12 34hunter2@a.example"),
        ("UV_INDEX", "https://u:12 34hunter2@a.example"),
        ("UV_EXTRA_INDEX_URL", "https://u:12 34hunter2@a.example"),
    ],
)
def test_a_list_that_cuts_a_password_in_two_opens_no_host_of_it(
    home: Home, name: str, value: str
) -> None:
    home.variables[name] = value

    network = read(home)

    assert not [r for r in network.registries if not r.is_default]
    assert any(problem.startswith(name) for problem in network.problems)
    assert "hunter2" not in str(network)
    assert "12" not in str(network.registries)


@pytest.mark.parametrize(
    "password", ["p@hunter2", "p/hunter2", "p@/hunter2", "hunter2"]
)
@pytest.mark.parametrize(
    ("name", "text"),
    [
        (".yarnrc.yml", "npmRegistries:\n  '//u:PW@h.example/':\n    npmAuthToken: x"),
        (".bundle/config", "BUNDLE_MIRROR__HTTPS://u:PW@H/: https://h.example/"),
        (".cargo/config.toml", '[source."https://u:PW@h.example"]\nregistry = 3'),
        (".condarc", "custom_channels:\n  'https://u:PW@h.example': https://c.example"),
    ],
)
def test_a_password_in_a_key_is_in_no_word_of_the_reading(
    home: Home, name: str, text: str, password: str
) -> None:
    home.write(name, text.replace("PW", password))

    assert "hunter2" not in str(read(home))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (".npmrc", "registry=https://h.example/${CORP_TOKEN}/npm/"),
        (".npmrc", "@corp:registry=https://h.example/hunter2-hunter2/npm/"),
        (".yarnrc.yml", "npmRegistryServer: https://h.example/${CORP_TOKEN}/npm"),
        (".bunfig.toml", 'install.registry = "https://h.example/$CORP_TOKEN/"'),
        (
            ".config/pip/pip.conf",
            "[global]\nindex-url = https://h.example/hunter2-hunter2",
        ),
        (
            ".cargo/config.toml",
            'registries.c.index = "https://h.example/hunter2-hunter2"',
        ),
        (
            ".m2/settings.xml",
            "<settings><mirrors><mirror><id>a</id><url>https://h.example/"
            "${env.CORP_TOKEN}/m</url><mirrorOf>*</mirrorOf></mirror></mirrors></settings>",
        ),
        (".config/go/env", "GOPROXY=https://h.example/hunter2-hunter2/go,direct"),
    ],
)
def test_a_secret_in_a_path_stays_out_of_the_box(
    home: Home, name: str, text: str
) -> None:
    """What is read is written into the sandbox, and shown to the agent."""
    home.variables |= dict.fromkeys(("CORP_TOKEN", "NPM_TOKEN"), "hunter2-hunter2")
    home.write(name, text)

    network = read(home)

    assert "hunter2" not in str(network)
    assert any("has a secret in its path" in each for each in network.problems)


@pytest.mark.parametrize(
    "variables",
    [{"MIRROR": "mirrors/all"}, {"PWD": "/mirrors/all"}, {"CORP_TOKEN": "all"}, {}],
)
def test_an_ordinary_path_is_no_secret(home: Home, variables: dict[str, str]) -> None:
    home.variables |= variables
    home.write(".npmrc", "registry=https://h.example/mirrors/all/")

    assert read(home).endpoints()["npm"] == ("h.example:443",)
