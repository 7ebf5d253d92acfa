"""A small real project for each package tool, and how a user sets the tool up."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.first_install.packages import GO_MODULE, GO_VERSION, GROUP, NAME, VERSION

Files = dict[str, str]
"""Texts by path."""


@dataclass(frozen=True, slots=True)
class Tool:
    """One package tool."""

    project: Callable[[str], Files]
    """The project, for the mirror's URL; empty for the tool's public registry."""
    install: str
    """Installs and runs the project; it prints `hello` if the package is there."""
    settings: Callable[[str, str], Files]
    """Files of the user's home that name the mirror, and its token unless empty."""
    is_public: bool = False
    """The project can be had from the tool's public registry, too."""
    named: Callable[[str], Files] | None = None
    """A project that names the mirror itself, for a tool that no box can be set to."""


def _authority(url: str) -> str:
    return url.partition("://")[2]


def _with_token(url: str, token: str) -> str:
    return url.replace("://", f"://somebody:{token}@") if token else url


def _netrc(url: str, token: str) -> Files:
    host = _authority(url).partition(":")[0]
    line = f"machine {host} login somebody password {token}\n"
    return {".netrc": line} if token else {}


def _python(url: str) -> tuple[str, str]:
    return (f"{NAME}=={VERSION}", NAME) if url else ("six==1.17.0", "six")


def _pip(url: str) -> Files:
    package, module = _python(url)
    return {"requirements.txt": f"{package}\n", "main.py": _main_py(module)}


def _main_py(module: str) -> str:
    return f"import {module}\nprint('hello' if {module} else '')\n"


def _pip_settings(url: str, token: str) -> Files:
    index = f"{_with_token(url, token)}/pypi/simple/"
    return {".config/pip/pip.conf": f"[global]\nindex-url = {index}\n"}


def _uv(url: str) -> Files:
    package, module = _python(url)
    return {
        "pyproject.toml": '[project]\nname = "first"\nversion = "0"\n'
        f'requires-python = ">=3.11"\ndependencies = ["{package}"]\n'
        "[tool.uv]\npackage = false\n",
        "main.py": _main_py(module),
    }


def _uv_settings(url: str, token: str) -> Files:
    index = f"{_with_token(url, token)}/pypi/simple/"
    text = f'[[index]]\nname = "corp"\nurl = "{index}"\ndefault = true\n'
    return {".config/uv/uv.toml": text}


def _poetry(url: str) -> Files:
    package, module = _python(url)
    source = (
        f'[[tool.poetry.source]]\nname = "corp"\nurl = "{url}/pypi/simple/"\n'
        'priority = "primary"\n'
    )
    return {
        "pyproject.toml": '[project]\nname = "first"\nversion = "0"\n'
        f'requires-python = ">=3.11"\ndependencies = ["{package}"]\n'
        f"[tool.poetry]\npackage-mode = false\n{source if url else ''}",
        "main.py": _main_py(module),
    }


def _poetry_settings(url: str, token: str) -> Files:
    """Which registry a project uses stands in the project; the password does not."""
    text = f'[http-basic.corp]\nusername = "somebody"\npassword = "{token}"\n'
    return {".config/pypoetry/auth.toml": text} if token else {}


def _node(url: str) -> Files:
    name, version = (NAME, VERSION) if url else ("left-pad", "1.3.0")
    return {
        "package.json": f'{{"name": "first", "version": "0.0.0", "private": true, '
        f'"dependencies": {{"{name}": "{version}"}}}}\n',
        "main.js": f"console.log(require('{name}') ? 'hello' : '')\n",
    }


def _node_settings(url: str, token: str) -> Files:
    text = f"registry={url}/npm/\n"
    text += f"//{_authority(url)}/npm/:_authToken={token}\n" if token else ""
    return {".npmrc": text}


def _cargo(_url: str) -> Files:
    return {
        "Cargo.toml": '[package]\nname = "first"\nversion = "0.0.0"\n'
        f'edition = "2021"\n[dependencies]\n{NAME} = "{VERSION}"\n',
        "src/main.rs": f'fn main() {{ println!("{{}}", {NAME}::said()) }}\n',
    }


def _cargo_settings(url: str, token: str) -> Files:
    text = (
        '[source.crates-io]\nreplace-with = "corp"\n'
        f'[registries.corp]\nindex = "sparse+{url}/cargo/index/"\n'
    )
    providers = '[registry]\nglobal-credential-providers = ["cargo:token"]\n'
    files = {".cargo/config.toml": text + (providers if token else "")}
    if token:
        secret = f'[registries.corp]\ntoken = "{token}"\n'
        files[".cargo/credentials.toml"] = secret
    return files


