# SPDX-FileCopyrightText: Ghost Agent authors
# SPDX-License-Identifier: Apache-2.0
#
# ghost_add_plugin(<id> SOURCES <file>... [ROLES <role>...] [FACETS <facet>...] [LINK <target>...]
#                  [METADATA <file>] [CHECK_CONFIG <file>] [CHECK_ABSENT <file>] [OUTPUT_DIRECTORY <dir>] [NO_INSTALL]
#                  [PRETEND_SDK <version>] [PRETEND_TAG <tag>])
#
# One loadable module, lib/ghost/plugins/<id>.so. Its plugin.json is written by hand (or METADATA names another file)
# and holds: id, name, version, description, vendor, license, roles (may come from ROLES), config (a schema), and where
# they apply vmOptions (a schema) and privileges. A completed copy, ghost-plugin.json, gains "roles" and "facets" from
# the arguments, and "sdk" and "build" from this build; the plugin's source names it:
#     Q_PLUGIN_METADATA(IID GHOST_PLUGIN_IID FILE "ghost-plugin.json")
# With the installed SDK and BUILD_TESTING (include(CTest)) there is a test <id>.conformance: ghost-plugin-check on the
# file that was built, with the settings in CHECK_CONFIG (JSON), if they are named. CHECK_ABSENT names settings (JSON) of
# a machine where the plugin's backend cannot be found, such as a program or socket that is not there: without them the
# rows that need such a machine are skipped.
# PRETEND_SDK and PRETEND_TAG make plugins that a host must refuse: for tests.

set(_GHOST_PLUGIN_MAP ${CMAKE_CURRENT_LIST_DIR}/plugin.map)

function(ghost_add_plugin name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "NO_INSTALL"
        "METADATA;CHECK_CONFIG;CHECK_ABSENT;OUTPUT_DIRECTORY;PRETEND_SDK;PRETEND_TAG"
        "ROLES;FACETS;SOURCES;LINK")
    if(arg_UNPARSED_ARGUMENTS OR NOT arg_SOURCES)
        message(FATAL_ERROR "ghost_add_plugin(${name}): SOURCES are needed; not known: '${arg_UNPARSED_ARGUMENTS}'")
    endif()
    if(NOT arg_METADATA)
        set(arg_METADATA plugin.json)
    endif()
    if(NOT arg_OUTPUT_DIRECTORY)
        set(arg_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib/ghost/plugins)
    endif()

    # A folder of its own: two plugins may stand in one CMakeLists.txt.
    set(metadataDir ${CMAKE_CURRENT_BINARY_DIR}/${name}-metadata)
    set(metadata ${metadataDir}/ghost-plugin.json)
    _ghost_complete_metadata(${name} ${metadata})

    add_library(${name} MODULE ${arg_SOURCES})
    target_include_directories(${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR} ${metadataDir})
    target_link_libraries(${name} PRIVATE GhostSdk::GhostSdk ${arg_LINK})
    if(TARGET ghost-build-flags)
        target_link_libraries(${name} PRIVATE ghost-build-flags)
    endif()
    target_compile_features(${name} PRIVATE cxx_std_20)
    target_link_options(${name} PRIVATE LINKER:--version-script=${_GHOST_PLUGIN_MAP})
    if(NOT GHOST_SANITIZER)  # clang leaves the sanitizer's symbols to the program
        target_link_options(${name} PRIVATE LINKER:--no-undefined)
    endif()
    set_target_properties(${name} PROPERTIES
        PREFIX ""
        AUTOMOC ON
        CXX_VISIBILITY_PRESET hidden
        VISIBILITY_INLINES_HIDDEN ON
        LIBRARY_OUTPUT_DIRECTORY ${arg_OUTPUT_DIRECTORY}
        LINK_DEPENDS ${_GHOST_PLUGIN_MAP}
        AUTOGEN_TARGET_DEPENDS ${metadata})

    # moc reruns for changed metadata, but what includes its output would be compiled only by the build after. A unity
    # build does not look at OBJECT_DEPENDS.
    set(mocOutput ${CMAKE_CURRENT_BINARY_DIR}/${name}_autogen/mocs_compilation.cpp)
    foreach(source IN LISTS arg_SOURCES)
        cmake_path(ABSOLUTE_PATH source BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} OUTPUT_VARIABLE path)
        set(names)
        if(EXISTS ${path})
            file(STRINGS ${path} names REGEX "Q_PLUGIN_METADATA" LIMIT_COUNT 1)
        endif()
        if(names)
            list(APPEND mocOutput ${source})
        endif()
    endforeach()
    set_property(SOURCE ${mocOutput} APPEND PROPERTY OBJECT_DEPENDS ${metadata})
    set_property(SOURCE ${mocOutput} PROPERTY SKIP_UNITY_BUILD_INCLUSION ON)

    if(GHOST_PLUGIN_CHECK AND BUILD_TESTING)
        set(config)
        if(arg_CHECK_CONFIG)
            set(config --config ${CMAKE_CURRENT_SOURCE_DIR}/${arg_CHECK_CONFIG})
        endif()
        if(arg_CHECK_ABSENT)
            list(APPEND config --absent ${CMAKE_CURRENT_SOURCE_DIR}/${arg_CHECK_ABSENT})
        endif()
        add_test(NAME ${name}.conformance COMMAND ${GHOST_PLUGIN_CHECK} $<TARGET_FILE:${name}> --profile quick ${config})
        set_tests_properties(${name}.conformance PROPERTIES TIMEOUT 480)
    endif()

    if(NOT arg_NO_INSTALL)
        set_property(GLOBAL APPEND PROPERTY GHOST_INSTALLED_PLUGINS ${name})
        install(TARGETS ${name} LIBRARY DESTINATION ${GHOST_PLUGIN_INSTALL_DIR} COMPONENT agent)
    endif()
