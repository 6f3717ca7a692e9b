# SPDX-FileCopyrightText: Ghost Agent authors
# SPDX-License-Identifier: Apache-2.0
#
# What `cmake --install` puts where, beside the programs, plugins and libraries, which say it themselves. Components:
#   libraries  libghost-sdk, libghost-proto: programs and plugins need them
#   agent      the daemon, its plugins, service, users, folders, log rotation
#   ghostctl   the console
#   cloud      the small Ghost Cloud to try
#   sdk        headers, CMake and pkg-config files, schemas, pages and ghost-plugin-check for plugins of one's own
# Packages: debian/. By hand: share/doc/how-to/install.md.

set(GHOST_SYSTEMD_UNIT_DIR lib/systemd/system CACHE STRING "Folder of systemd units, absolute or below the prefix")

# Own settings are never overwritten: what is installed is an example, and a package makes it /etc/ghost/agent.yaml.
install(FILES ${PROJECT_SOURCE_DIR}/share/config/agent.yaml
    DESTINATION ${CMAKE_INSTALL_DATADIR}/ghost COMPONENT agent)

configure_file(${PROJECT_SOURCE_DIR}/share/systemd/ghost-agent.service.in
    ${PROJECT_BINARY_DIR}/share/ghost-agent.service @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/share/ghost-agent.service
    DESTINATION ${GHOST_SYSTEMD_UNIT_DIR} COMPONENT agent)
install(FILES ${PROJECT_SOURCE_DIR}/share/systemd/ghost-agent.sysusers
    DESTINATION lib/sysusers.d RENAME ghost-agent.conf COMPONENT agent)
install(FILES ${PROJECT_SOURCE_DIR}/share/systemd/ghost-agent.tmpfiles
    DESTINATION lib/tmpfiles.d RENAME ghost-agent.conf COMPONENT agent)
install(FILES ${PROJECT_SOURCE_DIR}/share/logrotate/ghost-agent
    DESTINATION ${CMAKE_INSTALL_FULL_SYSCONFDIR}/logrotate.d COMPONENT agent)
# Pages for plugin authors come with the SDK, the others with the agent: no two packages may hold one file.
set(authorPages
    explanation/plugin-licences.md explanation/threads-and-ownership.md how-to/debug-a-plugin.md reference/frontend.md
    reference/hypervisor.md reference/image-source.md reference/kit-rows.md reference/kit.md reference/network.md
    reference/sdk-compatibility.md reference/storage.md)
file(GLOB pages RELATIVE ${PROJECT_SOURCE_DIR}/share/doc CONFIGURE_DEPENDS
    ${PROJECT_SOURCE_DIR}/share/doc/explanation/*.md ${PROJECT_SOURCE_DIR}/share/doc/how-to/*.md
    ${PROJECT_SOURCE_DIR}/share/doc/reference/*.md)
foreach(page IN LISTS pages)
    set(component agent)
    if(page IN_LIST authorPages)
        set(component sdk)
    endif()
    cmake_path(GET page PARENT_PATH folder)
    install(FILES ${PROJECT_SOURCE_DIR}/share/doc/${page}
        DESTINATION ${CMAKE_INSTALL_DOCDIR}/${folder} COMPONENT ${component})
endforeach()
install(DIRECTORY ${PROJECT_SOURCE_DIR}/share/doc/tutorial DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT sdk)
# For plugins from elsewhere; ours stand in the library folder of the architecture.
install(DIRECTORY DESTINATION lib/ghost/plugins COMPONENT agent)

include(CMakePackageConfigHelpers)
set(sdkCMakeDir ${CMAKE_INSTALL_LIBDIR}/cmake/GhostSdk)
configure_package_config_file(${PROJECT_SOURCE_DIR}/sdk/cmake/GhostSdkConfig.cmake.in
    ${PROJECT_BINARY_DIR}/sdk/GhostSdkConfig.cmake INSTALL_DESTINATION ${sdkCMakeDir}
    NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/sdk/GhostSdkConfigVersion.cmake
    VERSION ${GHOST_SDK_VERSION} COMPATIBILITY SameMinorVersion)
install(FILES
    ${PROJECT_BINARY_DIR}/sdk/GhostSdkConfig.cmake
    ${PROJECT_BINARY_DIR}/sdk/GhostSdkConfigVersion.cmake
    ${PROJECT_SOURCE_DIR}/sdk/cmake/GhostAddPlugin.cmake
    ${PROJECT_SOURCE_DIR}/sdk/cmake/GhostBuildTag.cmake
    ${PROJECT_SOURCE_DIR}/sdk/cmake/plugin.map
    DESTINATION ${sdkCMakeDir} COMPONENT sdk)
file(RELATIVE_PATH pcPrefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
string(REGEX REPLACE "/$" "" pcPrefix ${pcPrefix})
configure_file(${PROJECT_SOURCE_DIR}/sdk/ghost-sdk.pc.in ${PROJECT_BINARY_DIR}/sdk/ghost-sdk.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/sdk/ghost-sdk.pc
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT sdk)
install(EXPORT GhostSdkTargets NAMESPACE GhostSdk:: DESTINATION ${sdkCMakeDir} COMPONENT sdk)
install(EXPORT GhostSdkProtoTargets NAMESPACE GhostSdk:: DESTINATION ${sdkCMakeDir} COMPONENT sdk)
install(FILES ${PROJECT_SOURCE_DIR}/share/schema/plugin.schema.json
    DESTINATION ${CMAKE_INSTALL_DATADIR}/ghost COMPONENT sdk)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/sdk/proto/ghost
    DESTINATION ${CMAKE_INSTALL_DATADIR}/ghost/proto COMPONENT sdk FILES_MATCHING PATTERN "*.proto")
