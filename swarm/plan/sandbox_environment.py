"""The variables, mounts and policy text by which a sandbox uses the gate."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from swarm.model.user_network import UserNetwork
from swarm.plan import package_settings
from swarm.plan.gate_containers import PROXY_PORT
from swarm.plan.specs import Mount
from swarm.policy.own_names import HOSTNAME
from swarm.policy.rules import Policy, Rule

FOLDER = package_settings.FOLDER
BUNDLE = f"{FOLDER}/bundle.pem"
CA = f"{FOLDER}/ca.pem"
SYSTEM_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Alpine; go looks here first
    "/etc/ssl/cert.pem",  # Alpine, and the Pythons that uv brings
    "/etc/ssl/ca-bundle.pem",  # SUSE
    "/etc/pki/tls/certs/ca-bundle.crt",  # Red Hat
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
)
"""Files of roots that programs find by themselves, without any variable."""
JAVA_TRUST_STORES = (
    "/etc/ssl/certs/java/cacerts",  # Debian, Alpine
    "/etc/pki/ca-trust/extracted/java/cacerts",  # Red Hat
)
"""Where the Java of a distribution keeps its roots."""
PROXY = f"http://127.0.0.1:{PROXY_PORT}"
LOCAL = (
    f"localhost,127.0.0.1,127.0.0.2,0.0.0.0,{HOSTNAME},.localhost,"
    f"localhost.localdomain,{HOSTNAME}.local"
)
"""Every name of the sandbox itself, for clients that send all else to the proxy.

No `::1`: httpx 0.24.0 does not start with it, and no spelling of it suits all."""
LOCAL_UPPER_CASE = f"{LOCAL},::1"
"""For go and others that read the upper case first; httpx takes the lower one."""

_BUNDLE_NAMES = (
    "SSL_CERT_FILE",
    "GIT_SSL_CAINFO",
    "CURL_CA_BUNDLE",
    "REQUESTS_CA_BUNDLE",
    "PIP_CERT",
    "CARGO_HTTP_CAINFO",
    "AWS_CA_BUNDLE",
    "YARN_HTTPS_CA_FILE_PATH",
    "npm_config_cafile",
    "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH",
    "BUNDLE_SSL_CA_CERT",
    "HEX_CACERTS_PATH",
    "NIX_SSL_CERT_FILE",
    "PERL_LWP_SSL_CA_FILE",
)
_CA_NAMES = ("NODE_EXTRA_CA_CERTS", "DENO_CERT")
_SILENCE = {
    "npm_config_audit": "false",
    "npm_config_fund": "false",
    "npm_config_update_notifier": "false",
    "NO_UPDATE_NOTIFIER": "1",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    "YARN_ENABLE_TELEMETRY": "0",
    "NEXT_TELEMETRY_DISABLED": "1",
    "NUXT_TELEMETRY_DISABLED": "1",
    "ASTRO_TELEMETRY_DISABLED": "1",
    "GATSBY_TELEMETRY_DISABLED": "1",
    "STORYBOOK_DISABLE_TELEMETRY": "1",
    "TURBO_TELEMETRY_DISABLED": "1",
    "DOTNET_CLI_TELEMETRY_OPTOUT": "1",
    "HOMEBREW_NO_ANALYTICS": "1",
    "CHECKPOINT_DISABLE": "1",
    "DO_NOT_TRACK": "1",
}
"""Switches off what tools ask and tell by themselves: it would be denied anyway."""


def environment(local: Iterable[str] = ()) -> dict[str, str]:
    """The variables by which programs find the gate and trust it.

    `local` are more names that a client is not to ask the gate for.
    A program that ignores them reaches the gate too, but its denials read worse.
    """
    proxies = {
        "HTTP_PROXY": PROXY,
        "http_proxy": PROXY,
        "HTTPS_PROXY": PROXY,
        "https_proxy": PROXY,
        "NO_PROXY": ",".join([LOCAL_UPPER_CASE, *local]),
        "no_proxy": ",".join([LOCAL, *local]),
    }
    return {
        **proxies,
        **dict.fromkeys(_BUNDLE_NAMES, BUNDLE),
        **dict.fromkeys(_CA_NAMES, CA),
        **_SILENCE,
        "NODE_USE_ENV_PROXY": "1",
        "UV_SYSTEM_CERTS": "1",
        "UV_NATIVE_TLS": "1",
        "YARN_HTTP_PROXY": PROXY,
        "YARN_HTTPS_PROXY": PROXY,
        "JAVA_TOOL_OPTIONS": _java_options(),
        **package_settings.POINTERS,
    }


def _java_options() -> str:
    # The JVM reads neither proxy variables nor the system's certificates.
    port = str(PROXY_PORT)
    options = {
        "http.proxyHost": "127.0.0.1",
        "http.proxyPort": port,
        "https.proxyHost": "127.0.0.1",
        "https.proxyPort": port,
        "http.nonProxyHosts": "localhost|127.*",
        "javax.net.ssl.trustStore": f"{FOLDER}/trust.jks",
        "javax.net.ssl.trustStoreType": "JKS",
    }
    return " ".join(f"-D{name}={value}" for name, value in options.items())


def mounts(folder: str) -> tuple[Mount, ...]:
    """The mounts of the task's certificates, policy and settings, read-only.

    Where an image has no such file, an empty place is made for it.
    """
    found_by_itself = {
        **dict.fromkeys(SYSTEM_BUNDLES, "bundle.pem"),
        **dict.fromkeys(JAVA_TRUST_STORES, "trust.jks"),
    }
    return (
        Mount("bind", folder, FOLDER, read_only=True),
        *(
            Mount("bind", f"{folder}/{name}", target, read_only=True)
            for target, name in found_by_itself.items()
        ),
        *package_settings.mounts(folder),
    )


def mounted_folder(sandbox_mounts: Iterable[Mount]) -> Path | None:
    """The host's folder that the sandbox sees at /etc/swarm; None without a mount."""
    for mount in sandbox_mounts:
        if mount.target == FOLDER:
            return Path(mount.source)
    return None


