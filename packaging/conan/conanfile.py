import os
import re

from conan import ConanFile
from conan.errors import ConanInvalidConfiguration
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy, load, rmdir

required_conan_version = ">=2.0"


class HicapConan(ConanFile):
    """Builds the checkout that it lies in: conan create packaging/conan"""

    name = "hicap"
    description = "Asynchronous C++20 coroutine SDK for the Hicap API"
    homepage = "https://hicap.ai"
    license = "BSL-1.0"
    topics = ("llm", "openai", "asio", "coroutines", "sse")
    package_type = "library"
    settings = "os", "arch", "compiler", "build_type"
    # Without fPIC: the objects are position-independent always.
    options = {"shared": [True, False], "with_emulator": [True, False]}
    default_options = {"shared": False, "with_emulator": True}

    @property
    def _checkout(self):
        return os.path.join(self.recipe_folder, "..", "..")

    def set_version(self):
        header = os.path.join(self._checkout, "include", "hicap", "version.hpp")
        text = load(self, header)
        self.version = re.search(r'HICAP_VERSION_STRING "(.*)"', text).group(1)

    def export_sources(self):
        for pattern in ("CMakeLists.txt", "LICENSE", "cmake/*", "include/*", "src/*"):
            copy(self, pattern, self._checkout, self.export_sources_folder)

    def layout(self):
        cmake_layout(self)

    def requirements(self):
        self.requires("boost/[>=1.81 <2]", transitive_headers=True)
        self.requires("openssl/[>=3 <4]")

    def validate(self):
        if self.settings.os == "Windows":
            raise ConanInvalidConfiguration("hicap does not support Windows")
        check_min_cppstd(self, 20)

    def generate(self):
        CMakeDeps(self).generate()
        toolchain = CMakeToolchain(self)
        toolchain.cache_variables["HICAP_BUILD_EMULATOR"] = bool(self.options.with_emulator)
        toolchain.generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))
        CMake(self).install()
        # Conan writes these itself.
        rmdir(self, os.path.join(self.package_folder, "lib", "cmake"))
        rmdir(self, os.path.join(self.package_folder, "lib", "pkgconfig"))
        rmdir(self, os.path.join(self.package_folder, "share"))

    def package_info(self):
        self.cpp_info.set_property("cmake_file_name", "hicap")
        self.cpp_info.set_property("cmake_config_version_compat", "SameMinorVersion")
        # All components; by its default name it would be the library, which is one of them.
        self.cpp_info.set_property("cmake_target_name", "hicap::all")
        library = self.cpp_info.components["hicap"]
        library.set_property("cmake_target_name", "hicap::hicap")
        library.set_property("pkg_config_name", "hicap")
        library.libs = ["hicap"]
        library.requires = ["boost::headers", "boost::url", "openssl::ssl", "openssl::crypto"]
        if self.settings.os == "Linux":
            library.system_libs = ["pthread"]
        if self.options.with_emulator:
            emulator = self.cpp_info.components["emulator"]
            emulator.set_property("cmake_target_name", "hicap::emulator")
            emulator.set_property("pkg_config_name", "hicap-emulator")
            emulator.libs = ["hicap_emulator"]
            emulator.requires = [
                "boost::headers",
                "boost::json",
                "openssl::ssl",
                "openssl::crypto",
            ]
            if self.settings.os == "Linux":
                emulator.system_libs = ["pthread"]
