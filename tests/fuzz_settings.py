"""Mutated settings of the user's package tools: every parser, and every address."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from swarm.adapters.user_network import apt, formats, gradle, simple_yaml, yarn
from swarm.adapters.user_network.bounded_file import BadSettings
from swarm.adapters.user_network.settings import Reading, User
from swarm.policy import hosts
from tests.fuzz_target import Broken, Target

SECRET = "hunter2secret"
USER = User({}, Path("/nonexistent"))
_TOML = b'[source.crates-io]\nreplace-with = "m"\n[source.m]\nregistry = "sparse+https://a/"'
_INI = b"[global]\nindex-url = https://u:hunter2secret@a.test/\n[install]\nx: y\n z"
_XML = (
    b'<settings xmlns="x"><mirrors><mirror><id>a</id><url>https://a.test/</url>'
    b"<mirrorOf>*</mirrorOf></mirror></mirrors></settings>"
)
_YAML = (
    b"---\n:sources:\n- https://a.test/\n- 'b'\nnpmScopes:\n  corp:\n"
    b'    npmRegistryServer: "https://a.test" # c\n  x: {a: [b, "c"]}\nt: |\n  d\n  e\n'
)
_LINES = b'registry "https://a.test/"\n//a.test/:_authToken=hunter2secret\n; c\nk = v\n'
_SCRIPT = b'maven { url = uri("https://a.test/m") }\n/* x */ url "$corp/m" // y\n'
_APT = b"Types: deb\nURIs: https://a.test/d\n http://b.test\n\nEnabled: no\nURIs: x\n"


def _parser(parse: Callable[[str], object]) -> Callable[[bytes], bool]:
    """A check that only BadSettings leaves the parser, and no secret with it."""

    def check(data: bytes) -> bool:
        try:
            parse(data.decode("utf-8", "replace"))
        except BadSettings as error:
            if SECRET in str(error):
                raise Broken(f"{parse.__name__} tells a secret: {data!r}") from error
            return False
        return True

    return check


def _address(data: bytes) -> bool:
    """An address is told or kept, never its password, and the gate takes its host."""
    reading = Reading("tool", USER)
    reading.add(data.decode("utf-8", "replace"), "place")
    for registry in reading.registries:
        parts = urlsplit(registry.url)
        if "@" in parts.netloc or parts.query or parts.fragment:
            raise Broken(f"{data!r} was kept as {registry.url!r}")
        host = registry.endpoint.rpartition(":")[0]
        hosts.pattern(host)
    return bool(reading.registries)


TARGETS = (
    Target("toml", (_TOML,), _parser(formats.toml)),
    Target("ini", (_INI,), _parser(formats.ini)),
    Target("xml", (_XML,), _parser(formats.xml)),
    Target(
        "json",
        (b'{"dl": "https://a.test/{crate}", "a": [1]}',),
        _parser(formats.json_object),
    ),
    Target("yaml", (_YAML,), _parser(simple_yaml.parse)),
    Target("npmrc", (_LINES,), _parser(formats.assignments)),
    Target("yarnrc", (_LINES,), _parser(yarn.classic_lines)),
    Target("gradle", (_SCRIPT,), _parser(gradle.repositories)),
    Target("apt", (_APT,), _parser(apt.sources_urls)),
    Target(
        "addresses",
        (
            b"https://u:hunter2secret@a.test:8443/simple?x=y#z",
            b"http://[fd00::7]:4873/",
            b"https://10.0.0.7/t/hunter2secret/c",
        ),
        _address,
    ),
)
