"""A wildcard over a public suffix is refused or warned of; an owner is one of many."""

import subprocess
import sys

import pytest

from swarm.config import policy_files, public_suffixes
from swarm.errors import ConfigError
from swarm.policy import hosts

COMPANIES = (
    "duckdns.org", "trycloudflare.com", "ngrok.dev", "readthedocs.io", "github.io",
    "s3.amazonaws.com", "herokuapp.com", "workers.dev",
)  # fmt: skip
REGISTRIES = ("ne.jp", "ltd.uk", "co.uk", "com.au", "kawasaki.jp")


def policy(host: str, kind: str = "allow") -> str:
    return f'version = 1\n\n[[{kind}]]\nhost = "{host}"\n'


@pytest.mark.parametrize("suffix", COMPANIES)
def test_a_wildcard_where_anybody_can_have_a_name_is_warned_of(suffix: str) -> None:
    """Once, with its place."""
    layer = policy_files.parsed(policy(f"*.{suffix}"), "p", "user")

    assert layer.warnings == (f"p:3: *.{suffix}: anybody can have a name there",)


@pytest.mark.parametrize("suffix", REGISTRIES)
def test_a_wildcard_over_a_whole_registry_is_refused(suffix: str) -> None:
    """It is as wide as `*.com`."""
    with pytest.raises(ConfigError, match=r"p:[34]: allow\.host: .*top-level domain"):
        policy_files.parsed(policy(f"*.{suffix}"), "p", "user")


@pytest.mark.parametrize("host", ["you.duckdns.org", "*.you.duckdns.org", "*.a.co.uk"])
def test_what_one_owner_has_is_no_wildcard_over_many(host: str) -> None:
    layer = policy_files.parsed(policy(host), "p", "user")

    assert [rule.host for rule in layer.rules] == [host]
    assert layer.warnings == ()


def test_a_deny_may_be_as_wide_as_it_likes() -> None:
    layer = policy_files.parsed(policy("*.duckdns.org", "deny"), "p", "user")

    assert layer.warnings == ()


def test_a_service_of_the_user_s_own_is_looked_at_too() -> None:
    text = 'version = 1\n[service.own]\n[[service.own.allow]]\nhost = "*.ltd.uk"\n'

    with pytest.raises(ConfigError, match="top-level domain"):
        policy_files.parsed(text, "p", "user")


@pytest.mark.parametrize(
    ("name", "owner"),
    [
        ("a.b.example.com", "example.com"),
        ("x.you.duckdns.org", "you.duckdns.org"),
        ("you.github.io", "you.github.io"),
        ("a.you.ne.jp", "you.ne.jp"),
        ("a.shop.ltd.uk", "shop.ltd.uk"),
        ("x.bucket.s3.amazonaws.com", "bucket.s3.amazonaws.com"),
        ("docs.project.readthedocs.io", "project.readthedocs.io"),
        ("com", "com"),
        ("a.b.test", "b.test"),
    ],
)
def test_strangers_below_one_suffix_are_two_owners(name: str, owner: str) -> None:
    assert public_suffixes.owner(name) == owner


@pytest.mark.parametrize("suffix", hosts.SHARED.split())
def test_the_gate_s_floor_counts_as_well(suffix: str) -> None:
    assert public_suffixes.shared_suffix(f"you.{suffix}").endswith(suffix)


def test_the_list_is_loaded_when_it_is_needed() -> None:
    """It takes 85 ms: not for a listing, and not for a policy without wildcards."""
    code = (
        "import sys; from swarm.config import policy_files; import swarm.tui.app; "
        'policy_files.parsed(\'version = 1\\n[[allow]]\\nhost = "a.test"\', "p", "u"); '
        "print('publicsuffixlist' in sys.modules)"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "False"
