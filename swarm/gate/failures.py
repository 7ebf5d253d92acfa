"""Says in words why an allowed host could not be reached, with the way out if any."""

import socket
import ssl

from swarm.gate.parent_proxy import ParentProxyFailed

LIMIT = 200
"""Characters: it goes into a status line."""
HOST_OF_THIS_MACHINE = "host.docker.internal"

_CERTIFICATE = {
    9: "its certificate is not valid yet",
    10: "its certificate has expired",
    62: "its certificate is for another name",
    64: "its certificate is for another address",
}
"""By OpenSSL's codes of verification."""
_UNTRUSTED = (
    "its certificate is not trusted: {}. If its CA is yours - tls.upstream_ca names it"
)
_NO_TLS = frozenset(
    {
        "BAD_RECORD_TYPE",
        "HTTP_REQUEST",
        "PACKET_LENGTH_TOO_LONG",
        "RECORD_LAYER_FAILURE",
        "UNEXPECTED_MESSAGE",
        "UNKNOWN_PROTOCOL",
        "WRONG_VERSION_NUMBER",
    }
)
"""OpenSSL's reasons for bytes that are no TLS."""


_HARMLESS = " .,-_:/"


class HostServiceRefused(ConnectionRefusedError):
    """Nothing of this machine listens where its containers could reach it."""

    words = (
        "Connection refused: nothing listens there for containers. A service that "
        "listens on 127.0.0.1 alone is not seen from here - let it listen on the "
        "container bridge or on 0.0.0.0"
    )


class OtherVersion(ConnectionError):
    """Client and host have no version of HTTP in common."""

    def __init__(self, words: str) -> None:
        self.words = words
        super().__init__(words)


class ClientBrokeOff(OSError):
    """The client ended the TLS that the gate ends: the host was not asked."""

    def __init__(self, error: OSError) -> None:
        reason = str(getattr(error, "reason", "") or "").lower().replace("_", " ")
        cause = f" ({reason})" if reason else ""
        self.words = (
            f"the client broke off the TLS handshake with the gate{cause}: it may not "
            "trust the gate's certificate"
        )
        super().__init__(self.words)


def describe(error: BaseException) -> str:
    """The failure in a few harmless words, of one line; never empty."""
    match error:
        case (
            ParentProxyFailed()
            | HostServiceRefused()
            | ClientBrokeOff()
            | OtherVersion()
        ):
            return error.words
        case ssl.SSLCertVerificationError():
            words = _certificate(error)
        case ssl.SSLError():
            words = _handshake(error)
        case socket.gaierror():
            words = _name(error)
        case TimeoutError():
            words = "it did not answer in time"
        case ConnectionRefusedError():
            words = "Connection refused: nothing listens there"
        case ConnectionResetError() | BrokenPipeError():
            words = f"it closed the connection: {error.strerror or error}"
        case _:
            words = str(error) or type(error).__name__
    return plain(words)[:LIMIT]


def plain(text: str) -> str:
    """The text without what a status line, a log or a terminal could take amiss."""
    harmless = (
        c if (c.isascii() and c.isalnum()) or c in _HARMLESS else " " for c in text
    )
    return " ".join("".join(harmless).split())


def _certificate(error: ssl.SSLCertVerificationError) -> str:
    return _CERTIFICATE.get(error.verify_code, _UNTRUSTED.format(error.verify_message))


def _handshake(error: ssl.SSLError) -> str:
    reason = getattr(error, "reason", "") or ""
    words = reason.lower().replace("_", " ") or str(error)
    if reason in _NO_TLS:
        return f"it does not speak TLS on that port: {words}"
    if "ALERT" in reason:
        return f"it refused the TLS handshake: {words}"
    return f"TLS with it failed: {words}"


def _name(error: socket.gaierror) -> str:
    if error.errno == socket.EAI_AGAIN:
        return "its name could not be resolved: the resolver gave no answer"
    return "its name is not known to the resolver"
