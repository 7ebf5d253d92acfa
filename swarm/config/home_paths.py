"""Paths in the user's home, as a person may name them for boxes; never a key's place.

Neither list is complete, so the content of a file is looked at as well.
"""

import re
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from swarm.config.tree_paths import once_each

_PART = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9._+-]{1,100}")
_MOST = 100
_MOST_PARTS = 12
NEVER = (
    # Keys and passwords of programs that many have.
    ".ssh", ".gnupg", ".pki", ".putty", ".password-store", ".netrc", "_netrc",
    ".authinfo*", ".git-credentials", ".config/git/credentials", ".pgpass",
    ".mylogin.cnf", ".vault-token", ".age", ".config/sops", ".config/age",
    ".local/share/keyrings", ".local/share/kwalletd", ".config/op",
    ".config/rbw", ".config/bitwarden*", ".config/1password*", ".config/keybase",
    # Clouds, clusters, registries of images.
    ".aws", ".azure", ".oci", ".kube", ".docker", ".config/containers/auth.json",
    ".config/gcloud", ".config/doctl", ".config/hcloud", ".config/rclone",
    ".config/fly", ".fly", ".boto", ".s3cfg", ".databrickscfg", ".terraformrc",
    ".terraform.d", ".pulumi", ".snowflake", ".snowsql", ".ansible/vault*",
    ".config/openstack", ".config/linode-cli", ".config/scw", ".config/heroku",
    ".config/stripe", ".config/ngrok", ".ngrok2", ".cloudflared", ".wrangler",
    ".config/.wrangler", ".config/vercel", ".railway", ".config/configstore", ".tsh",
    ".step", ".minikube", ".config/helm", ".config/argocd", ".argocd", ".mc", ".dbt",
    # Forges and package registries.
    ".config/gh", ".config/glab-cli", ".config/hub", ".config/tea", ".netlify",
    ".pypirc", ".npmrc", ".yarnrc.yml", ".cargo/credentials*", ".m2/settings*.xml",
    ".gradle/gradle.properties", ".gem/credentials", ".composer/auth.json",
    ".config/composer/auth.json", ".nuget/nuget", ".config/pypoetry/auth.toml",
    ".local/share/uv/credentials", ".config/pip", ".pip", ".bundle/config", ".kaggle",
    ".cache/huggingface", ".huggingface",
    ".sbt/.credentials", ".ivy2/.credentials", ".config/nuget", ".lein/credentials*",
    ".hex", ".condarc", ".subversion/auth", ".config/yarn", ".bunfig.toml",
    # Mail, chats, purses of coins, remote screens.
    ".msmtprc", ".config/msmtp", ".fetchmailrc", ".muttrc", ".mutt", ".config/mutt",
    ".mbsyncrc", ".offlineimaprc", ".purple", ".config/discord", ".config/slack",
    ".config/signal", ".electrum", ".bitcoin", ".ethereum", ".config/solana", ".vnc",
    ".config/remmina", ".local/share/remmina", ".config/filezilla", ".smbcredentials",
    ".lpass", ".config/lpass",
    # What agents and browsers keep logins in, and what was typed.
    ".claude*", ".codex", ".gemini", ".qwen", ".copilot", ".config/github-copilot",
    ".local/share/opencode", ".config/opencode", ".config/goose",
    ".local/share/goose", ".aider*", ".config/amp", ".local/share/amp", ".augment",
    ".cline", ".config/crush", ".local/share/crush", ".cursor", ".factory",
    ".config/kilo", ".local/share/kilo", ".kimi*", ".config/mini-swe-agent",
    ".openhands", ".pi", ".vibe", ".mozilla", ".thunderbird",
    ".config/google-chrome*", ".config/chromium", ".config/microsoft-edge*",
    ".config/bravesoftware", ".config/vivaldi", ".config/opera",
    ".config/fish/fish_variables", ".local/share/nvim", ".local/state/nvim",
    ".config/nushell/history*", ".*_history", ".*history",
    ".viminfo", ".lesshst", ".bash_sessions", ".local/share/fish", ".zsh_sessions",
    ".config/atuin", ".local/share/atuin",
    # Swarm's own: the policy names secrets, the state holds tokens.
    ".config/swarm", ".local/state/swarm",
)  # fmt: skip
"""What no box gets, by its path in the home and whatever is in it."""


def home() -> Path:
    """The user's home; one that is not there for a uid without an entry and no HOME."""
    try:
        return Path.home()
    except RuntimeError:
        return Path("/nonexistent")


def is_plain(path: str) -> bool:
    """True for a relative path that a shell, a mount and a screen take as it is."""
    parts = path.split("/")
    return len(parts) <= _MOST_PARTS and all(map(_PART.fullmatch, parts))


def never(path: str) -> str:
    """The place of keys that the path is, or is in; empty if it is in none."""
    parts = path.lower().split("/")
    for depth in range(1, len(parts) + 1):
        head = "/".join(parts[:depth])
        if any(fnmatchcase(head, pattern) for pattern in NEVER):
            return "/".join(path.split("/")[:depth])
    return ""


def _dotfile(value: str) -> str:
    path = value.removeprefix("~/").rstrip("/")
    if not path.startswith(".") or not is_plain(path):
        raise ValueError(
            'a file or folder of your home that begins with a dot, such as ".vimrc"'
        )
    if place := never(path):
        raise ValueError(f"{place} is where keys or logins are kept: no box gets it")
    return path


Dotfiles = Annotated[
    tuple[Annotated[str, AfterValidator(_dotfile)], ...],
    Field(max_length=_MOST),
    AfterValidator(once_each),
]
