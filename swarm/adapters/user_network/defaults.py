"""Asks the package tools of this machine for their public defaults.

No registry's name stands in swarm. A tool is asked with nothing of the user's settings,
or, if it cannot say, run once against a proxy that denies and keeps what it asked for.
"""

import functools
import os
import re
import shutil
import sys
import zipfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock

from swarm.adapters.git.safe_fs import temporary
from swarm.adapters.process import Limits, Program, run
from swarm.adapters.user_network import bounded_file, formats
from swarm.adapters.user_network.bounded_file import BadSettings
from swarm.adapters.user_network.denying_proxy import DenyingProxy
from swarm.errors import ToolError

LIMITS = Limits(seconds=20, output=1 << 20)
"""The bounds of one tool that is asked."""
AT_ONCE = 4
"""Tools that are asked at the same time."""
MOST_URLS = 20
"""Addresses that count of one tool's answer."""

PIP_SCRIPT = """
import sys
try:
    import pip._internal
except ImportError:
    import ensurepip, glob, os
    folder = os.path.join(os.path.dirname(ensurepip.__file__), "_bundled")
    folders = [folder, "/usr/share/python-wheels"]
    for folder in folders:
        sys.path += sorted(glob.glob(os.path.join(folder, "pip-*.whl")))
from pip._internal.models.index import PyPI
print(PyPI.simple_url, "https://" + PyPI.file_storage_domain)
"""
_URL = re.compile(r"https?://[^\s\"'<>,|\[\]()]+")


_asking = Lock()
"""Held while tools are asked, so that nobody asks them a second time."""


def ask(environment: Mapping[str, str], home: Path) -> dict[str, tuple[str, ...]]:
    """The URLs of each tool's public default; a tool that does not say is left out.

    Blocks for a process of each tool that is installed, some at once, a second in all;
    at most `LIMITS.seconds` for each. Asked once of the same PATH in a process.
    """
    kept = ("PATH", "RUSTUP_HOME", "PYENV_ROOT", "NVM_DIR", "JAVA_HOME", "VOLTA_HOME")
    names = {name: environment[name] for name in kept if environment.get(name)}
    if os.path.isdir(home / ".rustup"):  # noqa: PTH112 - Path's may raise
        # Else the tool would make one there.
        names.setdefault("RUSTUP_HOME", str(home / ".rustup"))
    with _asking:
        return dict(_ask(tuple(sorted(names.items()))))


@functools.cache
def _ask(names: tuple[tuple[str, str], ...]) -> dict[str, tuple[str, ...]]:
    with (
        temporary.directory("tools") as folder,
        ThreadPoolExecutor(AT_ONCE, thread_name_prefix="tool") as pool,
    ):
        asked = {
            tool: pool.submit(question, ToolRunner(dict(names), folder, tool))
            for tool, question in QUESTIONS.items()
        }
        answers = {tool: future.result() for tool, future in asked.items()}
    return {tool: urls[:MOST_URLS] for tool, urls in answers.items() if urls}


SAFE_FOLDER = Path("/")
"""The folder that tools are run in: many take settings, and name programs to run, from
every folder above them, and anybody can write some above a temporary one."""


class ToolRunner:
    """Runs one tool with a home that is empty."""

    def __init__(self, names: Mapping[str, str], folder: Path, tool: str) -> None:
        self.home = folder / tool
        self.home.mkdir()
        self._names = {**names, "HOME": str(self.home), "LANG": "C.UTF-8"}

    def path_of(self, program: str) -> Path | None:
        """Where the program lies, links resolved; None if it is not installed."""
        found = shutil.which(program, path=self._names.get("PATH", ""))
        return Path(found).resolve() if found else None

    def output(self, *argv: str, **variables: str) -> str:
        """What the tool prints; empty if it is not installed, fails or takes long."""
        environment = {**self._names, **variables}
        program = Program(argv, argv[0], environment, cwd=SAFE_FOLDER, whole_group=True)
        try:
            result = run(program, LIMITS)
        except ToolError:
            return ""
        return "" if result.status else result.output.decode(errors="replace").strip()

    def asked_for(self, *argv: str, **variables: str) -> tuple[str, ...]:
        """Where the tool goes if nothing is let through."""
        if not self.path_of(argv[0]):
            return ()
        with DenyingProxy() as proxy:
            names = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY")
            self.output(*argv, **dict.fromkeys(names, proxy.url), **variables)
            return proxy.asked()


def _urls(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_URL.findall(text)))


def _pip(tools: ToolRunner) -> tuple[str, ...]:
    for python in dict.fromkeys((sys.executable, "python3")):
        urls = _urls(tools.output(python, "-I", "-c", PIP_SCRIPT))
        if urls:
            return urls
    return ()


