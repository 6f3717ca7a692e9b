# SPDX-FileCopyrightText: Ghost Agent authors
# SPDX-License-Identifier: Apache-2.0
#
# What must agree between a program and a plugin before the plugin's code may be mapped. Sets
#   GHOST_BUILD_TAG        one string, compared for equality: libstdc++-cxx11-x86_64-expected1.0-nosan-nodebug
#   GHOST_BUILD_TAG_JSON   the same in parts, for a plugin's metadata, with Qt's version (compared as a number, so
#                          not in the tag) and the compiler (for people: clang and gcc make one ABI)
# The compiler itself is asked, with the flags of this build; sanitizer flags come from GHOST_SANITIZER_FLAGS or
# CMAKE_CXX_FLAGS.

function(_ghost_probe_compiler out)
    set(probe ${CMAKE_BINARY_DIR}/CMakeFiles/ghost-build-tag.cpp)
    file(CONFIGURE OUTPUT ${probe} @ONLY CONTENT [[
#include <version>
#include <tl/expected.hpp>
#if defined(__has_feature)
#define GHOST_HAS(x) __has_feature(x)
#else
#define GHOST_HAS(x) 0
#endif
#ifdef _LIBCPP_VERSION
ghost:stdlib=libc++
ghost:abi=_LIBCPP_ABI_VERSION
#else
ghost:stdlib=libstdc++
#if _GLIBCXX_USE_CXX11_ABI
ghost:abi=cxx11
#else
ghost:abi=cxx98
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || GHOST_HAS(address_sanitizer)
ghost:sanitizer=address
#elif defined(__SANITIZE_THREAD__) || GHOST_HAS(thread_sanitizer)
ghost:sanitizer=thread
#elif GHOST_HAS(memory_sanitizer)
ghost:sanitizer=memory
#else
ghost:sanitizer=none
#endif
#ifdef _GLIBCXX_DEBUG
ghost:debug=true
#else
ghost:debug=false
#endif
ghost:expected=TL_EXPECTED_VERSION_MAJOR.TL_EXPECTED_VERSION_MINOR
]])
    get_target_property(includes tl::expected INTERFACE_INCLUDE_DIRECTORIES)
    list(TRANSFORM includes PREPEND -I)
    string(TOUPPER "${CMAKE_BUILD_TYPE}" config)
    separate_arguments(flags UNIX_COMMAND "${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${config}}")
    execute_process(
        COMMAND ${CMAKE_CXX_COMPILER} ${CMAKE_CXX_COMPILER_ARG1} ${flags} ${GHOST_SANITIZER_FLAGS} ${includes}
                -std=c++20 -w -E -P ${probe}
        OUTPUT_VARIABLE text ERROR_VARIABLE error RESULT_VARIABLE failed)
    if(failed)
        message(FATAL_ERROR "cannot ask ${CMAKE_CXX_COMPILER} for its ABI: ${error}")
    endif()
    foreach(key IN ITEMS stdlib abi sanitizer debug expected)
        if(NOT text MATCHES "ghost:${key}=([^\n]+)")
            message(FATAL_ERROR "cannot tell the ABI of ${CMAKE_CXX_COMPILER}: no ${key} in its answer")
        endif()
        string(REPLACE " " "" value "${CMAKE_MATCH_1}")
        set(${out}_${key} ${value} PARENT_SCOPE)
    endforeach()
endfunction()

_ghost_probe_compiler(_ghost)
set(_ghost_sanitizer_word ${_ghost_sanitizer})
if(_ghost_sanitizer STREQUAL "none")
    set(_ghost_sanitizer_word nosan)
endif()
set(_ghost_debug_word nodebug)
if(_ghost_debug)
    set(_ghost_debug_word debug)
endif()
string(CONCAT GHOST_BUILD_TAG
    "${_ghost_stdlib}-${_ghost_abi}-${CMAKE_SYSTEM_PROCESSOR}-expected${_ghost_expected}"
    "-${_ghost_sanitizer_word}-${_ghost_debug_word}")
set(GHOST_BUILD_TAG_JSON "{
    \"abi\": \"${_ghost_stdlib}-${_ghost_abi}\",
    \"arch\": \"${CMAKE_SYSTEM_PROCESSOR}\",
    \"compiler\": \"${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}\",
    \"expected\": \"${_ghost_expected}\",
    \"glibcxxDebug\": ${_ghost_debug},
    \"qt\": \"${Qt6_VERSION_MAJOR}.${Qt6_VERSION_MINOR}\",
    \"sanitizer\": \"${_ghost_sanitizer}\",
    \"tag\": \"${GHOST_BUILD_TAG}\"
}")
