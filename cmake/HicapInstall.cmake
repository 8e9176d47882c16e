# What `cmake --install` puts where: the library and, as a component of its own of the package, the
# emulator.

include(CMakePackageConfigHelpers)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/hicap")
set(hicap_is_static TRUE)
if(BUILD_SHARED_LIBS)
    set(hicap_is_static FALSE)
endif()

# What has no file of its own for pkg-config is named by its path: a static library works with that
# Boost alone which it was built with.
# hicap_compiled_boost(RESULT target): the path of this library of Boost, and of what it needs itself.
function(hicap_compiled_boost result target)
    set(paths "")
    set(seen "")
    set(left ${target})
    while(left)
        list(POP_FRONT left target)
        if(NOT TARGET ${target} OR target IN_LIST seen)
            continue()
        endif()
        list(APPEND seen ${target})
        get_target_property(type ${target} TYPE)
        if(NOT type STREQUAL "INTERFACE_LIBRARY")
            string(APPEND paths " $<TARGET_LINKER_FILE:${target}>")
        endif()
        get_target_property(needs ${target} INTERFACE_LINK_LIBRARIES)
        if(needs)
            string(REGEX MATCHALL "Boost::[A-Za-z0-9_]+" needs "${needs}")
            list(APPEND left ${needs})
        endif()
    endwhile()
    string(STRIP "${paths}" paths)
    set(${result} "${paths}" PARENT_SCOPE)
endfunction()

# hicap_install(NAME TARGETS target... DESCRIPTION text LIBRARY file BOOST target)
# NAME: of the set of targets, of the file for pkg-config, and, with `_development` for what only
# compiling needs, of the components of this installation.
# BOOST: a library of Boost that a static one needs.
function(hicap_install name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "DESCRIPTION;LIBRARY;BOOST" "TARGETS")
    install(
        TARGETS ${arg_TARGETS}
        EXPORT ${name}
        RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT ${name}
        LIBRARY
            DESTINATION "${CMAKE_INSTALL_LIBDIR}"
            COMPONENT ${name}
            NAMELINK_COMPONENT ${name}_development
        ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT ${name}_development
    )
    install(
        EXPORT ${name}
        FILE ${name}-targets.cmake
        NAMESPACE hicap::
        DESTINATION "${package_dir}"
        COMPONENT ${name}_development
    )

    set(description "${arg_DESCRIPTION}")
    set(library "${arg_LIBRARY}")
    # A shared library brings what it needs itself.
    set(static_requires "")
    set(static_libraries "")
    if(hicap_is_static)
        hicap_compiled_boost(static_libraries ${arg_BOOST})
        # Where OpenSSL is shared, `pkg-config --static` must not ask for what it is made of, and
        # what is seldom installed: libz and libzstd on Debian 13.
        if("${OPENSSL_SSL_LIBRARY}" MATCHES "\\.a$")
            set(static_requires "libssl libcrypto")
        else()
            get_filename_component(openssl_dir "${OPENSSL_SSL_LIBRARY}" DIRECTORY)
            if(openssl_dir AND NOT openssl_dir IN_LIST CMAKE_CXX_IMPLICIT_LINK_DIRECTORIES)
                string(APPEND static_libraries " -L${openssl_dir}")
            endif()
            string(APPEND static_libraries " -lssl -lcrypto")
        endif()
    endif()
    set(libdir "${CMAKE_INSTALL_FULL_LIBDIR}")
    set(includedir "${CMAKE_INSTALL_FULL_INCLUDEDIR}")
    set(prefix "${CMAKE_INSTALL_PREFIX}")
    if(NOT IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}" AND NOT IS_ABSOLUTE "${CMAKE_INSTALL_INCLUDEDIR}")
        # Found from where the file is, so that all of it can be moved.
        file(
            RELATIVE_PATH prefix
            "${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig" "${CMAKE_INSTALL_PREFIX}"
        )
        string(REGEX REPLACE "/$" "" prefix "\${pcfiledir}/${prefix}")
        set(libdir "\${prefix}/${CMAKE_INSTALL_LIBDIR}")
        set(includedir "\${prefix}/${CMAKE_INSTALL_INCLUDEDIR}")
    endif()
    configure_file(
        "${PROJECT_SOURCE_DIR}/cmake/hicap.pc.in" "${PROJECT_BINARY_DIR}/${name}.pc.in" @ONLY
    )
    file(
        GENERATE
        OUTPUT "${PROJECT_BINARY_DIR}/$<CONFIG>/${name}.pc"
        INPUT "${PROJECT_BINARY_DIR}/${name}.pc.in"
    )
    install(
        FILES "${PROJECT_BINARY_DIR}/$<CONFIG>/${name}.pc"
        DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig"
        COMPONENT ${name}_development
    )
endfunction()

hicap_install(
    hicap
    TARGETS hicap
    DESCRIPTION "${PROJECT_DESCRIPTION}"
    LIBRARY hicap
    BOOST Boost::url
)
install(
    DIRECTORY "${PROJECT_SOURCE_DIR}/include/hicap"
    DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
    COMPONENT hicap_development
    FILES_MATCHING
    PATTERN "*.hpp"
    PATTERN emulator.hpp EXCLUDE
)
install(
    FILES "${PROJECT_SOURCE_DIR}/LICENSE"
    DESTINATION "${CMAKE_INSTALL_DOCDIR}"
    COMPONENT hicap_development
)
# Empty where a parent project builds Boost.
set(hicap_boost_version "${Boost_VERSION}")
configure_package_config_file(
    "${PROJECT_SOURCE_DIR}/cmake/hicap-config.cmake.in"
    "${PROJECT_BINARY_DIR}/hicap-config.cmake"
    INSTALL_DESTINATION "${package_dir}"
    NO_SET_AND_CHECK_MACRO
)
# Before 1.0 a minor version may break what was.
write_basic_package_version_file(
    "${PROJECT_BINARY_DIR}/hicap-config-version.cmake" COMPATIBILITY SameMinorVersion
)
install(
    FILES
        "${PROJECT_BINARY_DIR}/hicap-config.cmake"
        "${PROJECT_BINARY_DIR}/hicap-config-version.cmake"
    DESTINATION "${package_dir}"
    COMPONENT hicap_development
)

if(HICAP_BUILD_EMULATOR)
    hicap_install(
        hicap-emulator
        TARGETS hicap_emulator hicap_emulator_program
        DESCRIPTION "A local Hicap API for tests"
        LIBRARY hicap_emulator
        BOOST Boost::json
    )
    install(
        FILES "${PROJECT_SOURCE_DIR}/include/hicap/emulator.hpp"
        DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/hicap"
        COMPONENT hicap-emulator_development
    )
endif()
