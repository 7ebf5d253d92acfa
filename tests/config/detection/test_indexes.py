"""Package indexes of a project's own are named by host, with their secrets' names."""

import pytest

from swarm.config.detection.indexes import MOST, indexes
from swarm.config.detection.wanted import names
from swarm.model.detected import ProjectIndex
from tests.config.detection.trees import tree

URL = "https://pkg.corp.example"


@pytest.mark.parametrize(
    ("file", "text", "secrets"),
    [
        ("pyproject.toml", f"[[tool.uv.index]]\nname='a-b'\nurl='{URL}/simple'", ()),
        ("pyproject.toml", f"[[tool.uv.index]]\nname='a-b'\nurl='{URL}/simple'\n"
         "authenticate = 'always'", ("UV_INDEX_A_B_PASSWORD",)),
        ("pyproject.toml", f"[tool.uv]\nextra-index-url = ['{URL}']", ()),
        ("uv.toml", f"index-url = '{URL}'", ()),
        ("pyproject.toml", f"[[tool.poetry.source]]\nname='a'\nurl='{URL}'", ()),
        ("pyproject.toml", f"[[tool.pdm.source]]\nurl='https://u:${{TOK}}@{URL[8:]}'",
         ("TOK",)),
        ("Pipfile", f"[[source]]\nurl = 'https://$U:$TOK@{URL[8:]}/x'", ("U", "TOK")),
        ("requirements.txt", f"six\n--extra-index-url {URL}/simple\n", ()),
        ("requirements/dev.txt", f"-i {URL}/simple", ()),
        (".npmrc", f"@corp:registry={URL}/npm\n{URL[6:]}/npm/:_authToken=${{NPM_TOK}}",
         ("NPM_TOK",)),
        (".npmrc", f'registry = "{URL}"', ()),
        (".yarnrc.yml", f"npmRegistryServer: '{URL}'\nnpmAuthToken: '${{TOK-}}'",
         ("TOK",)),
        (".yarnrc.yml", f"npmScopes:\n  corp:\n    npmRegistryServer: {URL}", ()),
        (".yarnrc", f'registry "{URL}"', ()),
        ("bunfig.toml", f"[install.scopes]\nc = {{url = '{URL}', token = '$TOK'}}",
         ("TOK",)),
        ("pom.xml", f"<repositories><repository><id>a</id><url>{URL}/m2</url>", None),
        ("pom.xml", f"<repository>\n<url> {URL}/m2 </url>\n</repository>", ()),
        ("pom.xml", f"<pluginRepository><url>{URL}</url></pluginRepository>", ()),
        ("settings.gradle", f"maven {{ url '{URL}' }}", ()),
        ("settings.gradle.kts", f'maven {{ name = "x"; url = uri("{URL}")\n'
         ' credentials { password = System.getenv("TOK") } }', ("TOK",)),
        ("build.gradle.kts", f'maven("{URL}/x")', ()),
        (".cargo/config.toml", f"[registries.my-corp]\nindex = 'sparse+{URL}/'",
         ("CARGO_REGISTRIES_MY_CORP_TOKEN",)),
        (".cargo/config", f"[source.a]\nregistry = '{URL}'", ()),
        ("Gemfile", f"source '{URL}' do\nend", ()),
        ("nuget.config", f'<add key="a" value="{URL}/v3/index.json" />\n'
         '<add key="ClearTextPassword" value="%TOK%" />', ("TOK",)),
        ("distribution.xml", f"<url>{URL}</url>", None),
        ("pom.xml", f"<scm><url>{URL}</url></scm>", None),
    ],
)  # fmt: skip
def test_each_tool_s_file(
    file: str, text: str, secrets: tuple[str, ...] | None
) -> None:
    expected = () if secrets is None else (
        ProjectIndex("pkg.corp.example", 443, file, secrets),
    )  # fmt: skip

    assert (
        indexes(tree({file: text, "requirements.txt": ""} | {file: text})) == expected
    )
    assert file in names([file]) or secrets is None


@pytest.mark.parametrize(
    "url",
    ["/srv/wheels", "file:///x", "git+ssh://a/b", "https://", "https://${HOST}/x",
     "https://a_b..c/", "https://[::1", "https://host:port/", "ftp://a", "x" * 400],
)  # fmt: skip
def test_what_names_no_host_is_no_index(url: str) -> None:
    assert indexes(tree({".npmrc": f"registry={url}"})) == ()


def test_a_login_in_a_file_is_told_and_kept_nowhere() -> None:
    looked = tree({"requirements.txt": "-i https://me:hid-den@pkg.example:8443/simple"})

    assert indexes(looked) == (ProjectIndex("pkg.example", 8443, "requirements.txt"),)
    assert "has a login for pkg.example in it" in looked.notes[0]
    assert "hid-den" not in str(looked.notes)


def test_each_host_once_and_few_of_them() -> None:
    lines = [f"@s{n}:registry=https://h{n}.example" for n in range(MOST + 5)]
    looked = tree({".npmrc": "\n".join([*lines, *lines])})

    assert len(indexes(looked)) == MOST
    assert looked.notes == [f"more than {MOST} package indexes: .npmrc names others"]


def test_a_file_of_one_pattern_takes_no_time() -> None:
    """Each pattern is bounded: a file of half openings ends."""
    for start in ("<repository>", "maven {", "<add value", "-i ", 'source "', "${A"):
        text = start * (200_000 // len(start))
        indexes(tree(dict.fromkeys(("pom.xml", "build.gradle", "Gemfile"), text)))
