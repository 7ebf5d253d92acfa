"""The tools in the box are set to what the user is set to, and to nothing secret."""

import configparser
import os
import shutil
import subprocess
import tomllib
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.model.user_network import DOWNLOADS, Registry, UserNetwork
from swarm.plan import package_settings, sandbox_environment
from swarm.plan.package_settings import POINTERS, WORTHLESS, environment, files, page

BUNDLE = sandbox_environment.BUNDLE
MIRROR = "https://mirror.corp.test/repo/"


def network(*registries: Registry) -> UserNetwork:
    return UserNetwork(registries)


def chosen(
    tool: str, scope: str = "", url: str = MIRROR, origin: str = "x"
) -> Registry:
    return Registry(tool, url, scope, origin)


def text(name: str, *registries: Registry) -> str:
    return files(network(*registries), BUNDLE)[name]


def test_pip_asks_the_users_index_and_the_further_ones() -> None:
    body = configparser.ConfigParser()
    body.read_string(
        text(
            "pip.conf",
            chosen("pip"),
            chosen("pip", "extra index", "http://extra.corp.test:8080/simple"),
            chosen("pip", "extra index", "https://more.corp.test/simple"),
            chosen("pip", "links", "https://links.corp.test/"),
        )
    )

    assert dict(body["global"]) == {
        "index-url": MIRROR,
        "extra-index-url": "http://extra.corp.test:8080/simple "
        "https://more.corp.test/simple",
        "find-links": "https://links.corp.test/",
        "trusted-host": "extra.corp.test",
    }


def test_npm_asks_the_users_registry_and_those_of_scopes() -> None:
    lines = text(
        "npmrc",
        chosen("npm"),
        chosen("npm", "@corp", "http://npm.corp.test:4873/"),
    ).splitlines()

    assert lines == [
        f"cafile={BUNDLE}",
        f"registry={MIRROR}",
        "@corp:registry=http://npm.corp.test:4873/",
    ]


def test_cargo_replaces_its_default_only_if_the_user_has() -> None:
    source = chosen("cargo", "mirror", origin="~/.cargo/config.toml: source.mirror")
    registry = chosen(
        "cargo", "corp", "https://c.test/", "~/.cargo/config.toml: registries.corp"
    )
    default = Registry("cargo", "https://index.test/", is_default=True)

    downloads = chosen("cargo", DOWNLOADS, "https://c.test/dl")

    replaced = tomllib.loads(text("cargo.toml", source, registry, downloads))
    kept = tomllib.loads(text("cargo.toml", registry, default))

    assert replaced["source"] == {
        "crates-io": {"replace-with": "mirror"},
        "mirror": {"registry": f"sparse+{MIRROR}"},
    }
    assert replaced["registries"] == {"corp": {"index": "sparse+https://c.test/"}}
    assert "source" not in kept
    assert kept["http"] == {"cainfo": BUNDLE}


def test_a_registry_may_stand_in_for_cargos_default() -> None:
    """With a token a mirror is a registry: sources know none."""
    origin = "~/.cargo/config.toml: registries.corp"
    registry = Registry("cargo", MIRROR, "corp", origin, credential="a file")

    replaced = tomllib.loads(text("cargo.toml", registry))

    assert replaced["source"] == {"crates-io": {"replace-with": "corp"}}
    index = {"index": f"sparse+{MIRROR}", "token": WORTHLESS}
    assert replaced["registries"] == {"corp": index}
    assert replaced["registry"] == {"global-credential-providers": ["cargo:token"]}


def test_maven_has_mirrors_and_repositories_only_if_the_user_has() -> None:
    """Without one, its installation's own settings stay in force."""
    root = ElementTree.fromstring(
        text(
            "maven.xml",
            chosen("maven", "central", "https://a.test/?x=1&y", "settings: mirror m"),
            chosen("maven", "corp", "https://b.test/", "settings: repository corp"),
        )
    )

    assert [m.findtext("mirrorOf") for m in root.iter("mirror")] == ["central"]
    assert [m.findtext("url") for m in root.iter("mirror")] == ["https://a.test/?x=1&y"]
    assert [r.findtext("url") for r in root.iter("repository")] == ["https://b.test/"]
    assert text("mavenrc", chosen("maven"))
    assert text("mavenrc") == text("mavenrc", chosen("pip")) == ""


