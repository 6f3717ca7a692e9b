// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "host/PluginCatalogue.h"

#include <QtCore/QDir>
#include <QtCore/QFileInfo>

#include "config/DidYouMean.h"
#include "host/TrustedPath.h"

namespace ghost {

namespace {

const QString suffix = QStringLiteral(".so");

/// The file of that name in the first of the folders that has one; empty if none has.
QString fileIn(const QStringList &folders, const QString &name)
{
    for (const QString &folder : folders) {
        const QFileInfo file(QDir(folder).filePath(name));
        // A dangling or looping link is a file that somebody meant: let the judgement say what is wrong with it.
        if (file.exists() || file.isSymLink())
            return file.filePath();
    }
    return {};
}

/// What lies there as if it were a plugin.
QStringList idsIn(const QStringList &folders)
{
    QStringList ids;
    for (const QString &folder : folders)
        for (const QString &file : QDir(folder).entryList({QLatin1Char('*') + suffix}))
            ids.append(file.chopped(suffix.size()));
    return ids;
}

} // namespace

PluginCatalogue::PluginCatalogue(PluginFolders folders)
    : m_folders(std::move(folders))
{}

Result<PluginMetadata> PluginCatalogue::find(const QString &id) const
{
    const QString name = id + suffix;
    const QString foreign = fileIn(m_folders.others, name);
    if (!foreign.isEmpty() && !m_folders.safeMode)
        return judge(id, foreign, false);
    if (const QString file = fileIn(m_folders.own, name); !file.isEmpty())
        return judge(id, file, true);
    if (!foreign.isEmpty())
        return Error(Code::FailedPrecondition,
                     QStringLiteral("%1: not in safe mode: it is not the agent's own").arg(foreign))
            .withHint(QStringLiteral("start the agent without --safe-mode"));
    const QStringList folders = m_folders.others + m_folders.own;
    return Error(Code::NotFound, QStringLiteral("no plugin '%1'").arg(id) + didYouMean(id, idsIn(folders)))
        .withHint(QStringLiteral("looked for %1 in %2").arg(name, folders.join(QStringLiteral(", "))));
}

Result<PluginMetadata> PluginCatalogue::judge(const QString &id, const QString &file, bool isOwn) const
{
    if (!isOwn)
        if (const auto trusted = checkTrustedPath(file); !trusted)
            return trusted.error().within(file);
    auto metadata = PluginMetadata::read(file);
    if (metadata && metadata->id != id)
        return Error(Code::FailedPrecondition, QStringLiteral("%1: calls itself '%2'").arg(file, metadata->id));
    return metadata;
}

} // namespace ghost
