"""The settings by which the package tools in a sandbox ask the user's own registries.

Files are preferred to variables: a running sandbox sees another file at once. Nothing
here holds a password; the gate injects what a registry asks for. A tool's public
default is not written down, for the tool has it. What has neither a variable nor a
machine-wide file (gradle, composer, poetry's sources) is told to the agent in words.
"""

import json
import re
from collections.abc import Callable, Hashable, Iterable
from xml.sax.saxutils import escape

from swarm.model.user_network import DOWNLOADS, Registry, UserNetwork
from swarm.plan.specs import Mount

FOLDER = "/etc/swarm"

WORTHLESS = "the-gate-puts-yours-here"
"""Where a tool wants a token of its own before it asks: the gate replaces it."""
POINTERS = {
    "PIP_CONFIG_FILE": f"{FOLDER}/pip.conf",
    "npm_config_globalconfig": f"{FOLDER}/npmrc",
    "GEMRC": f"{FOLDER}/gemrc",
    "CONDARC": f"{FOLDER}/condarc",
    # uv and pdm look for a machine-wide file of theirs below each of these.
    "XDG_CONFIG_DIRS": f"{FOLDER}/xdg:/etc/xdg",
}
"""Variables that name files; they are the same in every sandbox."""

_PLACES = {
    # cargo looks in every folder above the one that it works in.
    "cargo.toml": ("/.cargo/config.toml",),
    "mavenrc": ("/etc/mavenrc",),
    # npm looks beside the prefix of its own program, if the environment is emptied.
    "npmrc": ("/etc/npmrc", "/usr/etc/npmrc", "/usr/local/etc/npmrc"),
}
"""Files that a tool finds by itself, and where."""

_SET = {
    "pip": ("", "extra index", "links"),
    "npm": None,
    "pnpm": ("",),
    "yarn": ("",),
    "bun": ("",),
    "uv": None,
    "pdm": ("",),
    "cargo": None,
    "go": ("", "checksums"),
    "maven": None,
    "gem": ("", "pushes"),
    "bundler": ("",),
    "conda": None,
}
"""Tools that are set, and for which scopes of theirs; None for all."""


def mounts(folder: str) -> tuple[Mount, ...]:
    """The mounts of files that tools find without being told, read-only."""
    return tuple(
        Mount("bind", f"{folder}/{name}", target, read_only=True)
        for name, targets in _PLACES.items()
        for target in targets
    )


def environment(network: UserNetwork) -> dict[str, str]:
    """Variables of the tools that have no file; they stay as they were at the launch.

    A registry of npm's counts for pnpm, yarn and bun too, unless those name their own.
    """
    npm = _main(network, "npm")
    yarn, bun = _main(network, "yarn") or npm, _main(network, "bun") or npm
    go = [r.url for r in _chosen(network, "go") if not r.scope]
    gems = _main(network, "bundler") or _main(network, "gem")
    named = {
        "pnpm_config_registry": _main(network, "pnpm") or npm,
        "YARN_REGISTRY": yarn,
        "YARN_NPM_REGISTRY_SERVER": yarn,
        "YARN_UNSAFE_HTTP_WHITELIST": _plain_host(yarn),
        "BUN_CONFIG_REGISTRY": bun,
        "GOPROXY": ",".join(go),
        "BUNDLE_MIRROR__ALL": gems,
    }
    return {
        **{name: value for name, value in named.items() if value},
        **dict(network.settings),
    }


def files(network: UserNetwork, bundle: str) -> dict[str, str]:
    """The text of every file by its name below /etc/swarm, of unset tools too.

    `bundle` is the file of roots in the sandbox.
    """
    return {
        "pip.conf": _pip(network),
        "npmrc": _npm(network, bundle),
        "gemrc": _gem(network),
        "condarc": _conda(network, bundle),
        "xdg/uv/uv.toml": _uv(network),
        "xdg/pdm/config.toml": _pdm(network),
        "cargo.toml": _cargo(network, bundle),
        "mavenrc": _mavenrc(network),
        "maven.xml": _maven(network),
    }


def page(network: UserNetwork) -> list[str]:
    """Lines for the agent about the user's own registries; none without one."""
    chosen = [r for r in network.registries if _is_chosen(r) and r.tool in _SHOWN]
    if not chosen:
        return []
    return [
        "",
        "The user's own package registries, in place of public ones; the gate adds any",
        "password that they ask for. Tools are set to them already, if not said else:",
        "",
        *dict.fromkeys(map(_line, chosen)),
        "",
    ]