def test_uv_and_pdm_find_theirs_in_a_folder_of_the_machine() -> None:
    body = tomllib.loads(
        text(
            "xdg/uv/uv.toml",
            chosen("uv"),
            chosen("uv", "corp", "https://b.test/simple"),
            chosen("uv", "python-install-mirror", "https://python.test/"),
            chosen("uv", "links", "https://links.test/"),
        )
    )

    assert body["python-install-mirror"] == "https://python.test/"
    assert body["find-links"] == ["https://links.test/"]
    assert body["index"] == [
        {"name": "user-0", "url": MIRROR, "default": True},
        {"name": "corp", "url": "https://b.test/simple"},
    ]
    assert tomllib.loads(text("xdg/pdm/config.toml", chosen("pdm"))) == {
        "pypi": {"url": MIRROR}
    }
    assert POINTERS["XDG_CONFIG_DIRS"].split(":")[0] == "/etc/swarm/xdg"


def test_conda_asks_the_users_channels_and_leads_names_where_the_user_does() -> None:
    lines = text(
        "condarc",
        chosen("conda", "channels", "https://a.test/main"),
        chosen("conda", "names", "https://b.test/"),
        chosen("conda", "corp", "https://c.test/"),
    ).splitlines()

    assert lines == [
        f"ssl_verify: {BUNDLE}",
        'channel_alias: "https://b.test/"',
        "channels:",
        '- "https://a.test/main"',
        "custom_channels:",
        '  "corp": "https://c.test/"',
    ]


def test_pnpm_has_a_variable_and_no_file() -> None:
    lines = page(network(chosen("npm"), chosen("pnpm"), chosen("pnpm", "@x")))

    assert f"- pnpm: `{MIRROR}`" in lines
    assert f"- pnpm (@x): `{MIRROR}`, which you have to name yourself" in lines


def test_tools_without_a_file_have_variables() -> None:
    registries = network(
        chosen("npm", url="http://npm.corp.test/"),
        chosen("go", url="https://go-a.test"),
        chosen("go", url="https://go-b.test"),
        chosen("go", "checksums", "https://sums.test"),
        chosen("gem", url="https://gems.test/"),
    )

    assert environment(registries) == {
        "pnpm_config_registry": "http://npm.corp.test/",
        "YARN_REGISTRY": "http://npm.corp.test/",
        "YARN_NPM_REGISTRY_SERVER": "http://npm.corp.test/",
        "YARN_UNSAFE_HTTP_WHITELIST": "npm.corp.test",
        "BUN_CONFIG_REGISTRY": "http://npm.corp.test/",
        "GOPROXY": "https://go-a.test,https://go-b.test",
        "BUNDLE_MIRROR__ALL": "https://gems.test/",
    }


def test_a_tools_own_registry_comes_before_npms() -> None:
    registries = network(chosen("npm"), chosen("yarn", url="https://yarn.test/"))

    assert environment(registries)["YARN_REGISTRY"] == "https://yarn.test/"
    assert environment(registries)["BUN_CONFIG_REGISTRY"] == MIRROR


def test_settings_that_are_no_registry_come_along() -> None:
    assert environment(UserNetwork(settings=(("GOSUMDB", "off"),))) == {
        "GOSUMDB": "off"
    }


def test_a_public_default_is_written_nowhere() -> None:
    """Each tool in the box has its own; a file of ours would freeze the host's."""
    defaults = network(
        *(
            Registry(tool, "https://public.test/", is_default=True)
            for tool in ("pip", "npm", "uv", "go", "maven", "gem", "conda", "cargo")
        )
    )

    assert environment(defaults) == {}
    assert "public.test" not in "".join(files(defaults, BUNDLE).values())
    assert page(defaults) == []


def test_the_agent_is_told_and_of_what_it_has_to_name_itself() -> None:
    lines = page(
        network(
            chosen("pip"),
            chosen("gradle", url="https://g.test/"),
            chosen("yarn", "@corp", url="https://y.test/"),
        )
    )

    assert f"- pip: `{MIRROR}`" in lines
    assert "- gradle: `https://g.test/`, which you have to name yourself" in lines
    assert "- yarn (@corp): `https://y.test/`, which you have to name yourself" in lines


NASTY = st.text(
    alphabet=st.sampled_from("a:/@[]\"'\\\n\r\x00\u2028<>&#= `\t"), max_size=12
)


