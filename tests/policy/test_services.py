"""Services: names for rules, shipped ones and a human's own."""

import pytest

from swarm.policy import explain, hosts, services
from swarm.policy.decide import Attempt, PolicyEvaluator
from swarm.policy.layers import resolve
from swarm.policy.policy_parser import Service, parse
from swarm.policy.reasons import Reason
from swarm.policy.rules import Policy
from swarm.policy.services import expand
from swarm.policy.toml_table import BadPolicy

OWN = """\
version = 1
services = ["mirror"]

[service.mirror]
summary = "the company's"

[[service.mirror.allow]]
host = "mirror.example.com"
methods = ["GET"]

[[service.mirror.deny]]
host = "telemetry.example.com"
"""


def test_a_human_s_own_service_is_in_force_where_it_is_switched_on() -> None:
    """Each rule says where it was written, and who switched it on."""
    found = resolve([parse(OWN, "p.toml")], {})

    assert [(rule.id, rule.origin) for rule in found.policy.rules] == [
        ("allow mirror.example.com", "p.toml:7 (service mirror, p.toml:2)"),
        ("deny telemetry.example.com", "p.toml:11 (service mirror, p.toml:2)"),
    ]
    assert found.policy.rules[0].methods == ("GET",)


def test_defined_is_not_switched_on() -> None:
    found = resolve([parse(OWN.replace('services = ["mirror"]', ""), "p.toml")], {})

    assert found.policy.rules == ()


def test_another_layer_may_switch_it_on() -> None:
    """The user defines, a project uses; a repository can only ask."""
    user = parse(OWN.replace('services = ["mirror"]', ""), "user.toml")
    asks = parse('version = 1\nservices = ["mirror"]', "repo.toml", "repo")
    uses = parse('version = 1\nservices = ["mirror"]', "project.toml", "project")

    asked, used = resolve([user, asks], {}), resolve([user, uses], {})

    assert (asked.policy.rules, len(asked.requested_services)) == ((), 1)
    assert len(used.policy.rules) == 2


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[service.claude]\n[[service.claude.allow]]\nhost='a.b'", "p:3: service.cla"),
        ("[service.x]\nsummary = 'y'", "p:2: service.x: needs an allow"),
        ("[service.x]\n[[service.x.allow]]\nhots='a.b'", "p:4: service.x.allow.hots"),
        ("[service.x]\n[[service.x.tcp]]\nhost='a.b'", "service.x.tcp: unknown key"),
        ("[service.X]\n[[service.X.allow]]\nhost='a.b'", "p:2: service.X"),
        ("[service]\nx = 3", "service.x"),
        ("services = ['x']", "p:2: services: no 'x'"),
    ],
)
def test_a_mistake_is_named_with_its_place(text: str, place: str) -> None:
    with pytest.raises(BadPolicy) as refused:
        resolve([parse(f"version = 1\n{text}", "p")], {})

    assert place in str(refused.value)


def test_a_repository_defines_none() -> None:
    """It could give a known name another meaning."""
    with pytest.raises(BadPolicy, match="a repository defines no service"):
        parse(OWN, "repo", "repo")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("openai", "is it codex?"),
        ("anthropic", "is it claude?"),
        ("githb", "is it github?"),
        ("nobody", "there are mine, alpine, "),
        ("min", "is it mine?"),
    ],
)
def test_an_unknown_name_is_told_with_what_may_have_been_meant(
    name: str, words: str
) -> None:
    assert services.other(name, ["mine"]).startswith(words)


@pytest.mark.parametrize("name", sorted(services.catalogue()))
def test_every_shipped_service_expands(name: str) -> None:
    """To rules that can be told apart, with a word on what it is for."""
    body = services.catalogue()[name]
    tool = dict.fromkeys(services.tools(body), ("packages.example:443",))
    options = {"repos": ["o/r"]} if "git" in body else {}

    rules = expand(Service(name, options, "p:1"), tool)

    assert body["summary"]
    assert len(set(rules)) == len(rules) > 0
    assert {rule.layer for rule in rules} == {"service"}


def test_services_become_rules_that_know_where_they_come_from() -> None:
    """GitHub read-only: fetching of that repository, and no pushing."""
    user = parse(
        'version = 1\nservices = ["pypi", { name = "github", repos = ["o/r"] }]', "p"
    )

    policy = resolve([user], {"pip": ("index.example:443",)}).policy

    assert policy.rules[0].origin == "service pypi (p:2)"
    assert policy.rules[0].methods == ("GET", "HEAD")
    paths = [path for rule in policy.rules for path in rule.paths]
    assert "/o/r/git-upload-pack" in paths
    assert not any("receive" in path for path in paths)


@pytest.mark.parametrize(
    ("services", "reason"),
    [
        ('["nobody"]', "there are"),
        ('[{ name = "npm", repos = ["o/r"] }]', "unknown key"),
        ('[{ name = "github" }]', "repos"),
        ('[{ name = "github", repos = ["../x"] }]', "repos"),
        ('[{ name = "claude", repos = ["o/r"] }]', "unknown key"),
    ],
)
def test_a_service_that_is_not_known_or_not_narrowed(
    services: str, reason: str
) -> None:
    """Refused, never guessed."""
    layer = parse(f"version = 1\nservices = {services}", "p")

    with pytest.raises(BadPolicy, match=reason):
        resolve([layer], {})


def test_known_traffic_names_registries_forges_and_tool_chains() -> None:
    """Denied, they are read; nothing about them is allowed by that."""
    policy = services.with_known_traffic(Policy(), {"npm": ("mirror.example:8443",)})

    assert policy.rules == ()
    assert {"mirror.example:8443", "github.com:443", "nodejs.org:443"} <= set(
        policy.read_denied
    )
    assert not any("*" in place for place in policy.read_denied)


