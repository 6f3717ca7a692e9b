// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "IncludeArrows.h"

#include <QFileInfo>
#include <QLibraryInfo>
#include <QRegularExpression>
#include <QSet>

#include <algorithm>
#include <utility>

namespace {

const QSet<QString> bareAgent{"std", "posix", "tl", "QtCore"};
const QSet<QString> remoteProcedure{"grpc", "protobuf"};

/// The room that a source belongs to: one plugin, one app, or a whole floor.
QString roomOf(const QString &path)
{
    const QStringList parts = path.split('/');
    const auto starts = [&path](const char *folder) { return path.startsWith(QLatin1String(folder)); };
    if (starts("sdk/include/"))
        return "sdk/include";
    if (starts("sdk/proto/") || starts("sdk/template/"))
        return parts.mid(0, 2).join('/');
    if (starts("plugins/support/"))
        return "plugins/support";
    if (starts("apps/support/"))
        return "apps/support";
    if ((starts("plugins/") || starts("apps/")) && parts.size() > 2)
        return parts.mid(0, 2).join('/');
    return parts.first();
}

QString qtModuleOf(const QString &include)
{
    const int slash = include.indexOf('/');
    if (slash > 0)
        return include.left(slash);
    static const QString headers = QLibraryInfo::path(QLibraryInfo::HeadersPath);
    for (const char *module :
         {"QtCore", "QtSql", "QtNetwork", "QtTest", "QtWidgets", "QtGui", "QtHttpServer", "QtDBus"}) {
        if (QFileInfo::exists(headers + '/' + QLatin1String(module) + '/' + include))
            return QLatin1String(module);
    }
    return "Qt";
}

/// The library that an include from outside the tree belongs to.
QString libraryOf(const QString &include)
{
    static const QRegularExpression standard("^[a-z_0-9]+$");
    static const QRegularExpression posix("^(sys|linux|net|netinet|arpa|asm)/|^[a-z]+\\.h$");
    static const QRegularExpression qt("^Qt?[A-Z]|^q[a-z0-9]+\\.h$");
    static const QRegularExpression generated("\\.pb\\.h$");

    if (generated.match(include).hasMatch() || include.startsWith("google/"))
        return "protobuf";
    if (include.startsWith("grpc"))
        return "grpc";
    if (qt.match(include).hasMatch())
        return qtModuleOf(include);
    if (standard.match(include).hasMatch())
        return "std";
    if (posix.match(include).hasMatch())
        return "posix";
    return include.section('/', 0, 0);
}

bool mayIncludeRoom(const QString &from, const QString &to)
{
    if (from == to || to == "sdk/include")
        return true;
    if (from == "sdk")
        return false;
    if (from.startsWith("plugins/"))
        return to == "plugins/support" || to == "sdk/proto";
    if (from == "apps/support")
        return false;
    if (from == "apps/ghost-agent")
        return to == "core" || to == "apps/support";
    if (from.startsWith("apps/"))
        return to == "core" || to == "sdk/proto" || to == "apps/support";
    return false;
}

bool mayIncludeLibrary(const QString &from, const QString &library)
{
    if (from == "sdk/include")
        return bareAgent.contains(library) && library != "posix";
    if (from == "sdk")
        return bareAgent.contains(library);
    if (from == "sdk/proto")
        return bareAgent.contains(library) || remoteProcedure.contains(library);
    if (from == "core")
        return bareAgent.contains(library) || library == "QtSql" || library == "yaml-cpp";
    if (from == "apps/ghost-agent")
        return !remoteProcedure.contains(library) && library != "libvirt";
    if (from.startsWith("apps/"))
        return library != "libvirt";
    return true;
}

} // namespace

IncludeArrows::IncludeArrows(QStringList sources)
    : m_sources(std::move(sources))
{}

QStringList IncludeArrows::candidates(const QString &include) const
{
    const QString name = QString(include).remove(QRegularExpression("^(\\.\\.?/)+"));
    return m_sources.filter(QRegularExpression("(^|/)" + QRegularExpression::escape(name) + '$'));
}

QString IncludeArrows::check(const QString &path, const QString &line) const
{
    static const QRegularExpression includeLine("^\\s*#\\s*include\\s*[<\"]([^>\"]+)[>\"]");
    static const QRegularExpression moc("\\.moc$|(^|/)moc_[^/]*\\.cpp$");
    const QString include = includeLine.match(line).captured(1);
    if (include.isEmpty() || moc.match(include).hasMatch())
        return {};

    const QString from = roomOf(path);
    const QStringList targets = candidates(include);
    const auto right = [&from](const QString &target) { return mayIncludeRoom(from, roomOf(target)); };
    if (std::any_of(targets.begin(), targets.end(), right))
        return {};
    const QString library = libraryOf(include);
    if (targets.isEmpty() && mayIncludeLibrary(from, library))
        return {};
    return QString("%1 may not include %2 (%3)").arg(from, include, targets.isEmpty() ? library : targets.first());
}
