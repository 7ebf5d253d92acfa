"""What a Dockerfile copies of its context, as far as its text tells."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.config.dockerfile import copied


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("FROM a\nRUN x", set()),
        ("COPY a /a", {"a"}),
        ("copy ./a/ b/*.txt /x/", {"a", "b/*.txt"}),
        ("COPY --chown=1:1 --chmod=755 a /a", {"a"}),
        ("COPY --from=build /out /out", set()),
        ('ADD ["a b", "/x"]', {"a b"}),
        ('COPY "a b" /x', {"a b"}),
        ("COPY . .", set()),
        ("COPY ./ /app\nCOPY package.json .", {"package.json"}),
        ("COPY a \\\n  # why\n  b /x", {"a", "b"}),
        ("# escape=`\nCOPY a `\n b /x", {"a", "b"}),
        ("ADD https://example.org/x /x", set()),
        ("COPY <<EOF /x\ntext\nEOF", set()),
        ("#COPY a /x", set()),
    ],
)
def test_paths_that_it_names(text: str, paths: set[str]) -> None:
    assert copied(text) == frozenset(paths)


@pytest.mark.parametrize(
    "text", ["COPY $A /x", "COPY ${A}/b /x", 'COPY "a /x', 'ADD ["a", 1]', "ADD [a"]
)
def test_what_cannot_be_told(text: str) -> None:
    assert copied(text) is None


@given(
    st.text()
    | st.lists(st.sampled_from(["COPY ", "[", '"', "\\\n", "a "])).map("".join)
)
def test_any_text_is_answered(text: str) -> None:
    found = copied(text)
    assert found is None or all(isinstance(path, str) for path in found)
