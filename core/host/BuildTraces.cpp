// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "host/BuildTraces.h"

#include <array>

#include <QtCore/QFile>

#include "ghost/BuildTag.h"

namespace ghost {

namespace {

struct Trace
{
    const char *symbol;  ///< begin of a dynamic symbol's name
    const char *tagWord; ///< an agent with this word in its own tag is built the same way
    const char *meaning;
};

constexpr std::array traces = {
    Trace{"__asan_init", "address", "address sanitizer"},
    Trace{"__tsan_init", "thread", "thread sanitizer"},
    Trace{"__msan_init", "memory", "memory sanitizer"},
    // Our own address sanitizer's builds have both.
    Trace{"__ubsan_handle_", "address", "undefined-behaviour sanitizer"},
    Trace{"_ZN11__gnu_debug", "debug", "_GLIBCXX_DEBUG"},
    Trace{"_ZNK11__gnu_debug", "debug", "_GLIBCXX_DEBUG"},
};

} // namespace

Result<void> checkBuildTraces(const QString &file)
{
    QFile library(file);
    const uchar *bytes = library.open(QIODevice::ReadOnly) ? library.map(0, library.size()) : nullptr;
    if (!bytes)
        return Error(Code::FailedPrecondition, QStringLiteral("cannot be read: %1").arg(library.errorString()));
    const QByteArray content =
        QByteArray::fromRawData(reinterpret_cast<const char *>(bytes), qsizetype(library.size()));
    const QStringList own = buildTag().split(QLatin1Char('-'));
    for (const Trace &trace : traces)
        if (!own.contains(QLatin1String(trace.tagWord)) && content.contains(QByteArray(1, '\0') + trace.symbol))
            return Error(Code::FailedPrecondition,
                         QStringLiteral("built with %1, this agent is not").arg(QLatin1String(trace.meaning)))
                .withHint(QStringLiteral("build the plugin without it"));
    return {};
}

} // namespace ghost
