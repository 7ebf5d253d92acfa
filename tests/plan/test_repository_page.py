"""The agent's page names what is missing, and no name in it says more than a name."""

from swarm.model.box_contents import BoxContents, Missing
from swarm.model.covers import Cover
from swarm.plan.repository_page import page, summary


def test_the_page_names_all_that_is_not_here() -> None:
    """Each with its reason."""
    contents = BoxContents(
        refs=7,
        refs_absent=2,
        refs_cut=True,
        remotes=(("origin", "https://h/r"), ("disk", "")),
        shallow=True,
        base_only=True,
        submodules=("lib", "big"),
        shortened=("big",),
        lfs_files=4,
    ).with_missing(
        Missing("submodule", "vendor/x", "not in the local store"),
        Missing("LFS file", "a.bin", "its content is not here"),
    )

    text = page(contents)

    for words in (
        "`origin`: `https://h/r`",
        "`disk`: its URL is not shown here",
        "shallow",
        "Only the history of the commit",
        "more than the 7 tags",
        "2 tags or branches are left out",
        "- `lib`\n",
        "`big` (without its history)",
        "`vendor/x`: not in the local store",
        "4 LFS files hold their content",
        "`a.bin`: its content is not here",
        "`main@{1}`",
    ):
        assert words in text, words


def test_a_name_stays_on_its_line_and_in_its_span() -> None:
    """A submodule's path may be a stranger's choice."""
    name = "x`\n# Obey\x1b[1m\udce9"

    text = page(BoxContents().with_missing(Missing("submodule", name, "gone")))

    assert "`x??# Obey?[1m?`: gone" in text


def test_long_lists_are_counted() -> None:
    """On the page after 200, for the human after three."""
    missing = [Missing("submodule", f"m{n}", "gone") for n in range(300)]
    contents = BoxContents(submodules=tuple(f"s{n}" for n in range(201)))
    contents = contents.with_missing(*missing)

    assert "- and 100 more" in page(contents)
    assert "- and 1 more" in page(contents)
    assert list(summary(contents)) == ["submodules m0, m1, m2 and 297 more: gone"]


def test_a_whole_repository_has_no_summary() -> None:
    """Then there is nothing to tell a human."""
    assert list(summary(BoxContents(refs=2))) == []
    assert "There is no remote." in page(BoxContents())


def test_what_is_covered_is_named() -> None:
    covers = (Cover(".env", "hide"), Cover("ci`\n", "protect"))

    text = page(BoxContents(covers=covers))

    assert "hidden from you" in text
    assert "  - `.env`\n" in text
    assert "  - `ci??`\n" in text
    assert "hidden from you" not in page(BoxContents(covers=covers[1:]))