_NPM_SCOPE = re.compile(r"@[A-Za-z0-9._~-]+")
_SHOWN = frozenset({*_SET, "gradle", "poetry", "composer", "nuget"})


def _line(registry: Registry) -> str:
    scope = f" ({_word(registry.scope)})" if registry.scope else ""
    text = f"- {registry.tool}{scope}: `{_word(registry.url)}`"
    return text if _is_set(registry) else f"{text}, which you have to name yourself"


def _is_set(registry: Registry) -> bool:
    if registry.tool not in _SET:
        return False
    scopes = _SET[registry.tool]
    return scopes is None or registry.scope in scopes


def _word(text: str) -> str:
    return "".join(c if c.isprintable() and c != "`" else "?" for c in text)


def _is_chosen(registry: Registry) -> bool:
    """True for what the user chose, and what no line of a file can be broken by."""
    is_plain = registry.url.isprintable() and registry.scope.isprintable()
    is_set = not registry.is_default and registry.scope != DOWNLOADS
    return is_set and is_plain and bool(registry.host)


def _chosen(network: UserNetwork, *tools: str) -> tuple[Registry, ...]:
    return tuple(r for r in network.registries if r.tool in tools and _is_chosen(r))


def _main(network: UserNetwork, tool: str) -> str:
    """The URL that stands in place of the tool's default; empty without one.

    What counts more is read later.
    """
    return next((r.url for r in reversed(_chosen(network, tool)) if not r.scope), "")


def _last_of_each(
    registries: Iterable[Registry], key: Callable[[Registry], Hashable]
) -> list[Registry]:
    """One of each key: a variable is read after files, and counts more."""
    return list({key(registry): registry for registry in registries}.values())


def _plain_host(url: str) -> str:
    """The host of a URL without TLS, which some tools have to be told to use."""
    return Registry("", url).host if url.startswith("http:") else ""


def _pip(network: UserNetwork) -> str:
    keys = {"": "index-url", "extra index": "extra-index-url", "links": "find-links"}
    lines, chosen = ["[global]"], _chosen(network, "pip")
    for scope, key in keys.items():
        urls = [r.url for r in chosen if r.scope == scope]
        lines += (
            [f"{key} = {' '.join(urls[:1] if not scope else urls)}"] if urls else []
        )
    hosts = dict.fromkeys(filter(None, (_plain_host(r.url) for r in chosen)))
    lines += [f"trusted-host = {' '.join(hosts)}"] if hosts else []
    return _text(lines)


def _npm(network: UserNetwork, bundle: str) -> str:
    lines = [f"cafile={bundle}"]
    for registry in _chosen(network, "npm"):
        if not registry.scope:
            lines.append(f"registry={registry.url}")
        elif _NPM_SCOPE.fullmatch(registry.scope):
            lines.append(f"{registry.scope}:registry={registry.url}")
    return _text(lines)


def _gem(network: UserNetwork) -> str:
    urls = [r.url for r in _chosen(network, "gem") if not r.scope]
    return _text([":sources:", *(f"- {_quoted(url)}" for url in urls)] if urls else [])


def _conda(network: UserNetwork, bundle: str) -> str:
    lines, chosen = [f"ssl_verify: {bundle}"], _chosen(network, "conda")
    alias = [r.url for r in chosen if r.scope == "names"]
    lines += [f"channel_alias: {_quoted(url)}" for url in alias[:1]]
    for key in ("channels", "default_channels"):
        urls = [r.url for r in chosen if r.scope == key]
        lines += [f"{key}:", *(f"- {_quoted(url)}" for url in urls)] if urls else []
    custom = _last_of_each(
        (r for r in chosen if r.scope and r.scope not in _CONDA_KEYS),
        lambda r: r.scope,
    )
    lines += ["custom_channels:"] if custom else []
    lines += [f"  {_quoted(r.scope)}: {_quoted(r.url)}" for r in custom]
    return _text(lines)


_CONDA_KEYS = ("names", "channels", "default_channels")


