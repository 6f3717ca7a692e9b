// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QMap>
#include <QtCore/QString>

#include "ghost/Result.h"

namespace ghost::ctl {

/// The beginning of a plugin: files made from the templates in sdk/template, which the program carries.
class PluginProject
{
public:
    /// @p name is what stands behind the role in its id: `bochs` makes `hypervisor-bochs`. @p vendor is a domain
    /// backwards. A name that no plugin may have: InvalidArgument.
    static Result<PluginProject> make(const QString &role, const QString &name, const QString &vendor);

    QString id() const { return m_id; }
    /// Path below the project's folder → content.
    const QMap<QString, QByteArray> &files() const { return m_files; }

    /// Writes the folder @p parent / id(), whole or not at all, and answers with its path. It exists: AlreadyExists.
    Result<QString> writeInto(const QString &parent) const;

private:
    QString m_id;
    QMap<QString, QByteArray> m_files;
};

} // namespace ghost::ctl
