# SPDX-FileCopyrightText: Ghost Agent authors
# SPDX-License-Identifier: Apache-2.0
#
# ghost-toolchain    linker and sanitizer: for every target, generated code too
# ghost-build-flags  the same with our warnings and Qt rules: for every target that people write
# Link them PRIVATE.

if(NOT GHOST_SANITIZER MATCHES "^(address|thread)?$")
    message(FATAL_ERROR "GHOST_SANITIZER=${GHOST_SANITIZER}: use address, thread or nothing")
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    # The first keeps what was compiled with a precompiled header, too (our sources use no __TIME__); with the others a
    # second clone finds what the first one compiled.
    set(CMAKE_CXX_COMPILER_LAUNCHER
        ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}
        CCACHE_NOHASHDIR=1 ${CCACHE_PROGRAM})
endif()

add_library(ghost-toolchain INTERFACE)
find_program(MOLD_PROGRAM mold)
find_program(LLD_PROGRAM ld.lld)
if(MOLD_PROGRAM)
    target_link_options(ghost-toolchain INTERFACE -fuse-ld=mold)
elseif(LLD_PROGRAM)
    target_link_options(ghost-toolchain INTERFACE -fuse-ld=lld)
endif()

set(GHOST_SANITIZER_FLAGS "")
if(GHOST_SANITIZER STREQUAL "address")
    set(GHOST_SANITIZER_FLAGS -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
elseif(GHOST_SANITIZER STREQUAL "thread")
    set(GHOST_SANITIZER_FLAGS -fsanitize=thread -fno-omit-frame-pointer)
endif()
# -pthread everywhere, as Threads::Threads has it: a precompiled header fits only where the same macros are defined.
target_compile_options(ghost-toolchain INTERFACE -pthread ${GHOST_SANITIZER_FLAGS})
target_link_options(ghost-toolchain INTERFACE ${GHOST_SANITIZER_FLAGS})

add_library(ghost-build-flags INTERFACE)
target_link_libraries(ghost-build-flags INTERFACE ghost-toolchain)
target_compile_options(ghost-build-flags INTERFACE
    -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual
    $<$<BOOL:${GHOST_WERROR}>:-Werror>)
target_compile_definitions(ghost-build-flags INTERFACE
    QT_NO_KEYWORDS QT_NO_FOREACH QT_NO_URL_CAST_FROM_STRING QT_NO_NARROWING_CONVERSIONS_IN_CONNECT
    # Checks indices and iterators, and unlike _GLIBCXX_DEBUG leaves the ABI alone.
    $<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>)
