# Settings and helpers that all targets of this project share.

set(CMAKE_CXX_EXTENSIONS OFF)

add_library(hicap_settings INTERFACE)
target_compile_features(hicap_settings INTERFACE cxx_std_20)
target_include_directories(
    hicap_settings INTERFACE "${PROJECT_SOURCE_DIR}/include" "${PROJECT_SOURCE_DIR}/src"
)
if(HICAP_DEVELOPER)
    set(CMAKE_EXPORT_COMPILE_COMMANDS ON) # a lint reads them
    # Not in what is installed: those who include its headers define no such thing, and inline
    # functions must be the same on both sides.
    target_compile_definitions(hicap_settings INTERFACE BOOST_ASIO_NO_DEPRECATED)
    target_compile_options(
        hicap_settings
        INTERFACE
            -Wall -Wextra -Wpedantic -Wshadow -Wconversion
            # The optimiser of GCC 12 warns of what it has made of std::string itself.
            $<$<CONFIG:Debug>:-Werror>
    )
    if(HICAP_SANITIZE STREQUAL "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        # GCC warns of every fence, which the sanitizer does not see; Asio has some.
        target_compile_options(hicap_settings INTERFACE -Wno-tsan)
    endif()
    if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL 22)
        # Of __COUNTER__, in the macros of Boost.Test.
        target_compile_options(hicap_settings INTERFACE -Wno-c2y-extensions)
    endif()
    find_program(HICAP_CCACHE ccache)
    if(HICAP_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
        set(CMAKE_CXX_COMPILER_LAUNCHER "${HICAP_CCACHE}")
    endif()
endif()
if(HICAP_SANITIZE)
    add_compile_options(-fsanitize=${HICAP_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
    add_link_options(-fsanitize=${HICAP_SANITIZE})
    if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
        # Tests that count allocations have an `operator new` of their own, and so has its library.
        add_link_options(LINKER:-z,muldefs)
    endif()
endif()

# hicap_add_layer(NAME SOURCES file... [LINK target...])
# One object library per folder of src. Unit tests link the objects of the folder that they test
# and of the layers below it, so an arrow that goes up does not link.
function(hicap_add_layer name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINK")
    add_library(hicap_${name} OBJECT ${arg_SOURCES})
    hicap_hide_symbols(hicap_${name})
    target_link_libraries(hicap_${name} PUBLIC hicap_settings Boost::headers ${arg_LINK})
endfunction()

# Only what <hicap/visibility.hpp> marks is exported. The objects of a static and of a shared
# library are the same, so that a build for both compiles once.
function(hicap_hide_symbols target)
    set_target_properties(
        ${target}
        PROPERTIES
            CXX_VISIBILITY_PRESET hidden
            VISIBILITY_INLINES_HIDDEN ON
            POSITION_INDEPENDENT_CODE ON
            DEFINE_SYMBOL ""
            UNITY_BUILD OFF # files of a layer use the same unnamed names
    )
endfunction()

# A library that is installed. Before 1.0 a minor version may break the binary interface.
function(hicap_public_library target name)
    set_target_properties(
        ${target}
        PROPERTIES
            EXPORT_NAME ${name}
            VERSION ${PROJECT_VERSION}
            SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}
    )
    target_compile_features(${target} PUBLIC cxx_std_20)
    target_include_directories(
        ${target} PUBLIC
        "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>"
        "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>"
    )
    target_link_libraries(${target} PUBLIC Boost::headers Threads::Threads)
endfunction()
