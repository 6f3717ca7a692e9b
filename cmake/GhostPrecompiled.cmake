# SPDX-FileCopyrightText: Ghost Agent authors
# SPDX-License-Identifier: Apache-2.0
#
# With GHOST_PRECOMPILED_HEADERS the headers that nearly all sources read are compiled once: in one set those of Qt and the
# standard library, in the others gRPC's or QtTest's, too. ghost_use_precompiled(<folder>) gives its targets the set that fits
# what they link. A source must not count on it: the packages are built without, and lint looks without.

option(GHOST_PRECOMPILED_HEADERS "Compile the headers that all read once: a build from nothing takes half the time" OFF)

set(_ghostQtHeaders
    <QtCore/QBitArray> <QtCore/QByteArray> <QtCore/QDateTime> <QtCore/QDir> <QtCore/QElapsedTimer> <QtCore/QFile>
    <QtCore/QHash> <QtCore/QJsonArray> <QtCore/QJsonDocument> <QtCore/QJsonObject> <QtCore/QObject> <QtCore/QProcess>
    <QtCore/QRect> <QtCore/QSet> <QtCore/QString> <QtCore/QStringList> <QtCore/QTemporaryDir> <QtCore/QTimer>
    <QtCore/QUrl> <QtCore/QUuid> <QtCore/QVariant> <algorithm> <chrono> <condition_variable> <deque> <functional> <map>
    <memory> <mutex> <optional> <thread> <vector> <tl/expected.hpp>)
set(_ghostTestHeaders ${_ghostQtHeaders} <QtTest/QtTest>)
set(_ghostRpcHeaders ${_ghostQtHeaders} <grpcpp/grpcpp.h> <ghost/agent/v1/agent.grpc.pb.h>)

# _ghost_precompile(<name> HEADERS <header>... LINK <target>...)
function(_ghost_precompile name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "HEADERS;LINK")
    set(source ${CMAKE_BINARY_DIR}/precompiled/${name}.cpp)
    if(NOT EXISTS ${source})
        file(WRITE ${source} "")
    endif()
    add_library(${name} OBJECT ${source})
    target_link_libraries(${name} PRIVATE ghost-build-flags ${arg_LINK})
    target_precompile_headers(${name} PRIVATE ${arg_HEADERS})
endfunction()

# Sets <result> to TRUE if <target> links <library>, at whatever depth.
function(_ghost_links target library result)
    set(seen)
    set(pending ${target})
    list(LENGTH pending left)
    while(left GREATER 0)
        list(POP_FRONT pending next)
        string(REGEX REPLACE "^\\$<LINK_ONLY:(.*)>$" "\\1" next "${next}")
        if(TARGET ${next} AND NOT next IN_LIST seen)
            list(APPEND seen ${next})
            foreach(property IN ITEMS LINK_LIBRARIES INTERFACE_LINK_LIBRARIES)
                get_property(links TARGET ${next} PROPERTY ${property})
                list(APPEND pending ${links})
            endforeach()
        endif()
        list(LENGTH pending left)
    endwhile()
    if(library IN_LIST seen)
        set(${result} TRUE PARENT_SCOPE)
    else()
        set(${result} FALSE PARENT_SCOPE)
    endif()
endfunction()

function(ghost_use_precompiled folder)
    get_property(targets DIRECTORY ${folder} PROPERTY BUILDSYSTEM_TARGETS)
    foreach(target IN LISTS targets)
        get_property(links TARGET ${target} PROPERTY LINK_LIBRARIES)
        get_property(visibility TARGET ${target} PROPERTY CXX_VISIBILITY_PRESET)
        if(NOT "ghost-build-flags" IN_LIST links OR NOT visibility STREQUAL CMAKE_CXX_VISIBILITY_PRESET)
            continue()
        endif()
        _ghost_links(${target} GhostSdk::Proto speaksGrpc)
        _ghost_links(${target} Qt6::Test usesQtTest)
        _ghost_links(${target} Qt6::Network usesNetwork)
        _ghost_links(${target} tl::expected usesSdk)
        if(NOT usesSdk)
            continue()
        elseif(speaksGrpc)
            target_precompile_headers(${target} REUSE_FROM ghost-precompiled-rpc)
        elseif(usesQtTest AND NOT usesNetwork)  # with it QtTest's own header is another
            target_precompile_headers(${target} REUSE_FROM ghost-precompiled-test)
        else()
            target_precompile_headers(${target} REUSE_FROM ghost-precompiled-qt)
        endif()
        target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)  # ccache wants to see them
    endforeach()
    get_property(folders DIRECTORY ${folder} PROPERTY SUBDIRECTORIES)
    foreach(each IN LISTS folders)
        ghost_use_precompiled(${each})
    endforeach()
endfunction()

if(GHOST_PRECOMPILED_HEADERS)
    _ghost_precompile(ghost-precompiled-qt HEADERS ${_ghostQtHeaders} LINK Qt6::Core tl::expected)
    _ghost_precompile(ghost-precompiled-test HEADERS ${_ghostTestHeaders} LINK Qt6::Test tl::expected)
    _ghost_precompile(ghost-precompiled-rpc HEADERS ${_ghostRpcHeaders} LINK Qt6::Core tl::expected GhostSdk::Proto)
    # Once all targets are known.
    foreach(room IN ITEMS sdk core plugins apps tests)
        cmake_language(EVAL CODE "cmake_language(DEFER CALL ghost_use_precompiled ${PROJECT_SOURCE_DIR}/${room})")
    endforeach()
endif()
