# SPDX-FileCopyrightText: Ghost Agent authors
# SPDX-License-Identifier: Apache-2.0
#
# ghost_add_test(<Name> [SOURCES <file>...] [LINK <target>...] [LABELS <label>...] [TIMEOUT <seconds>]
#                [ENVIRONMENT <KEY=value>...] [RUN_SERIAL])
#
# One program from <Name>.cpp, one line in ctest. Defaults: label unit, 120 s (a limit ends what hangs, also on a machine
# that is three times slower than usual). In its environment GHOST_PLUGIN_DIR and GHOST_BIN_DIR point at this build's
# plugins and programs, GHOST_SOURCE_DIR at the source tree, GHOST_MINI_IMAGE at the little guest (share/images/build-mini
# makes it). Exit code 77 means skipped.

function(ghost_add_test name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "RUN_SERIAL" "TIMEOUT" "SOURCES;LINK;LABELS;ENVIRONMENT")
    if(arg_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "ghost_add_test(${name}): not known: ${arg_UNPARSED_ARGUMENTS}")
    endif()
    if(NOT arg_LABELS)
        set(arg_LABELS unit)
    endif()
    if(NOT arg_TIMEOUT)
        set(arg_TIMEOUT 120)
    endif()

    add_executable(${name} ${name}.cpp ${arg_SOURCES})
    target_link_libraries(${name} PRIVATE ghost-build-flags Qt6::Test ${arg_LINK})
    target_include_directories(${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
    set_target_properties(${name} PROPERTIES
        AUTOMOC ON
        UNITY_BUILD OFF # most have one source
        RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests/bin)
    # Nearly always empty: a test class stands in the test's own file.
    set_property(SOURCE ${CMAKE_CURRENT_BINARY_DIR}/${name}_autogen/mocs_compilation.cpp
        PROPERTY SKIP_PRECOMPILE_HEADERS ON)

    add_test(NAME ${name} COMMAND ${name})
    set(environment
        QT_QPA_PLATFORM=offscreen
        GHOST_PLUGIN_DIR=${GHOST_PLUGIN_DIR}
        GHOST_BIN_DIR=${CMAKE_RUNTIME_OUTPUT_DIRECTORY}
        GHOST_SOURCE_DIR=${PROJECT_SOURCE_DIR}
        GHOST_MINI_IMAGE=${PROJECT_SOURCE_DIR}/build/mini.qcow2
        ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1
        UBSAN_OPTIONS=print_stacktrace=1
        TSAN_OPTIONS=second_deadlock_stack=1:suppressions=${PROJECT_SOURCE_DIR}/tests/tsan.supp
        ${arg_ENVIRONMENT})
    set_tests_properties(${name} PROPERTIES
        LABELS "${arg_LABELS}"
        TIMEOUT ${arg_TIMEOUT}
        ENVIRONMENT "${environment}"
        SKIP_RETURN_CODE 77
        RUN_SERIAL ${arg_RUN_SERIAL})
endfunction()
