"""How projects of compiled languages, and Ruby's, are installed and tested."""

import pytest

from swarm.config.detection import compiled
from swarm.config.detection.commands import Look
from tests.config.detection.trees import tree


@pytest.mark.parametrize(
    ("look", "files", "setup", "test"),
    [
        (compiled.go, {"go.mod": ""}, "go mod download", "go test ./..."),
        (compiled.rust, {"Cargo.toml": "", "Cargo.lock": ""},
         "cargo fetch --locked", "cargo test"),
        (compiled.rust, {"Cargo.toml": "[workspace]\nmembers=[]"},
         "cargo fetch", "cargo test --workspace"),
        (compiled.java, {"pom.xml": ""},
         "mvn -B -ntp -DskipTests package", "mvn -B -ntp test"),
        (compiled.java, {"build.gradle.kts": "", "gradlew": ""},
         "sh ./gradlew --no-daemon testClasses", "sh ./gradlew --no-daemon test"),
        (compiled.ruby, {"Gemfile": "gem 'pg'", "spec/a_spec.rb": ""},
         "bundle config set --global path ~/.gems && bundle install",
         "bundle exec rspec"),
        (compiled.java, {"settings.gradle": "include 'app'", "gradlew": ""},
         "sh ./gradlew --no-daemon testClasses", "sh ./gradlew --no-daemon test"),
        (compiled.ruby, {"Gemfile": "", "bin/rails": "", "test/a_test.rb": ""},
         "bundle config set --global path ~/.gems && bundle install",
         "bin/rails db:test:prepare test"),
        (compiled.ruby, {"Gemfile": "", "Rakefile": ""},
         "bundle config set --global path ~/.gems && bundle install",
         "bundle exec rake test"),
    ],
)  # fmt: skip
def test_its_commands(look: Look, files: dict[str, str], setup: str, test: str) -> None:
    found = look(tree(files), "")

    assert found
    assert (found.setup, found.test) == ((setup,), test)
    assert look(tree({}), "") is None


@pytest.mark.parametrize("file", ["CMakeLists.txt", "meson.build", "configure.ac",
                                  "configure"])  # fmt: skip
def test_c_is_built_outside_the_worktree(file: str) -> None:
    found = compiled.c(tree({file: "", "Makefile.in": ""}), "")

    assert found
    assert "~/build" in found.test


def test_libraries_of_gems_and_crates() -> None:
    gems = compiled.ruby(tree({"Gemfile": "gem 'pg'\ngem \"x\""}), "")
    crates = compiled.rust(tree({"Cargo.toml": "[dependencies]\nopenssl = '1'"}), "")

    assert gems
    assert crates
    assert gems.packages == {"libpq-dev": "pg in Gemfile"}
    assert crates.packages == {"libssl-dev": "openssl in Cargo.toml"}


def test_a_lock_file_tells_of_crates_that_others_need() -> None:
    lock = '[[package]]\nname = "openssl-sys"\nversion = "1"\n'
    found = compiled.rust(tree({"Cargo.toml": "", "Cargo.lock": lock}), "")

    assert found
    assert found.packages == {"libssl-dev": "openssl-sys in Cargo.lock"}


def test_what_is_vendored_is_not_fetched() -> None:
    found = compiled.go(tree({"go.mod": "", "vendor/modules.txt": ""}), "")

    assert found
    assert (found.setup, found.test) == ((), "go test ./...")


def test_a_build_of_python_s_is_not_c_s_too() -> None:
    body = "[build-system]\nrequires = ['meson-python']\n"

    assert compiled.c(tree({"meson.build": "", "pyproject.toml": body}), "") is None


@pytest.mark.parametrize(
    ("files", "words"), [({"gradlew": ""}, "gradle-wrapper"), ({}, "`gradle wrapper`")]
)
def test_where_gradle_comes_from_is_said(files: dict[str, str], words: str) -> None:
    looked = tree({"build.gradle": "", **files})
    compiled.java(looked, "")

    assert words in looked.notes[0]


def test_make() -> None:
    found = compiled.make_target(tree({"Makefile": "all:\ncheck: all\n"}))

    assert found == ("make check", "Makefile")
    assert compiled.make_target(tree({"Makefile": "test := 1\n"})) is None
    assert compiled.c(tree({"Makefile": ""}), "") is None
