"""The Debian packages of the libraries that a C project's build files look for."""

import re

from swarm.config.detection.tree import Tree

_CMAKE = {
    "benchmark": "libbenchmark-dev", "boost": "libboost-all-dev", "catch2": "catch2",
    "cppunit": "libcppunit-dev", "curl": "libcurl4-openssl-dev",
    "doctest": "doctest-dev", "eigen3": "libeigen3-dev", "expat": "libexpat1-dev",
    "ffmpeg": "libavcodec-dev", "fmt": "libfmt-dev", "freetype": "libfreetype-dev",
    "gflags": "libgflags-dev", "glew": "libglew-dev", "glfw3": "libglfw3-dev",
    "glm": "libglm-dev", "glog": "libgoogle-glog-dev", "gmock": "libgmock-dev",
    "gtest": "libgtest-dev", "hdf5": "libhdf5-dev", "jpeg": "libjpeg-dev",
    "libevent": "libevent-dev", "liblzma": "liblzma-dev", "libuv": "libuv1-dev",
    "libxml2": "libxml2-dev", "lua": "liblua5.4-dev", "mpi": "libopenmpi-dev",
    "nlohmann_json": "nlohmann-json3-dev", "opencv": "libopencv-dev",
    "opengl": "libgl-dev", "openssl": "libssl-dev", "png": "libpng-dev",
    "postgresql": "libpq-dev", "protobuf": "libprotobuf-dev", "python": "python3-dev",
    "python3": "python3-dev", "qt5": "qtbase5-dev", "qt6": "qt6-base-dev",
    "sdl2": "libsdl2-dev", "spdlog": "libspdlog-dev", "sqlite3": "libsqlite3-dev",
    "tbb": "libtbb-dev", "tinyxml2": "libtinyxml2-dev", "tiff": "libtiff-dev",
    "x11": "libx11-dev", "yaml-cpp": "libyaml-cpp-dev", "zlib": "zlib1g-dev",
    "zstd": "libzstd-dev",
}  # fmt: skip
"""By the names of `find_package`, in small letters."""
_PKG_CONFIG = {
    "alsa": "libasound2-dev", "bzip2": "libbz2-dev", "cairo": "libcairo2-dev",
    "check": "check", "cmocka": "libcmocka-dev", "dbus-1": "libdbus-1-dev",
    "expat": "libexpat1-dev", "fontconfig": "libfontconfig-dev",
    "freetype2": "libfreetype-dev", "fuse3": "libfuse3-dev",
    "gio-2.0": "libglib2.0-dev", "glib-2.0": "libglib2.0-dev",
    "gmock": "libgmock-dev", "gobject-2.0": "libglib2.0-dev", "gtest": "libgtest-dev",
    "gtk+-3.0": "libgtk-3-dev", "gtk4": "libgtk-4-dev", "json-c": "libjson-c-dev",
    "libcrypto": "libssl-dev", "libcurl": "libcurl4-openssl-dev",
    "libevent": "libevent-dev", "libgit2": "libgit2-dev", "liblz4": "liblz4-dev",
    "liblzma": "liblzma-dev", "libpcre2-8": "libpcre2-dev", "libpng": "libpng-dev",
    "libpq": "libpq-dev", "libseccomp": "libseccomp-dev", "libsodium": "libsodium-dev",
    "libssl": "libssl-dev", "libsystemd": "libsystemd-dev", "libudev": "libudev-dev",
    "libusb-1.0": "libusb-1.0-0-dev", "libuv": "libuv1-dev",
    "libxml-2.0": "libxml2-dev",
    "libzmq": "libzmq3-dev", "libzstd": "libzstd-dev", "ncurses": "libncurses-dev",
    "ncursesw": "libncurses-dev", "openssl": "libssl-dev",
    "pixman-1": "libpixman-1-dev",
    "readline": "libreadline-dev", "sdl2": "libsdl2-dev", "sqlite3": "libsqlite3-dev",
    "x11": "libx11-dev", "yaml-0.1": "libyaml-dev", "zlib": "zlib1g-dev",
}  # fmt: skip
"""By the names of pkg-config, which Meson and the macros of autotools use."""
_ALSO = {"libprotobuf-dev": "protobuf-compiler"}
_FIND = re.compile(r"\bfind_package\s{0,9}\(\s{0,9}([A-Za-z0-9_+-]{1,40})")
_CHECK = re.compile(r"\bpkg_(?:check_modules|search_module)\s{0,9}\(([^()]{1,300})\)")
_DEPENDENCY = re.compile(r"\bdependency\(\s{0,9}'([A-Za-z0-9_.+-]{1,40})'")
_PKG_CHECK = re.compile(r"\bPKG_(?:CHECK_MODULES|CHECK_EXISTS)\(([^()]{1,300})\)")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_.+-]{1,40}")
_COMMENT = re.compile(r"(?m)(?:^|\s)#[^\n]*")


def of_cmake(tree: Tree, folder: str) -> dict[str, str]:
    """Of the folder's CMakeLists.txt, each with its reason."""
    text = _COMMENT.sub("", tree.text(folder, "CMakeLists.txt"))
    packages = _packages(_CMAKE, _FIND.findall(text), "CMakeLists.txt")
    checked = [w for each in _CHECK.findall(text) for w in _WORD.findall(each)]
    return {**packages, **_packages(_PKG_CONFIG, checked, "CMakeLists.txt")}


def of_meson(tree: Tree, folder: str) -> dict[str, str]:
    """Of the folder's meson.build, each with its reason."""
    names = _DEPENDENCY.findall(_COMMENT.sub("", tree.text(folder, "meson.build")))
    packages = _packages(_CMAKE, names, "meson.build")
    return {**packages, **_packages(_PKG_CONFIG, names, "meson.build")}


def of_autotools(tree: Tree, folder: str) -> dict[str, str]:
    """Of the folder's configure.ac, each with its reason."""
    text = tree.text(folder, "configure.ac")
    names = [w for each in _PKG_CHECK.findall(text) for w in _WORD.findall(each)]
    return _packages(_PKG_CONFIG, names, "configure.ac")


def _packages(known: dict[str, str], names: list[str], file: str) -> dict[str, str]:
    packages = {
        known[name.lower()]: f"{name} in {file}"
        for name in names
        if name.lower() in known
    }
    also = {_ALSO[name]: reason for name, reason in packages.items() if name in _ALSO}
    return {**packages, **also}
