"""Few folders, and none of others' projects, are looked at."""

from swarm.config.detection.folders import MOST_FOLDERS, project_folders


def test_folders_with_a_manifest_the_nearest_first() -> None:
    files = [
        "b/package.json", "a/x/go.mod", "b/src/a.ts", "odd name/package.json",
        "node_modules/x/package.json", "tests/pyproject.toml", "a/b/c/go.mod",
    ]  # fmt: skip

    assert project_folders(files) == ("", "b", "a/x")


def test_few_folders_are_looked_at() -> None:
    files = [f"p{n:03}/package.json" for n in range(500)]

    assert len(project_folders(files)) == 1 + MOST_FOLDERS


def test_documents_are_the_project_where_nothing_else_is() -> None:
    assert project_folders(["docs/requirements.txt", "a.md"]) == ("", "docs")
    assert project_folders(["docs/requirements.txt", "go.mod"]) == ("",)
    assert project_folders(["docs/package.json", "web/package.json"]) == ("", "web")
