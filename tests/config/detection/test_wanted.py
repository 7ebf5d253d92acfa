"""Which files of a repository are read, and up to which size."""

from swarm.config.detection.wanted import most_bytes, names


def test_manifests_of_the_first_folders_are_wanted_and_no_other_s() -> None:
    files = [
        "package.json", "README.md", "web/package.json", "web/src/a.ts",
        "node_modules/x/package.json", "tests/fixtures/pyproject.toml",
        "a/b/c/package.json", "odd name/package.json", "requirements-dev.txt",
        "compose.yaml", "$(id)/package.json",
    ]  # fmt: skip

    assert names(files) == [
        "compose.yaml", "package.json", "web/package.json", "requirements-dev.txt",
    ]  # fmt: skip


def test_the_text_of_what_tells_by_being_there_is_not_read() -> None:
    assert names(["package-lock.json", "Rakefile", "web/gradlew", "uv.lock"]) == []


def test_lock_files_that_tell_more_may_be_larger() -> None:
    assert most_bytes("web/pnpm-lock.yaml") > most_bytes("package.json")


def test_pins_and_settings_of_folders_are_names() -> None:
    files = [
        "api/requirements.txt", "api/.python-version", "api/requirements/dev.txt",
        "api/p/settings/base.py", "other/.nvmrc", "api/p/settings/x.py",
    ]  # fmt: skip

    assert names(files) == [
        "api/.python-version", "api/p/settings/base.py", "api/requirements.txt",
        "api/requirements/dev.txt",
    ]  # fmt: skip