endfunction()

# Writes <output> from arg_METADATA, arg_ROLES and arg_FACETS of the caller.
function(_ghost_complete_metadata name output)
    set(input ${CMAKE_CURRENT_SOURCE_DIR}/${arg_METADATA})
    if(NOT EXISTS ${input})
        message(FATAL_ERROR "${input} is missing: a plugin needs its metadata")
    endif()
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${input})
    file(READ ${input} json)

    string(JSON type ERROR_VARIABLE error TYPE "${json}" "id")
    if(error)
        message(FATAL_ERROR "${input}: ${error}")
    endif()
    foreach(key IN ITEMS id name version description vendor license)
        string(JSON value ERROR_VARIABLE error GET "${json}" ${key})
        if(error OR value STREQUAL "")
            message(FATAL_ERROR "${input}: '${key}' is missing or empty")
        endif()
    endforeach()
    string(JSON id GET "${json}" id)
    if(NOT id STREQUAL name)
        message(FATAL_ERROR "${input}: id is '${id}', but the plugin is called '${name}'")
    endif()
    string(JSON type ERROR_VARIABLE error TYPE "${json}" config)
    if(NOT type STREQUAL "OBJECT")
        message(FATAL_ERROR "${input}: 'config' must be an object (the schema of its configuration; {} when it has none)")
    endif()

    foreach(key IN ITEMS roles facets)
        string(TOUPPER ${key} argument)
        string(JSON written ERROR_VARIABLE error GET "${json}" ${key})
        if(arg_${argument})
            list(JOIN arg_${argument} "\", \"" items)
            set(wanted "[\"${items}\"]")
            if(NOT error)
                string(JSON same EQUAL "${written}" "${wanted}")
                if(NOT same)
                    message(FATAL_ERROR "${input}: '${key}' is ${written}, but ghost_add_plugin says ${wanted}")
                endif()
            endif()
            string(JSON json SET "${json}" ${key} "${wanted}")
        elseif(error AND key STREQUAL "roles")
            message(FATAL_ERROR "${input}: no 'roles', and no ROLES in ghost_add_plugin(${name})")
        endif()
    endforeach()

    set(sdk ${GHOST_SDK_VERSION})
    set(build "${GHOST_BUILD_TAG_JSON}")
    if(arg_PRETEND_SDK)
        set(sdk ${arg_PRETEND_SDK})
    endif()
    if(arg_PRETEND_TAG)
        string(JSON build SET "${build}" tag "\"${arg_PRETEND_TAG}\"")
    endif()
    string(JSON json SET "${json}" sdk "\"${sdk}\"")
    string(JSON json SET "${json}" build "${build}")
    set(before "")
    if(EXISTS ${output})
        file(READ ${output} before)
    endif()
    if(NOT before STREQUAL "${json}\n")  # an equal file keeps its time: nothing is built again
        file(WRITE ${output} "${json}\n")
    endif()
endfunction()
