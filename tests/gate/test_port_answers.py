"""Answers of ours in place of a box's server."""

import http.client
import io

from swarm.gate.port_answers import answer


class _Wire(io.BytesIO):
    def makefile(self, _mode: str) -> io.BytesIO:
        return self


def test_an_answer_is_a_whole_response_of_plain_text() -> None:
    """No page can be in it, whatever a sentence quotes."""
    response = http.client.HTTPResponse(_Wire(answer(502, "<b>ü</b>")))  # type: ignore[arg-type]
    response.begin()

    assert response.status == 502
    assert response.getheader("content-type") == "text/plain; charset=utf-8"
    assert response.getheader("content-security-policy") == "default-src 'none'"
    assert response.read().decode() == "swarm: <b>ü</b>\n"
