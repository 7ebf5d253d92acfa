"""A value that comes back is masked in each form, wherever a chunk ends."""

import base64
import json
import urllib.parse
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.gate.secret_masker import LEAST_LENGTH, SecretMasker

VALUE = 'sk-9/a+b"c d\\e~f&g<h'

FORMS: dict[str, Callable[[str], str]] = {
    "plain": lambda v: v,
    "base64": lambda v: base64.b64encode(v.encode()).decode().rstrip("="),
    "base64 of basic": lambda v: base64.b64encode(f"u:{v}".encode()).decode(),
    "base64 in a text": lambda v: base64.b64encode(f"key={v};x".encode()).decode(),
    "url-safe base64": lambda v: base64.urlsafe_b64encode(v.encode()).decode(),
    "hex": lambda v: v.encode().hex(),
    "HEX": lambda v: v.encode().hex().upper(),
    "percent": lambda v: urllib.parse.quote(v, safe=""),
    "percent, slashes": urllib.parse.quote,
    "form": urllib.parse.quote_plus,
    "percent, lower": lambda v: (
        urllib.parse.quote(v, safe="").lower()
        if v.islower()
        else urllib.parse.quote(v, safe="")
    ),
    "every byte": lambda v: "".join(f"%{byte:02X}" for byte in v.encode()),
    "JSON": json.dumps,
    "JSON, slashes": lambda v: json.dumps(v).replace("/", "\\/"),
    "JSON, every character": lambda v: "".join(f"\\u{ord(c):04x}" for c in v),
    "HTML": lambda v: v.replace("&", "&amp;").replace("<", "&lt;"),
}


def masked(data: bytes, cuts: list[int], *values: str) -> tuple[bytes, int]:
    """The data in chunks that end at these offsets."""
    masker = SecretMasker(values)
    output, begin = b"", 0
    for cut in [*sorted(cuts), len(data)]:
        output += masker.feed(data[begin:cut])
        begin = max(begin, cut)
    return output + masker.finish(), masker.count


@pytest.mark.parametrize("form", FORMS)
def test_each_form_is_masked_at_each_border(form: str) -> None:
    echoed = FORMS[form](VALUE)
    data = f"before {echoed} after".encode()
    for cut in range(len(data)):
        output, count = masked(data, [cut], VALUE)
        assert count == 1, (form, cut)
        assert len(output) == len(data)
        assert output.startswith(b"before ")
        assert output.endswith(b" after")
        assert output.count(b"*") >= LEAST_LENGTH


@given(
    st.lists(st.integers(0, 400), max_size=30),
    st.lists(st.sampled_from(sorted(FORMS)), max_size=4),
    st.binary(max_size=60),
)
def test_nothing_else_changes(cuts: list[int], forms: list[str], noise: bytes) -> None:
    """The same length, the same bytes around, and no value left."""
    data = noise.join([b"", *(FORMS[form](VALUE).encode() for form in forms), b""])
    cuts = [min(cut, len(data)) for cut in cuts]

    output, count = masked(data, cuts, VALUE)

    assert output == masked(data, [], VALUE)[0]
    assert len(output) == len(data)
    assert VALUE.encode() not in output
    if not forms:
        assert (output, count) == (data, 0)


def test_what_cannot_begin_a_form_is_not_held_back() -> None:
    """A stream's event arrives when it was sent."""
    masker = SecretMasker([VALUE])

    assert masker.feed(b"data: hello\n\n") == b"data: hello\n\n"


@pytest.mark.parametrize("value", ["", "short", "1234567"])
def test_a_short_value_masks_nothing(value: str) -> None:
    assert masked(b"a short word 1234567", [], value) == (b"a short word 1234567", 0)


def test_of_two_values_each_is_masked() -> None:
    output, count = masked(
        b"first-value second-value", [], "first-value", "second-value"
    )

    assert (output, count) == (b"*" * 11 + b" " + b"*" * 12, 2)


def test_a_fresh_masker_knows_nothing_of_another_answer() -> None:
    """What was held back of one belongs to nobody else."""
    first = SecretMasker([VALUE])
    first.feed(f"{VALUE} {VALUE[:-1]}".encode())

    second = first.fresh()

    assert (
        second.feed(VALUE[-1:].encode() + b" and all")
        == f"{VALUE[-1]} and all".encode()
    )
    assert (second.count, first.count) == (0, 1)
    assert second.feed(f" {VALUE}".encode()) + second.finish() == b" " + b"*" * len(
        VALUE
    )


@pytest.mark.parametrize("before", [b"", b"s", b"ss", b"sss"])
@pytest.mark.parametrize("cut", range(1, 12))
def test_a_value_that_overlaps_itself_is_masked_at_each_border(
    before: bytes, cut: int
) -> None:
    """It may begin at each of its own bytes."""
    value = b"ssssssssss-k"
    masker = SecretMasker([value.decode()])
    whole = before + value
    cut += len(before)

    said = masker.feed(whole[:cut]) + masker.feed(whole[cut:]) + masker.finish()

    assert said == before + b"*" * len(value)


@pytest.mark.parametrize("number", [1, 3, 30])
def test_many_values_are_masked_like_one(number: int) -> None:
    """Whether their forms are few enough to be looked for one by one, or not."""
    values = [f"secret-{n:03}-of-many" for n in range(number)]
    masker = SecretMasker(values)

    said = masker.feed("; ".join(values).encode()) + masker.finish()

    assert said == b"; ".join([b"*" * len(values[0])] * number)
    assert masker.count == number
