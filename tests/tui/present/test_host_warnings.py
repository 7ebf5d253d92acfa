"""What a card warns of, by the host's name alone."""

import pytest

from swarm.policy.rules import Rule
from swarm.tui.present import host_warnings

RULES = (
    Rule("allow", "api.stripe.com"),
    Rule("allow", "*.microsoft.com"),
    Rule("deny", "tracker.example"),
    Rule("allow", "abc.example"),
)


@pytest.mark.parametrize(
    ("host", "like"),
    [
        ("hooks.stripe-cdn.dev", "api.stripe.com"),
        ("api.str1pe.com", "api.stripe.com"),
        ("api.stirpe.com", "api.stripe.com"),
        ("stripes.io", "api.stripe.com"),
        ("stipe.com", "api.stripe.com"),
        ("stripe.evil.test", "api.stripe.com"),
        ("rnicrosoft.com", "*.microsoft.com"),
        ("files.stripe.com", ""),
        ("striking.com", ""),
        ("tracker.test", ""),
        ("abc.test", ""),
    ],
)
def test_a_name_that_could_be_taken_for_an_allowed_one(host: str, like: str) -> None:
    """Of another owner; what is denied, or too short, is nobody's brand."""
    assert host_warnings.look_alike(host, RULES) == like


@pytest.mark.parametrize(
    ("host", "is_drop"),
    [
        ("gist.github.com", True),
        ("you.github.io", True),
        ("bucket.s3.amazonaws.com", True),
        ("api.telegram.org", True),
        ("github.com", False),
        ("nottelegram.org", False),
    ],
)
def test_where_strangers_read_what_is_sent(host: str, is_drop: bool) -> None:
    assert host_warnings.is_public_place(host) is is_drop


def test_an_international_name_is_shown_in_both_forms() -> None:
    """The letters by number, so that the eye is not all there is."""
    (flag,) = host_warnings.flags("xn--pypal-4ve.example", False, ())

    assert "pаypal" in flag  # its second letter is Cyrillic
    assert "U+0430" in flag


def test_a_long_name_can_be_data_on_its_way_out() -> None:
    (flag,) = host_warnings.flags(f"{'a' * 50}.example", False, ())

    assert "data on its way out" in flag


def test_a_harmless_host_has_no_flags() -> None:
    assert host_warnings.flags("docs.example", False, RULES) == []
