"""What runs, steers or hides is flagged, however it is spelled."""

import posixpath
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.model.review import Change, CheckoutBytes, Level
from swarm.model.risk import (
    LARGE,
    Facts,
    flags,
    folded,
    is_git_name,
    is_plain,
    leads_out,
    named,
)
from swarm.model.risk_rules import RULES

X0, X1, X2, X3, X4 = Level


def change(path: str, old_mode: int = 0, new_mode: int = 0o100644) -> Change:
    return Change(path, "added", old_mode, new_mode, "0" * 40, "1" * 40)


def levels(path: str) -> set[Level]:
    return {flag.level for flag in flags(change(path))}


MORE = {
    X0: """
        .hg/hgrc .jj/config .gitconfig.local .envrc.local mise.local.toml
        .config/mise/conf.d/a.toml .rvmrc .run/App.run.xml x.sublime-project
        .helix/languages.toml .lvimrc .vim/coc-settings.json .nlsp-settings/x.json
        .project .settings/x.prefs .factorypath app.iml nbproject/build-impl.xml
        .ycm_extra_conf.py
        .lazy.lua .dir-locals-2.el .vs/tasks.vs.json prog-gdb.py .bsp/sbt.json
        hie.yaml .Rprofile .replit .gitpod.yml .bashrc .zshenv .ssh/config
    """,
    X1: """
        tsconfig.json tsconfig.app.json tsconfig-base.json jsconfig.json manage.py
        build.ps1 x.psm1 run.bat go.cmd META-INF/services/javax.x config/config.exs
        plopfile.js _templates/x/y.js sqlc.yaml app.pro .release-it.json tslint.json
        cypress.json .markdownlint-cli2.jsonc cspell.json dprint.json .tflint.hcl
        .php_cs.dist codeception.yml phpcs.xml.dist .terraform.lock.hcl
        .ddev/config.yaml
        .lando.yml .kitchen.yml molecule/default/molecule.yml supervisord.conf
        a.just makefile.am CMakePresets.json x.m4 conanfile.py a.vcxproj
        Directory.Build.rsp global.json gradle.properties buildSrc/src/A.kt
        project/plugins.sbt deps.edn BUILD WORKSPACE MODULE.bazel tools/bazel
        rust-toolchain rust-toolchain.toml foundry.toml magefile.go .air.toml
        devbox.json .flox/env/manifest.toml Procfile.dev fabfile.py tasks.py
        docs/conf.py gunicorn.conf.py x.spec nx.json project.json turbo.json
        .moon/tasks.yml .storybook/main.js gatsby-node.js nodemon.json Guardfile
        Thorfile Brewfile Dangerfile rebar.config stack.yaml Setup.hs config.nims
        .arcconfig Earthfile docker-bake.hcl skaffold.yml pnpm-workspace.yaml .pnp.cjs
        gems.rb .bundle/config .env.local .flaskenv ipython_config.py
        jupyter_notebook_config.py requirements/dev.txt poetry.toml cpanfile .user.ini
        .iex.exs .ghci .ocamlinit startup.jl go.work vendor/modules.txt deno.lock
        libs.versions.toml flake.lock mix.lock .coveragerc .flake8 mypy.ini
        features/environment.py babel.config.json karma.conf.js jest.setup.js
        vitest.workspace.ts .rspec .rubocop.yml spec_helper.rb phpunit.xml
        .php-cs-fixer.dist.php .golangci.yml .lintr hooks/pre-commit
        .simple-git-hooks.json captainhook.json hk.pkl main.tf ansible.cfg cdk.json
        serverless.yml wrangler.jsonc firebase.json x.desktop desktop.ini x.lnk
        .huskyrc.js .commitlintrc.js .pryrc .pdbrc .stylelintrc.js .any-tool_rc.mjs
        .claude/commands/x.md .claude/agents/x.md .gemini/policies/x.toml
        .cursor/permissions.json .agents/skills/x/SKILL.md .openhands/setup.sh
        .github/copilot/settings.json mcp.toml .swarm/bring/mcp.toml conductor.json
        node_modules/.bin/eslint .venv/bin/activate lib/site-packages/x.py
        app/__pycache__/settings.cpython-311.pyc json.so addon.node tools/lint.jar
    """,
    X2: """
        .cirrus.yml .semaphore/x.yml .tekton/x.yaml .drone.star .zuul.yaml .zuul.d/x
        dagger.json .mergify.yml .github/dependabot.yaml bamboo-specs/bamboo.yml
    """,
    X3: """
        WARP.md .warp/x codex.md .coderabbit.yaml
    """,
}
"""By level: what other tools run, and where programs are installed."""
TABLE = [
    (".gitmodules", X0),
    ("sub/.gitattributes", X0),
    (".envrc", X0),
    (".vscode/tasks.json", X0),
    (".idea/workspace.xml", X0),
    ("a/.devcontainer/devcontainer.json", X0),
    ("x.code-workspace", X0),
    (".mise.toml", X0),
    (".git/config", X0),
    ("sub/.GIT/hooks/x", X0),
    ("package.json", X1),
    ("web/package.json", X1),
    ("Makefile", X1),
    ("justfile", X1),
    ("Taskfile.yml", X1),
    ("tests/conftest.py", X1),
    ("setup.py", X1),
    ("pyproject.toml", X1),
    ("build.rs", X1),
    (".cargo/config.toml", X1),
    (".npmrc", X1),
    (".yarnrc.yml", X1),
    (".husky/pre-commit", X1),
    ("lefthook.yml", X1),
    (".pre-commit-config.yaml", X1),
    ("Dockerfile", X1),
    ("Dockerfile.dev", X1),
    ("compose.yaml", X1),
    ("docker-compose.override.yml", X1),
    ("app/build.gradle", X1),
    ("package-lock.json", X1),
    ("vite.config.ts", X1),
    (".claude/settings.json", X1),
    (".mcp.json", X1),
    (".github/workflows/ci.yml", X2),
    (".gitlab-ci.yml", X2),
    ("action.yml", X2),
    ("Jenkinsfile", X2),
    ("AGENTS.md", X3),
    ("docs/CLAUDE.md", X3),
    (".claude/commands/x.md", X3),
    (".cursor/rules", X3),
    (".codex/config.toml", X1),
    (".gemini/settings.json", X1),
    (".qwen/settings.json", X1),
    (".github/hooks/pre.json", X1),
    (".crushrc", X1),
    ("crushrc", X1),
    ("opencode.json", X1),
    (".opencode/plugin/x.js", X1),
    (".cursor/hooks.json", X1),
    (".cursor/mcp.json", X1),
    (".clinerules/hooks/PreToolUse", X1),
    (".claude/settings.local.json", X1),
    (".claude/hooks/run.sh", X1),
    (".kiro/hooks/x.json", X1),
    (".aider.conf.yml", X1),
    (".clinerules", X3),
    ("CODEOWNERS", X3),
    ("swarm.toml", X3),
    *((path, level) for level, text in MORE.items() for path in text.split()),
]