def policy_text(policy: Policy, network: UserNetwork) -> str:
    """The policy for its agent to read, with an explanation of denials."""
    allow_rules = [rule for rule in policy.rules if rule.kind != "deny"]
    lines = [
        "# What you may reach",
        "",
        *(_line(rule) for rule in dict.fromkeys(allow_rules)),
        *([] if allow_rules else ["Nothing: this task has no network."]),
        *package_settings.page(network),
        "",
        "Everything else is denied by the user's policy, at once and always the same.",
        "A denial is no fault of the network: do not retry it, and do not look for",
        "another resolver, proxy, mirror or port. If the task cannot be done without",
        "it, say which host and port you need and why, and go on with the rest.",
        "",
        "A denied HTTP request answers 403 with a reason; TLS ends with the alert",
        "`access_denied`; a name resolves even where its host is denied.",
        "Variables that look like secrets hold placeholders: send them as they are,",
        "to the hosts they are for. The gate puts the real value in its place.",
        "",
        f"What of the user's repository is not in here: `{FOLDER}/repository.md`.",
        f"What this box can not do, such as root and packages: `{FOLDER}/box.md`.",
        "",
    ]
    return "\n".join(lines)


def _line(rule: Rule) -> str:
    ports = ", ".join(str(port) for port in rule.ports) or "any"
    return f"- `{_word(rule.host)}`, port {ports}{''.join(_details(rule))}"


def _details(rule: Rule) -> Iterator[str]:
    if rule.methods:
        yield f", {'/'.join(rule.methods)}"
    if rule.paths:
        yield f", paths {', '.join(f'`{_word(path)}`' for path in rule.paths)}"
    if rule.rate:
        yield f", {rule.rate} requests a minute"
    if rule.kind == "tcp":
        yield ", raw TCP"


def _word(text: str) -> str:
    """A pattern with `?` for characters that are unprintable or end the code span."""
    return "".join(c if c.isprintable() and c != "`" else "?" for c in text)
