// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "host/PluginCatalogue.h"

#include <QtCore/QDir>
#include <QtCore/QFileInfo>

namespace ghost {

PluginCatalogue::PluginCatalogue(const QStringList &folders)
    : m_folders(folders)
{}

Result<PluginMetadata> PluginCatalogue::find(const QString &id) const
{
    for (const QString &folder : m_folders) {
        const QString file = QDir(folder).filePath(id + QStringLiteral(".so"));
        // A dangling or looping link is a file that somebody meant: let read() say what is wrong with it.
        if (!QFileInfo::exists(file) && !QFileInfo(file).isSymLink())
            continue;
        auto metadata = PluginMetadata::read(file);
        if (metadata && metadata->id != id)
            return Error(Code::FailedPrecondition, QStringLiteral("%1: calls itself '%2'").arg(file, metadata->id));
        return metadata;
    }
    return Error(Code::NotFound, QStringLiteral("no plugin '%1'").arg(id))
        .withHint(QStringLiteral("looked for %1.so in %2").arg(id, m_folders.join(QStringLiteral(", "))));
}

} // namespace ghost