@pytest.mark.parametrize(("path", "level"), TABLE)
def test_a_path_has_its_class(path: str, level: Level) -> None:
    """At any depth."""
    assert level in levels(path)
    assert level in levels(f"deep/er/{path}")


@given(st.sampled_from(TABLE), st.data())
def test_spelling_changes_nothing(row: tuple[str, Level], data: st.DataObject) -> None:
    """Letter case, trailing dots and characters that some file systems ignore."""
    path, level = row
    flips = data.draw(st.lists(st.booleans(), min_size=len(path), max_size=len(path)))
    cased = "".join(
        each.upper() if flip else each.lower()
        for each, flip in zip(path, flips, strict=True)
    )
    where = data.draw(st.integers(0, len(cased)))
    hidden = data.draw(st.sampled_from(["", "\u200b", "\u200c", "\ufeff"]))
    tail = data.draw(st.sampled_from(["", ".", " ", "::$DATA"]))

    assert level in levels(cased[:where] + hidden + cased[where:] + tail)


@pytest.mark.parametrize(
    "path",
    [
        *("src/main.py", "README.md", "docs/makefiles.txt", "src/hooks/use.ts"),
        *("src/builder.py", "lib/workspaces.ts", "arc.js", "src.ts", ".gitignore"),
        *(".nvmrc", ".python-version", ".node-version", "src/manager.py", "a.psd"),
        *("src/tsconfig.ts", "app/project.py", "settings/x.py", "x.html", "pro.md"),
        *("docs/rust-toolchains.md", "x.spec.ts", "environment.py", "conf.py"),
    ],
)
def test_ordinary_files_have_no_flags(path: str) -> None:
    """Or nobody would look at them any more."""
    assert flags(change(path)) == ()


