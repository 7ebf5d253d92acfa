"""Packages that the mirror serves, made here: each says hello and needs nothing."""

import base64
import hashlib
import io
import json
import tarfile
import zipfile
from collections.abc import Mapping

NAME, VERSION = "widget", "1.0.0"
WHEEL = f"{NAME}-{VERSION}-py3-none-any.whl"
TARBALL = f"{NAME}-{VERSION}.tgz"
CRATE = f"{NAME}-{VERSION}.crate"
GO_MODULE = f"mirror.test/{NAME}"
GO_VERSION = f"v{VERSION}"
GROUP = "test.mirror"


def zipped(files: Mapping[str, str]) -> bytes:
    """A zip archive; equal files give equal bytes."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), text)
    return made.getvalue()


def tarred(files: Mapping[str, str]) -> bytes:
    """A gzipped tar archive."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        for name, text in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(text.encode()), 0o644
            archive.addfile(entry, io.BytesIO(text.encode()))
    return made.getvalue()


def wheel() -> bytes:
    """A Python package."""
    about = f"{NAME}-{VERSION}.dist-info"
    return zipped(
        {
            f"{NAME}.py": "said = 'hello'\n",
            f"{about}/METADATA": wheel_metadata(),
            f"{about}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\n"
            "Root-Is-Purelib: true\nTag: py3-none-any\n",
            f"{about}/RECORD": f"{NAME}.py,,\n{about}/METADATA,,\n{about}/WHEEL,,\n"
            f"{about}/RECORD,,\n",
        }
    )


def wheel_metadata() -> str:
    """What the index tells of it."""
    return f"Metadata-Version: 2.1\nName: {NAME}\nVersion: {VERSION}\n"


def npm_tarball(name: str) -> bytes:
    """A Node package."""
    about = {"name": name, "version": VERSION, "main": "index.js"}
    return tarred(
        {
            "package/package.json": json.dumps(about),
            "package/index.js": "module.exports = 'hello'\n",
        }
    )


def packument(name: str, base: str) -> bytes:
    """What the registry tells of a Node package."""
    data = npm_tarball(name)
    integrity = base64.b64encode(hashlib.sha512(data).digest()).decode()
    dist = {
        "tarball": f"{base}/npm/{name}/-/{TARBALL}",
        "shasum": hashlib.sha1(data).hexdigest(),
        "integrity": f"sha512-{integrity}",
    }
    version = {"name": name, "version": VERSION, "main": "index.js", "dist": dist}
    about = {
        "name": name,
        "dist-tags": {"latest": VERSION},
        "versions": {VERSION: version},
        "time": {VERSION: "2020-01-01T00:00:00.000Z"},
    }
    return json.dumps(about).encode()


def crate() -> bytes:
    """A Rust package."""
    manifest = f'[package]\nname = "{NAME}"\nversion = "{VERSION}"\nedition = "2021"\n'
    folder = f"{NAME}-{VERSION}"
    return tarred(
        {
            f"{folder}/Cargo.toml": manifest,
            f"{folder}/src/lib.rs": 'pub fn said() -> &\'static str { "hello" }\n',
        }
    )


def crate_line() -> bytes:
    """What the index tells of it."""
    about = {
        "name": NAME,
        "vers": VERSION,
        "deps": [],
        "cksum": hashlib.sha256(crate()).hexdigest(),
        "features": {},
        "yanked": False,
    }
    return json.dumps(about).encode() + b"\n"


def go_zip() -> bytes:
    """A Go module."""
    folder = f"{GO_MODULE}@{GO_VERSION}"
    return zipped(
        {
            f"{folder}/go.mod": go_mod(),
            f"{folder}/widget.go": f"package {NAME}\n\n"
            'func Said() string { return "hello" }\n',
        }
    )


def go_mod() -> str:
    """Its own description."""
    return f"module {GO_MODULE}\n\ngo 1.20\n"


def jar() -> bytes:
    """A Java package."""
    return zipped({"META-INF/MANIFEST.MF": "Manifest-Version: 1.0\n", "said": "hello"})


def pom(name: str, packaging: str) -> str:
    """The description of a Java package."""
    return (
        "<project>"
        "<modelVersion>4.0.0</modelVersion>"
        f"<groupId>{GROUP}</groupId><artifactId>{name}</artifactId>"
        f"<version>{VERSION}</version><packaging>{packaging}</packaging></project>"
    )


GEM_SCRIPT = r"""
require "rubygems/package"
require "zlib"
Dir.mkdir("/tmp/gem"); Dir.chdir("/tmp/gem")
Dir.mkdir("lib"); File.write("lib/NAME.rb", "SAID = 'hello'\n")
spec = Gem::Specification.new do |s|
  s.name, s.version, s.summary = "NAME", "VERSION", "says hello"
  s.authors, s.files, s.licenses = ["nobody"], ["lib/NAME.rb"], ["MIT"]
  s.homepage = "https://widget.test"
end
$stdout = $stderr
file = Gem::Package.build(spec, true)
built = Gem::Package.new(file).spec
list = [["NAME", built.version, "ruby"]]
sum = Digest::SHA256.file(file).hexdigest
files = {
  "gems/#{file}" => File.binread(file),
  "quick/Marshal.4.8/#{built.full_name}.gemspec.rz" =>
    Zlib::Deflate.deflate(Marshal.dump(built)),
  "specs.4.8.gz" => Zlib.gzip(Marshal.dump(list)),
  "latest_specs.4.8.gz" => Zlib.gzip(Marshal.dump(list)),
  "prerelease_specs.4.8.gz" => Zlib.gzip(Marshal.dump([])),
  "info/NAME" => "---\nVERSION |checksum:#{sum}\n",
  "names" => "---\nNAME\n",
}
md5 = Digest::MD5.hexdigest(files["info/NAME"])
files["versions"] = "created_at: 2020-01-01T00:00:00Z\n---\nNAME VERSION #{md5}\n"
files.each { |path, data| STDOUT.puts "#{path} #{[data].pack("m0")}" }
""".replace("NAME", NAME).replace("VERSION", VERSION)
"""Ruby's own program makes the gem, and the index, which only Ruby can write."""


def gem_files(said: str) -> dict[str, bytes]:
    """The gem index's files, of what the script said."""
    lines = (line.rpartition(" ") for line in said.splitlines())
    return {path: base64.b64decode(data) for path, _, data in lines}
