# Builds the checkout that it lies in. Once there is a release to be fetched, vcpkg_from_github takes
# the place of this path.
get_filename_component(SOURCE_PATH "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)

vcpkg_check_features(
    OUT_FEATURE_OPTIONS features
    FEATURES emulator HICAP_BUILD_EMULATOR
)
vcpkg_cmake_configure(
    SOURCE_PATH "${SOURCE_PATH}"
    OPTIONS ${features}
)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(CONFIG_PATH lib/cmake/hicap)
if("emulator" IN_LIST FEATURES)
    vcpkg_copy_tools(TOOL_NAMES hicap-emulator AUTO_CLEAN)
endif()
vcpkg_fixup_pkgconfig()

file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/debug/include" "${CURRENT_PACKAGES_DIR}/debug/share")
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")