def test_modes_count() -> None:
    """Becoming executable, a submodule, a symlink that nobody could read."""
    executable = flags(change("run", 0o100644, 0o100755))
    assert [flag.level for flag in executable] == [X1]
    assert flags(change("run", 0o100755, 0o100755)) == ()
    assert flags(change("sub", 0o160000, 0o160000))[0].level is X0
    assert flags(change("sub", 0o160000, 0))[0].level is X0
    assert flags(change("link", 0, 0o120000))[0].level is X0


@pytest.mark.parametrize(
    ("path", "target", "out"),
    [
        ("x", "y", False),
        ("a/x", "../y", False),
        ("a/b/x", "../../y/z", False),
        ("x", "../y", True),
        ("a/x", "../../y", True),
        ("x", "/etc/passwd", True),
        ("x", "~/y", True),
        ("x", "C:\\y", True),
        ("x", "\\\\host\\y", True),
        ("x", "a/../y", True),
        ("x", "", True),
        ("a/x", "./../y", False),
        ("a/x", "..\\..\\y", True),
    ],
)
def test_a_symlink_that_leads_out_is_seen(path: str, target: str, out: bool) -> None:
    """Also where only a name in between, a symlink itself, would lead it out."""
    assert leads_out(path, target) is out
    link = flags(change(path, 0, 0o120000), Facts(link=target))
    assert link[0].level is (X0 if out else X4)


@pytest.mark.parametrize("target", [".git/config", ".GIT", "git~1/hooks"])
def test_a_symlink_into_git_is_seen(target: str) -> None:
    """Writing through it would write the repository's settings."""
    link = flags(change("x", 0, 0o120000), Facts(link=target))

    assert link[0].level is X0


PARTS = st.lists(st.sampled_from(["a", "b", "..", ".", ""]), min_size=1, max_size=6)


@given(st.lists(st.sampled_from("ab"), max_size=3), PARTS)
def test_no_symlink_that_is_called_safe_resolves_outside(
    parents: list[str], target: list[str]
) -> None:
    """Against the real file system, for links between real directories."""
    path, leads = "/".join([*parents, "x"]), "/".join(target)
    if leads_out(path, leads):
        return
    with tempfile.TemporaryDirectory() as top:
        root = Path(top).resolve()
        resolved = posixpath.normpath(root / posixpath.dirname(path) / leads)

        assert Path(resolved).is_relative_to(root)


def test_settings_of_the_user_are_flagged() -> None:
    """Their hooks directory, and what else they named."""
    facts = Facts(x0=("tools/hooks",), x1=("scripts/",))

    assert flags(change("tools/hooks/pre-commit"), facts)[0].level is X0
    assert flags(change("TOOLS/Hooks/x"), facts)[0].level is X0
    assert flags(change("scripts/run"), facts)[0].level is X1
    assert flags(change("other/tools/hooks/x"), facts) == ()
    assert flags(change("any"), Facts(x0=(".",)))[0].level is X0


@pytest.mark.parametrize("path", ["a\x1b[31m", "a\u202eb", "a\nb", "a\udcff"])
def test_names_that_cannot_be_shown_are_flagged(path: str) -> None:
    """They are shown escaped, and that is said."""
    assert X4 in levels(path)