def _npm(tools: ToolRunner) -> tuple[str, ...]:
    nothing = str(tools.home / "none")
    return _urls(
        tools.output(
            "npm", "config", "get", "registry", f"--globalconfig={nothing}"
        ).rpartition("\n")[2]
    )


def _cargo(tools: ToolRunner) -> tuple[str, ...]:
    (tools.home / "src").mkdir()
    (tools.home / "src" / "lib.rs").write_text("")
    manifest = tools.home / "Cargo.toml"
    # A workspace of its own, or cargo would look for one in the folders above.
    manifest.write_text(
        '[package]\nname = "a"\nversion = "0.0.0"\n'
        '[dependencies]\nb = "1"\n[workspace]\n'
    )
    return tools.asked_for(
        *("cargo", "generate-lockfile", "--manifest-path", str(manifest)),
        CARGO_NET_RETRY="0",
        RUSTUP_AUTO_INSTALL="0",
    )


def _go(tools: ToolRunner) -> tuple[str, ...]:
    settings = {"GOENV": "off", "GOTOOLCHAIN": "local", "GOFLAGS": ""}
    proxies = _urls(tools.output("go", "env", "GOPROXY", **settings))
    checksums = tools.output("go", "env", "GOSUMDB", **settings).split()
    if not proxies or not checksums or checksums[0] == "off":
        return proxies
    return (*proxies, f"https://{checksums[0].partition('+')[0]}")


def _maven(tools: ToolRunner) -> tuple[str, ...]:
    """The address stands in a file inside of one of Maven's own archives."""
    program = tools.path_of("mvn")
    folder = program.parents[1] / "lib" if program else None
    for jar in sorted(folder.glob("maven-model-builder-*.jar")) if folder else ():
        try:
            with zipfile.ZipFile(jar) as archive:
                pom = archive.open("org/apache/maven/model/pom-4.0.0.xml")
                with pom:
                    text = pom.read(bounded_file.LARGEST).decode()
            root = formats.xml(text)
        except (OSError, KeyError, ValueError, zipfile.BadZipFile, BadSettings):
            continue
        urls = [element.text for element in root.iterfind(".//{*}url")]
        return tuple(dict.fromkeys(url.strip() for url in urls if url))
    return ()


def _gem(tools: ToolRunner) -> tuple[str, ...]:
    return _urls(tools.output("gem", "--norc", "sources", "--list"))


def _uv(tools: ToolRunner) -> tuple[str, ...]:
    """It stands in the help of an option."""
    text = tools.output("uv", "help", "pip", "install")
    return tuple(dict.fromkeys(_IN_HELP.findall(text)))


def _pdm(tools: ToolRunner) -> tuple[str, ...]:
    return _urls(tools.output("pdm", "config", "pypi.url"))


def _conda(tools: ToolRunner) -> tuple[str, ...]:
    shown = ("default_channels", "channel_alias")
    return _urls(tools.output("conda", "config", "--show", *shown, CONDARC=os.devnull))


def _yarn(tools: ToolRunner) -> tuple[str, ...]:
    """Each generation has another name for it."""
    urls = (
        tools.output("yarn", "config", "get", name, **_NO_COREPACK)
        for name in ("registry", "npmRegistryServer")
    )
    return _urls(" ".join(urls))


def _pnpm(tools: ToolRunner) -> tuple[str, ...]:
    return _urls(tools.output("pnpm", "config", "get", "registry", **_NO_COREPACK))


def _bun(tools: ToolRunner) -> tuple[str, ...]:
    return tools.asked_for("bun", "pm", "view", "a")


def _nuget(tools: ToolRunner) -> tuple[str, ...]:
    return _urls(
        tools.output(
            *("dotnet", "nuget", "list", "source"),
            DOTNET_CLI_TELEMETRY_OPTOUT="1",
            DOTNET_NOLOGO="1",
        )
    )


def _composer(tools: ToolRunner) -> tuple[str, ...]:
    lines = tools.output("composer", "config", "--global", "--list").splitlines()
    return _urls(" ".join(line for line in lines if "[repositories." in line))


_IN_HELP = re.compile(
    r"default-index.{0,200}?default:\s*<(https?://[^>\s]+)>", re.DOTALL
)
_NO_COREPACK = {"COREPACK_ENABLE_NETWORK": "0"}
"""Corepack's `yarn` and `pnpm` would fetch the program first."""

QUESTIONS: dict[str, Callable[[ToolRunner], tuple[str, ...]]] = {
    "pip": _pip,
    "uv": _uv,
    "pdm": _pdm,
    "conda": _conda,
    "npm": _npm,
    "yarn": _yarn,
    "pnpm": _pnpm,
    "bun": _bun,
    "cargo": _cargo,
    "go": _go,
    "maven": _maven,
    "gem": _gem,
    "nuget": _nuget,
    "composer": _composer,
}
"""How each tool is asked, by the tool's name."""
