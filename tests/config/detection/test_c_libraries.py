"""Libraries that build files look for, by the distribution's names."""

from swarm.config.detection.c_libraries import of_autotools, of_cmake, of_meson
from tests.config.detection.trees import tree


def test_cmake() -> None:
    text = """\
find_package(Boost REQUIRED COMPONENTS system)
find_package( Protobuf )
# find_package(Qt6)
find_package(Nobody)
pkg_check_modules(DEPS REQUIRED glib-2.0>=2.5 libcurl)
"""

    assert of_cmake(tree({"CMakeLists.txt": text}), "") == {
        "libboost-all-dev": "Boost in CMakeLists.txt",
        "libprotobuf-dev": "Protobuf in CMakeLists.txt",
        "protobuf-compiler": "Protobuf in CMakeLists.txt",
        "libglib2.0-dev": "glib-2.0 in CMakeLists.txt",
        "libcurl4-openssl-dev": "libcurl in CMakeLists.txt",
    }


def test_meson_and_autotools() -> None:
    meson = "d = dependency('gtest', required: true)\ndependency( 'x' )\n"
    configure = "PKG_CHECK_MODULES([XML], [libxml-2.0 >= 2.9 zlib])\n"

    assert of_meson(tree({"a/meson.build": meson}), "a") == {
        "libgtest-dev": "gtest in meson.build"
    }
    assert {*of_autotools(tree({"configure.ac": configure}), "")} == {
        "libxml2-dev", "zlib1g-dev",
    }  # fmt: skip