def _go(_url: str) -> Files:
    return {
        "go.mod": f"module first\n\ngo 1.20\n\nrequire {GO_MODULE} {GO_VERSION}\n",
        "main.go": f'package main\n\nimport (\n"fmt"\n"{GO_MODULE}"\n)\n\n'
        f"func main() {{ fmt.Println({NAME}.Said()) }}\n",
    }


def _go_settings(url: str, token: str) -> Files:
    text = f"GOPROXY={url}/go\nGONOSUMDB=*\nGOTOOLCHAIN=local\n"
    return {".config/go/env": text, **_netrc(url, token)}


def _maven(_url: str) -> Files:
    coordinates = f"<groupId>{GROUP}</groupId><version>{VERSION}</version>"
    return {
        "pom.xml": "<project><modelVersion>4.0.0</modelVersion>"
        f"<parent>{coordinates}<artifactId>parent</artifactId><relativePath/></parent>"
        "<artifactId>first</artifactId><packaging>pom</packaging><build><extensions>"
        f"<extension>{coordinates}<artifactId>{NAME}</artifactId></extension>"
        "</extensions></build></project>\n"
    }


def _maven_settings(url: str, token: str) -> Files:
    server = (
        "<servers><server><id>corp</id><username>somebody</username>"
        f"<password>{token}</password></server></servers>"
    )
    return {
        ".m2/settings.xml": f"<settings>{server if token else ''}<mirrors><mirror>"
        f"<id>corp</id><mirrorOf>*</mirrorOf><url>{url}/maven</url>"
        "</mirror></mirrors></settings>\n"
    }


def _gradle(_url: str) -> Files:
    return {
        "build.gradle": f"configurations {{ given }}\n"
        f"dependencies {{ given '{GROUP}:{NAME}:{VERSION}' }}\n"
        "task first { doLast { println configurations.given.files ? 'hello' : '' } }\n",
        "settings.gradle": "rootProject.name = 'first'\n",
    }


def _gradle_named(url: str) -> Files:
    """As an agent writes it that was told the URL in words."""
    files = _gradle(url)
    named = f"repositories {{ maven {{ url '{url}/maven' }} }}\n"
    return {**files, "build.gradle": named + files["build.gradle"]}


def _gradle_settings(url: str, token: str) -> Files:
    secret = f"credentials {{ username 'somebody'; password '{token}' }}"
    text = (
        f"allprojects {{ repositories {{ maven {{ url '{url}/maven'\n"
        f"{secret if token else ''} }} }} }}\n"
    )
    return {".gradle/init.d/corp.gradle": text}


def _gem(_url: str) -> Files:
    return {"main.rb": f"require '{NAME}'\nputs SAID\n"}


def _gem_settings(url: str, token: str) -> Files:
    return {".gemrc": f"---\n:sources:\n- {_with_token(url, token)}/gem/\n"}


TOOLS = {
    "pip": Tool(
        _pip,
        "python3 -m venv .venv && .venv/bin/pip install -q -r requirements.txt "
        "&& .venv/bin/python main.py",
        _pip_settings,
        is_public=True,
    ),
    "uv": Tool(
        _uv,
        "uv sync -q --no-python-downloads --python /usr/bin/python3 "
        "&& .venv/bin/python main.py",
        _uv_settings,
        is_public=True,
    ),
    "poetry": Tool(
        _poetry,
        "export POETRY_VIRTUALENVS_IN_PROJECT=1; poetry install -q -n || "
        "poetry install -n; .venv/bin/python main.py",
        _poetry_settings,
        is_public=True,
    ),
    "npm": Tool(
        _node, "npm install --silent || npm install; node main.js", _node_settings, True
    ),
    "pnpm": Tool(_node, "pnpm install --silent && node main.js", _node_settings, True),
    "yarn": Tool(_node, "yarn install --silent && node main.js", _node_settings, True),
    "cargo": Tool(_cargo, "cargo run -q", _cargo_settings),
    "go": Tool(_go, "go mod tidy && go run .", _go_settings),
    "maven": Tool(_maven, "mvn -q -B validate && echo hello", _maven_settings),
    "gradle": Tool(
        _gradle, "gradle --no-daemon -q first", _gradle_settings, named=_gradle_named
    ),
    "gem": Tool(
        _gem,
        f"gem install --user-install --no-document -q {NAME} && ruby main.rb",
        _gem_settings,
    ),
}