def _uv(network: UserNetwork) -> str:
    chosen = _chosen(network, "uv")
    # Keys of the whole file stand before its first table.
    mirrors = [r for r in chosen if r.scope in _UV_MIRRORS]
    lines = [
        f"{r.scope} = {_quoted(r.url)}"
        for r in _last_of_each(mirrors, lambda r: r.scope)
    ]
    links = [r.url for r in chosen if r.scope == "links"]
    lines += [f"find-links = {json.dumps(links)}"] if links else []
    indexes = _last_of_each(
        (r for r in chosen if r.scope not in (*_UV_MIRRORS, "links")),
        # Further indexes without a name are as many as they are.
        lambda r: r.url if r.scope == "extra index" else r.scope,
    )
    for number, registry in enumerate(indexes):
        is_name = _UV_NAME.fullmatch(registry.scope)
        name = registry.scope if is_name else f"user-{number}"
        lines += ["[[index]]", f"name = {_quoted(name)}"]
        lines += [f"url = {_quoted(registry.url)}"]
        lines += [] if registry.scope else ["default = true"]
    return _text(lines)


_UV_MIRRORS = ("python-install-mirror", "pypy-install-mirror")
_UV_NAME = re.compile(r"[A-Za-z0-9_.-]+")


def _pdm(network: UserNetwork) -> str:
    url = _main(network, "pdm")
    return _text(["[pypi]", f"url = {_quoted(url)}"] if url else [])


def _cargo(network: UserNetwork, bundle: str) -> str:
    lines = ["[http]", f"cainfo = {_quoted(bundle)}"]
    providers = list[str]()
    # A table may stand once.
    chosen = _last_of_each(
        (r for r in _chosen(network, "cargo") if r.scope),
        lambda r: (": source." in r.origin, r.scope),
    )
    sources = [r for r in chosen if ": source." in r.origin]
    # The user's replacement of the default leaves no default in the reading.
    has_default = any(r.tool == "cargo" and r.is_default for r in network.registries)
    # A registry stands in for the default too: its name is as good as a source's.
    if chosen and not has_default:
        name = (sources or chosen)[0].scope
        lines += ["[source.crates-io]", f"replace-with = {_quoted(name)}"]
    for registry in chosen:
        table, key = (
            ("source", "registry") if registry in sources else ("registries", "index")
        )
        if (table, registry.scope) != ("source", "crates-io"):
            lines += [f"[{table}.{_quoted(registry.scope)}]"]
            lines += [f"{key} = {_quoted(f'sparse+{registry.url}')}"]
            if registry.credential and table == "registries":
                # Without a token cargo does not even ask a registry that wants one,
                # nor without being told where tokens are.
                lines += [f"token = {_quoted(WORTHLESS)}"]
                providers = [
                    "[registry]",
                    'global-credential-providers = ["cargo:token"]',
                ]
    return _text([*lines, *providers])


def _mavenrc(network: UserNetwork) -> str:
    """Maven's start script reads this, in all versions; its argument is what counts."""
    if not _chosen(network, "maven"):
        return ""
    return f'set -- -gs {FOLDER}/maven.xml "$@"\n'


def _maven(network: UserNetwork) -> str:
    mirrors, repositories = list[str](), list[str]()
    for number, registry in enumerate(_chosen(network, "maven")):
        url, scope = escape(registry.url), escape(registry.scope)
        if ": repository " in registry.origin:
            repositories.append(f"<id>{scope}</id><url>{url}</url>")
        else:
            mirrors.append(
                f"<mirror><id>user-{number}</id><mirrorOf>{scope or '*'}</mirrorOf>"
                f"<url>{url}</url></mirror>"
            )
    kinds = (("repositories", "repository"), ("pluginRepositories", "pluginRepository"))
    profile = [
        "<profiles><profile><id>user</id>",
        *(
            f"<{several}>{_elements(one, repositories)}</{several}>"
            for several, one in kinds
        ),
        "</profile></profiles>",
        "<activeProfiles><activeProfile>user</activeProfile></activeProfiles>",
    ]
    return _text(
        [
            "<settings>",
            f"<mirrors>{''.join(mirrors)}</mirrors>",
            *(profile if repositories else []),
            "</settings>",
        ]
    )


def _elements(name: str, contents: list[str]) -> str:
    return "".join(f"<{name}>{content}</{name}>" for content in contents)


def _quoted(text: str) -> str:
    """A string of TOML and of YAML: that of JSON is one of both, without escapes of
    half a character."""
    return json.dumps(text, ensure_ascii=False)


def _text(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