def test_size_and_bytes_are_flagged() -> None:
    """Nobody reviews these by eye."""
    assert flags(change("x"), Facts(size=LARGE)) == ()
    assert flags(change("x"), Facts(size=LARGE + 1))[0].level is X4


def test_a_renamed_file_is_flagged_by_both_names() -> None:
    """A workflow that is moved away has changed what CI does."""
    moved = Change(
        "docs/ci.yml", "renamed", 0, 0, "", "", old_path=".github/workflows/ci.yml"
    )

    assert flags(moved)[0].level is X2
    assert moved.gating is False, "a change knows only the flags it was given"


@given(st.text(max_size=60))
def test_any_path_is_judged(path: str) -> None:
    """No name makes the judge fail, and folding settles."""
    found = flags(change(path))

    assert list(found) == sorted(found, key=lambda flag: flag.level)
    assert folded(folded(path)) == folded(path) or "~" in path or ":" in path


def test_every_rule_is_folded() -> None:
    """A rule in capitals would match nothing."""
    for _, _, patterns in RULES:
        for pattern in patterns:
            assert pattern == pattern.lower()


@pytest.mark.parametrize(
    "name", [".git", ".GIT", "git~1", ".git.", ".git::$X", "x\\.git"]
)
def test_names_of_git(name: str) -> None:
    """As HFS+, NTFS and a careless Windows read them."""
    assert is_git_name(name)
    assert not is_git_name(".github")


CHECKOUTS = {
    CheckoutBytes("1", ("working-tree-encoding=UTF-7",)): (
        "X1",
        "a checkout writes other bytes than the repository holds "
        "(working-tree-encoding=UTF-7)",
    ),
    CheckoutBytes("1", ("ident",), plain=True): None,
    CheckoutBytes(others=("a\n", "b", "c", "d")): (
        "X1",
        "its rules change what a checkout writes of files that did not change: "
        "a⏎, b, c and 1 more",
    ),
    CheckoutBytes(unknown="no time"): (
        "X1",
        "what a checkout writes is not known: no time",
    ),
    CheckoutBytes("1", ("eol=crlf",), plain=True, program="lfs"): (
        "X4",
        "your smudge program lfs would change these bytes at a checkout; shown is "
        "the blob",
    ),
}


@pytest.mark.parametrize("checkout", CHECKOUTS)
def test_the_bytes_of_a_checkout_are_judged(checkout: CheckoutBytes) -> None:
    """Line ends and `$Id$` alone are no reason to look twice."""
    one = Change("a", "added", 0, 0o100644, "0", "2", checkout=checkout)

    found = [(flag.level.value, flag.reason) for flag in flags(one)]

    assert found == ([CHECKOUTS[checkout]] if CHECKOUTS[checkout] else [])


def test_a_script_that_only_a_checkout_shows_is_a_program() -> None:
    """What begins with `#!` there runs there."""
    checkout = CheckoutBytes("1", ("x",), script=True, binary=True)
    one = Change("a", "added", 0, 0o100644, "0", "2", checkout=checkout)

    assert [flag.level.value for flag in flags(one)] == ["X1", "X1", "X4"]


PLAIN_OR_NOT = st.one_of(
    st.text(max_size=12),
    st.sampled_from([name for _, _, names in RULES for name in names]).flatmap(
        lambda name: st.builds(
            lambda part, upper: (
                (name.upper() if upper else name).replace("*", part).rpartition("/")[2]
            ),
            st.text("ab.-xtsj", max_size=4),
            st.booleans(),
        )
    ),
    st.sampled_from(["git~1", "GIT", "makefile.", "makefile ", "Ma\u212aefile", "a:b"]),
)


@given(PLAIN_OR_NOT, st.sampled_from(["", "src/", "a/b/"]))
def test_a_plain_name_earns_no_flag_in_any_folder(name: str, folder: str) -> None:
    assert not is_plain(name) or named(folder + name, Facts()) is None


@pytest.mark.parametrize("name", ["a.py", "README.md", "main.rs", "index.js", "f_1-2"])
def test_most_names_are_plain(name: str) -> None:
    assert is_plain(name)
