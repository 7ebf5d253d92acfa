"""Tells files that look like keys or passwords, by name and first bytes.

A guess, to ask a human about: neither list of names is complete.
"""

import re
from fnmatch import fnmatchcase, translate

HEAD = 8 << 10
"""Bytes of a file's beginning that are enough to tell."""

_PRIVATE_KEY = re.compile(
    rb"^\s*-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----\s*$", re.MULTILINE
)
_OTHER_KEYS = (
    (re.compile(rb"\APuTTY-User-Key-File-\d"), "it holds a private key"),
    (re.compile(rb"^AGE-SECRET-KEY-1", re.MULTILINE), "it holds a private key"),
    (
        re.compile(rb'"type"\s*:\s*"service_account"'),
        "it holds the key of a service account",
    ),
)
_ASSIGNMENT = re.compile(
    rb"^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.]*)[ \t]*[=:][ \t]*(.*)$",
    re.MULTILINE,
)
_SECRET_NAME = re.compile(
    r"secret|token|passw(or)?d|passphrase|api_?key|access_?key|private_?key"
    r"|credential|(^|_)(auth|dsn|pat)(_|$)",
    re.IGNORECASE,
)
_STANDS_IN = re.compile(
    r"|[$<{%].*|x+|\.+|\*+|change[-_ ]?me.*|(your|my|example|dummy|fake|placeholder)"
    r"[-_ ].*|todo.*|none|null|true|false|secret|password",
    re.IGNORECASE,
)
"""Values that are no secret: empty, a reference elsewhere, or filled in later."""

_KEY_NAMES = ("id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "id_ecdsa_sk")
_STORES = ("*.p12", "*.pfx", "*.jks", "*.keystore", "*.kdbx", "*.ppk")
_TEXTS = ("*.pem", "*.key", "*.asc", "*.gpg", "*.pkcs8", "*.p8", "*.age")
_ENVIRONMENTS = (".env", ".env.*", "*.env", ".envrc")
_SAMPLES = ("example", "sample", "template", "dist", "tmpl", "defaults")
_TELLING: tuple[tuple[tuple[str, ...], re.Pattern[bytes], str], ...] = (
    (
        ("credentials.json", "client_secret*.json", "token.json", "*-key.json"),
        re.compile(rb'"(?:private_key|client_secret|refresh_token|token)"\s*:\s*"[^"]'),
        "it holds the credentials of a service",
    ),
    (
        (".netrc", "_netrc"),
        re.compile(rb"\bpassword\s+\S"),
        "it holds a password",
    ),
    (
        (".pypirc", "pip.conf"),
        re.compile(rb"^\s*password\s*[=:]\s*\S|://[^/\s:@]+:[^/\s@]+@", re.MULTILINE),
        "it holds a password of a package index",
    ),
    (
        (".npmrc", ".yarnrc", ".yarnrc.yml"),
        re.compile(rb"(?:_auth|_authToken|_password|npmAuthToken)\"?\s*[=:]\s*[^$\s]"),
        "it holds a token of a package registry",
    ),
    (
        (".git-credentials", ".pgpass", ".my.cnf", ".htpasswd"),
        re.compile(rb"\S:\S|password\s*=\s*\S"),
        "it holds passwords",
    ),
    (
        ("config.json", ".dockerconfigjson"),
        re.compile(rb'"auths"\s*:\s*\{[^}]*"auth"\s*:\s*"[^"]'),
        "it holds the password of an image registry",
    ),
    (
        ("kubeconfig", "kubeconfig.*", "*.kubeconfig", "config", "credentials"),
        re.compile(
            rb"^\s*(?:client-key-data|token|aws_secret_access_key)\s*[:=]\s*\S",
            re.MULTILINE,
        ),
        "it holds the credentials of a service",
    ),
    (("master.key",), re.compile(rb"\A[0-9a-f]{32}\s*\Z"), "it holds a key"),
)
_NAMED_VALUES = ("*.tfvars", "secrets.y*ml", "secrets.toml", "secrets.properties")


_PATTERNS = {
    *(*_KEY_NAMES, *_STORES, *_TEXTS, *_ENVIRONMENTS, *_NAMED_VALUES),
    *(pattern for names, _, _ in _TELLING for pattern in names),
}
_NAMES = frozenset(each for each in _PATTERNS if "*" not in each)
_ENDS = tuple(each[1:] for each in _PATTERNS if each.rfind("*") == 0)
_REST = sorted(each for each in _PATTERNS if each.rfind("*") > 0)
_STARTS = tuple(each.partition("*")[0] for each in _REST)
_OTHERS = re.compile("|".join(map(translate, _REST)))
"""The patterns in three parts: one by one they take seconds for many files."""


def may_be_key(path: str) -> bool:
    """True if the name alone makes a look at the file's first bytes worth it."""
    name = _name(path)
    if name in _NAMES or name.endswith(_ENDS):
        return True
    return name.startswith(_STARTS) and bool(_OTHERS.fullmatch(name))


def looks_like_key(path: str, head: bytes) -> str:
    """The reason for which a file looks like a key, as a clause; empty if it does not.

    `head` is its first `HEAD` bytes, or all of it. A reason never quotes a value; it
    may name a variable of the file.
    """
    name = _name(path)
    if _PRIVATE_KEY.search(head):
        return "it holds a private key"
    for pattern, reason in _OTHER_KEYS:
        if pattern.search(head):
            return reason
    for names, content, reason in _TELLING:
        if _is_any(name, names) and content.search(head):
            return reason
    if _is_any(name, _STORES) and head:
        return "it is a store of keys"
    if _is_any(name, _KEY_NAMES) and head.strip():
        return "it has the name of a private key"
    if _is_sample(name):
        return ""
    if _is_any(name, (*_ENVIRONMENTS, *_NAMED_VALUES)):
        return _given_values(head)
    return ""


def _given_values(head: bytes) -> str:
    names = [
        key.decode()
        for key, value in _ASSIGNMENT.findall(head)
        if not _STANDS_IN.fullmatch(value.decode(errors="replace").strip(" \t\r\"'"))
    ]
    telling = [name for name in names if _SECRET_NAME.search(name)]
    return f"it gives a value to {telling[0][:60]}" if telling else ""


def _is_sample(name: str) -> bool:
    return any(part in _SAMPLES for part in re.split(r"[._-]", name))


def _is_any(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _name(path: str) -> str:
    return path.rpartition("/")[2].lower()
