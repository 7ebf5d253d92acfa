"""Reads policy files into layers; a mistake names file, line and key."""

from dataclasses import replace
from itertools import chain
from pathlib import Path

from swarm.config import certificate_files, human_file, public_suffixes
from swarm.config.certificate_files import BadCertificate
from swarm.errors import ConfigError
from swarm.policy import hosts, policy_parser, rule_parser
from swarm.policy.hosts import BadHost
from swarm.policy.policy_parser import Layer, Service
from swarm.policy.rules import Policy
from swarm.policy.toml_table import BadPolicy

REPO_FILE = ".swarm/policy.toml"
"""The file of a repository, which can only narrow the policy, or request more."""
REGISTRIES = (
    "pypi", "npm", "debian", "crates", "go", "maven", "rubygems", "nuget", "packagist",
    "conda", "alpine",
)  # fmt: skip
PRESETS: dict[str, tuple[str, ...]] = {
    "locked": (),
    "balanced": REGISTRIES,
    "open": REGISTRIES,
}
"""The services of each preset, beside the agent's own."""


def beside(config_file: Path) -> Path:
    """The user's policy file, which lies beside the config."""
    return config_file.with_name("policy.toml")


def read(file: Path, layer: str) -> Layer | None:
    """The file's layer, or None if there is no file; ConfigError on a mistake."""
    try:
        text = human_file.text(file)
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} cannot be read: {error}") from error
    return parsed(text, str(file), layer)


def parsed(text: str, name: str, layer: str) -> Layer:
    """The text's layer; ConfigError on a mistake."""
    try:
        parsed_layer = policy_parser.parse(text, name, layer)
        _check_certificates(parsed_layer)
        return _with_wildcards_checked(parsed_layer)
    except BadPolicy as error:
        raise ConfigError(
            str(error), hint="mend the file; the last good policy stays in force"
        ) from error


def _check_certificates(layer: Layer) -> None:
    """BadPolicy if an authority's file is of no use.

    A repository's own are not looked at: they never count.
    """
    if layer.name == "repo":
        return
    for path in layer.upstream_ca:
        try:
            certificate_files.read(path)
        except BadCertificate as error:
            raise BadPolicy(f"{layer.upstream_ca_place}: {path} {error}") from error


def _with_wildcards_checked(layer: Layer) -> Layer:
    """The layer with a warning for each wildcard below which anybody can have a name.

    BadPolicy for one that stands for a whole registry. The parser has a floor of such
    names only, because it is part of the gate; this is the whole list.
    """
    warnings = list(layer.warnings)
    services = (definition.rules for definition in layer.definitions)
    for rule in chain(layer.rules, *services):
        if rule.kind == "deny":
            continue
        pattern = hosts.pattern(rule.host)
        try:
            public_suffixes.check(pattern)
        except BadHost as error:
            raise BadPolicy(
                f"{rule.origin}: {rule.kind}.host: {rule.host!r}: {error}"
            ) from error
        warning = rule_parser.shared_warning(rule)
        if public_suffixes.is_shared(pattern) and warning not in warnings:
            warnings.append(warning)
    return replace(layer, warnings=tuple(warnings))


def preset(name: str, available: frozenset[str]) -> Layer:
    """The layer that a preset stands for; without services whose tool is not here."""
    services = tuple(
        Service(service, origin=f"preset {name}")
        for service in PRESETS[name]
        if service in available
    )
    return Layer("preset", services=services, default="log" if name == "open" else None)


def certificates(paths: tuple[str, ...]) -> tuple[str, ...]:
    """The certificates of each file as PEM; ConfigError if one is of no use."""
    texts = []
    for path in paths:
        try:
            texts.append(certificate_files.read(path))
        except BadCertificate as error:
            raise ConfigError(f"tls.upstream_ca: {path} {error}") from error
    return tuple(texts)


def is_log_only(policy: Policy) -> bool:
    """True if unknown hosts pass and are only written down."""
    return policy.default == "log"
