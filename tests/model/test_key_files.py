import pytest

from swarm.model.key_files import HEAD, looks_like_key, may_be_key

PEM = b"-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----\n"
OPENSSH = b"-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n"


@pytest.mark.parametrize(
    ("path", "head", "reason"),
    [
        ("deploy.pem", PEM, "it holds a private key"),
        ("notes.txt", b"for later:\n" + PEM, "it holds a private key"),
        ("keys/id_rsa", OPENSSH, "it holds a private key"),
        ("keys/id_ed25519", b"\0\1", "it has the name of a private key"),
        ("a.asc", b"-----BEGIN PGP PRIVATE KEY BLOCK-----\n", "it holds a private key"),
        ("my.ppk", b"PuTTY-User-Key-File-3: x\n", "it holds a private key"),
        ("release.keystore", b"\xfe\xed\xfe\xed", "it is a store of keys"),
        (".env", b"PORT=1\nAPI_KEY=k1234\n", "it gives a value to API_KEY"),
        (".env.production", b'export TOKEN="t"\n', "it gives a value to TOKEN"),
        ("infra/x.tfvars", b'db_password = "p"\n', "it gives a value to db_password"),
        (
            "config/credentials.json",
            b'{"installed": {"client_secret": "s"}}',
            "it holds the credentials of a service",
        ),
        (
            "bot.json",
            b'{"type": "service_account", "private_key": "x"}',
            "it holds the key of a service account",
        ),
        (".netrc", b"machine h login u password p\n", "it holds a password"),
        (
            ".npmrc",
            b"//r/:_authToken=npm_abc\n",
            "it holds a token of a package registry",
        ),
        (
            ".pypirc",
            b"[pypi]\npassword = pypi-x\n",
            "it holds a password of a package index",
        ),
        (".git-credentials", b"https://u:p@h\n", "it holds passwords"),
        (
            ".docker/config.json",
            b'{"auths": {"h": {"auth": "dTpw"}}}',
            "it holds the password of an image registry",
        ),
        (
            ".aws/credentials",
            b"[default]\naws_secret_access_key = x\n",
            "it holds the credentials of a service",
        ),
        ("config/master.key", b"0123456789abcdef" * 2, "it holds a key"),
    ],
)
def test_keys_are_told_with_the_reason(path: str, head: bytes, reason: str) -> None:
    assert looks_like_key(path, head) == reason


@pytest.mark.parametrize(
    ("path", "head"),
    [
        ("id_rsa.pub", b"ssh-rsa AAAA"),
        ("cert.pem", b"-----BEGIN CERTIFICATE-----\nMIIB\n"),
        (".env", b"PORT=3000\nDEBUG=true\n"),
        (".env", b"API_KEY=\nTOKEN=${CI_TOKEN}\nSECRET=changeme\n"),
        (".env.example", b"API_KEY=abcdef\n"),
        ("config.json", b'{"auth": true}'),
        (".npmrc", b"//r/:_authToken=${NPM_TOKEN}\n"),
        ("parser.py", b'BEGIN = "-----BEGIN RSA PRIVATE KEY-----"\n'),
        ("tokens.py", b"TOKEN = 'x'\n"),
        ("id_rsa", b""),
        ("release.keystore", b""),
    ],
)
def test_what_is_no_key_is_not_told(path: str, head: bytes) -> None:
    assert looks_like_key(path, head) == ""


def test_names_that_are_worth_a_look_are_few() -> None:
    assert may_be_key("a/.env.local")
    assert may_be_key("ID_RSA")
    assert may_be_key("x/server.PEM")
    assert not may_be_key("src/main.py")
    assert not may_be_key("README.md")


def test_a_reason_quotes_no_value() -> None:
    assert "hunter2" not in looks_like_key(".env", b"DB_PASSWORD=hunter2\n")


def test_strange_bytes_take_no_long_time() -> None:
    for piece in (b"\xff", b"A=", b"-----BEGIN ", b"\n \t", b'"auths":{'):
        looks_like_key(".env", (piece * HEAD)[:HEAD])
        looks_like_key("config.json", (piece * HEAD)[:HEAD])