@pytest.mark.parametrize(
    ("method", "path", "quiet"),
    [
        ("POST", "/-/npm/v1/security/advisories/bulk", True),
        ("POST", "/-/npm/v1/security/audits/quick", True),
        ("POST", "/group/npm/-/npm/v1/security/audits", True),
        ("PUT", "/left-pad", False),
        ("POST", "/left-pad", False),
        ("POST", "/-/npm/v1/tokens", False),
        ("DELETE", "/-/npm/v1/security/audits", False),
    ],
)
def test_a_registry_tool_s_own_audit_is_quiet_wherever_the_registry_is(
    method: str, path: str, quiet: bool
) -> None:
    """By its path, at the registry's own port; what a person wants to see is not."""
    registries = {"npm": ("mirror.example:8443",)}
    resolved = resolve([parse('version = 1\nservices = ["npm"]', "p")], registries)
    evaluator = PolicyEvaluator(
        services.with_known_traffic(resolved.policy, registries)
    )

    verdict = evaluator.decide(
        explain.attempt("mirror.example", 8443, method, path), 0.0
    )

    assert verdict.denial is Reason.METHOD_OR_PATH
    assert bool(verdict.rule and verdict.rule.quiet) is quiet


def test_a_quiet_request_passes_if_a_person_allows_it() -> None:
    """The list of quiet requests decides on the row, never on the request."""
    registries = {"npm": ("mirror.example:443",)}
    audit = '[[allow]]\nhost="mirror.example"\nmethods=["POST"]\npaths=["/-/**"]'
    policy = resolve([parse(f"version = 1\n{audit}", "p")], registries).policy
    evaluator = PolicyEvaluator(services.with_known_traffic(policy, registries))

    path = "/-/npm/v1/security/advisories/bulk"

    assert evaluator.decide(
        explain.attempt("mirror.example", 443, "POST", path), 0.0
    ).allow


def test_a_service_stands_for_the_registries_of_all_its_tools() -> None:
    registries = {
        "pip": ("pip.example:443",),
        "uv": ("uv.example:8443", "pip.example:443"),
    }

    rules = expand(Service("pypi", origin="p:1"), registries)

    assert [rule.id for rule in rules] == [
        "allow pip.example", "allow uv.example:8443",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["crates", "go", "rubygems", "nuget", "packagist"])
def test_a_registry_that_is_not_known_is_told_with_the_way_out(name: str) -> None:
    """A file that names it stays in force: the tool may be on another machine."""
    layer = parse(f'version = 1\n\nservices = ["{name}"]', "p")

    resolved = resolve([layer], {})

    (warning,) = resolved.warnings
    assert warning.startswith(f"p:3: services: {name}: where ")
    assert "is not known on this machine" in warning
    assert "with [[allow]]" in warning
    assert not resolved.policy.rules
    assert name not in services.available({})


def test_a_registry_that_the_user_chose_may_lie_in_the_user_s_own_network() -> None:
    registries = {
        "npm": ("npm.corp.example:443", "[fd00::7]:4873", "public.example:443")
    }
    chosen = {"npm.corp.example:443": "~/.npmrc: registry", "[fd00::7]:4873": ""}
    user = parse('version = 1\nservices = ["npm"]', "p")

    policy = resolve([user], registries, chosen=chosen).policy

    assert [(rule.host, rule.allow_private) for rule in policy.rules] == [
        ("npm.corp.example", True), ("[fd00::7]", True), ("public.example", False),
    ]  # fmt: skip
    assert policy.rules[0].origin == "service npm (p:2, ~/.npmrc: registry)"
    evaluator = PolicyEvaluator(policy)
    for text, address, reason in (
        ("npm.corp.example", "10.0.0.7", None),
        ("npm.corp.example", "169.254.169.254", Reason.ADDRESS_NOT_PUBLIC),
        ("public.example", "10.0.0.7", Reason.ADDRESS_NOT_PUBLIC),
    ):
        verdict = evaluator.decide(Attempt(hosts.parse(text), 443), 0)
        assert evaluator.vet(address, verdict) is reason
    assert evaluator.decide(Attempt(hosts.parse("[fd00::7]"), 4873), 0).allow


def test_a_repository_s_service_opens_nothing_private() -> None:
    repo = parse('version = 1\nservices = ["npm"]', "r", "repo")

    policy = resolve([repo], {"npm": ("a.example:443",)}, chosen={"a.example:443": ""})

    assert not policy.policy.rules


@pytest.mark.parametrize(
    ("host", "port", "is_quiet"),
    [
        ("clients2.google.com", 80, True),
        ("update.googleapis.com", 443, True),
        ("redirector.gvt1.com", 443, True),
        ("edgedl.me.gvt1.com", 80, True),
        ("optimizationguide-pa.googleapis.com", 443, True),
        ("mtalk.google.com", 5228, True),
        ("firefox.settings.services.mozilla.com", 443, True),
        ("detectportal.firefox.com", 80, True),
        ("storage.googleapis.com", 443, False),
        ("accounts.google.com", 443, False),
        ("addons.mozilla.org", 443, False),
    ],
)
def test_what_a_browser_calls_by_itself_is_quiet(
    host: str, port: int, is_quiet: bool
) -> None:
    """Denied all the same; what an agent could want of the vendor has its row."""
    policy = services.with_known_traffic(Policy(), {})

    verdict = PolicyEvaluator(policy).decide(explain.attempt(host, port), 0.0)

    assert not verdict.allow
    assert bool(verdict.rule and verdict.rule.quiet) is is_quiet