@given(
    st.sampled_from(["pip", "npm", "uv", "pdm", "cargo", "maven", "gem", "conda"]),
    NASTY,
    st.one_of(st.just(""), st.just("channel alias"), NASTY, NASTY.map("@{}".format)),
)
def test_no_url_or_scope_breaks_a_file(tool: str, tail: str, scope: str) -> None:
    """Whatever stands in a file of the user's, the tools read ours."""
    origin = ": source.x" if tool == "cargo" else ""
    registry = Registry(tool, f"https://mirror.test/{tail}", scope, origin)
    made = files(network(registry), BUNDLE)

    tomllib.loads(made["cargo.toml"])
    tomllib.loads(made["xdg/uv/uv.toml"])
    tomllib.loads(made["xdg/pdm/config.toml"])
    ElementTree.fromstring(made["maven.xml"])
    configparser.RawConfigParser().read_string(made["pip.conf"])
    for name in ("npmrc", "gemrc", "condarc"):
        assert all(line.isprintable() for line in made[name].split("\n"))


@pytest.mark.skipif(not shutil.which("npm"), reason="npm is not installed")
def test_npm_reads_it(tmp_path: Path) -> None:
    """By the variable, with the project's own file still above it."""
    (tmp_path / "npmrc").write_text(
        text("npmrc", chosen("npm"), chosen("npm", "@corp", "https://c.test/"))
    )
    variables = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "npm_config_globalconfig": str(tmp_path / "npmrc"),
    }

    def get(key: str) -> str:
        argv = ["npm", "config", "get", key]
        done = subprocess.run(argv, cwd=tmp_path, env=variables, capture_output=True)
        return done.stdout.decode().strip()

    assert get("registry") == MIRROR
    assert get("@corp:registry") == "https://c.test/"
    (tmp_path / "package.json").write_text("{}")
    (tmp_path / ".npmrc").write_text("registry=https://project.test/\n")
    assert get("registry") == "https://project.test/"


@pytest.mark.skipif(not shutil.which("mvn"), reason="maven is not installed")
def test_maven_reads_it(tmp_path: Path) -> None:
    """The start script of any version takes the argument from the file of machines."""
    text_of_file = text("mavenrc", chosen("maven")).replace(
        package_settings.FOLDER, str(tmp_path)
    )
    (tmp_path / ".mavenrc").write_text(text_of_file)
    (tmp_path / "maven.xml").write_text(text("maven.xml", chosen("maven")))
    done = subprocess.run(
        ["mvn", "-o", "-X", "validate"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
        capture_output=True,
    )

    assert f"global settings from {tmp_path}/maven.xml" in done.stdout.decode()


def test_a_registry_that_is_named_twice_stands_once() -> None:
    """A variable of the user's shell counts more than a file, which is read before."""
    other = "https://other.corp.test/"
    twice = [
        Registry(tool, url, "corp", origin)
        for tool in ("cargo", "uv", "conda")
        for url, origin in ((MIRROR, "file"), (other, "VARIABLE"))
    ]

    written = files(network(*twice), BUNDLE)

    cargo = tomllib.loads(written["cargo.toml"])
    (index,) = tomllib.loads(written["xdg/uv/uv.toml"])["index"]
    assert cargo["registries"] == {"corp": {"index": f"sparse+{other}"}}
    assert index["url"] == other
    assert written["condarc"].count('"corp"') == 1


def test_one_default_of_uv_s_and_one_mirror_of_each_kind() -> None:
    written = text(
        "xdg/uv/uv.toml",
        chosen("uv"),
        chosen("uv", url="https://other.corp.test/"),
        chosen("uv", "python-install-mirror", "https://a.corp.test/"),
        chosen("uv", "python-install-mirror", "https://b.corp.test/"),
        chosen("uv", "extra index", "https://c.corp.test/"),
        chosen("uv", "extra index", "https://d.corp.test/"),
    )

    body = tomllib.loads(written)
    assert body["python-install-mirror"] == "https://b.corp.test/"
    assert [each.get("default", False) for each in body["index"]].count(True) == 1
    assert len(body["index"]) == 3


@pytest.mark.parametrize("tool", ["pnpm", "yarn", "bun", "bundler"])
def test_what_is_read_later_counts_more(tool: str) -> None:
    other = "https://other.corp.test/"

    found = environment(network(chosen(tool), chosen(tool, url=other)))

    assert MIRROR not in found.values()
    assert other in found.values()


def test_a_name_of_any_characters_is_a_string_of_toml() -> None:
    written = text("cargo.toml", chosen("cargo", "corp\N{GRINNING FACE}"))

    assert [*tomllib.loads(written)["registries"]] == ["corp\N{GRINNING FACE}"]
