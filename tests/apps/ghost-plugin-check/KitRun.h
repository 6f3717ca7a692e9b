// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QMap>
#include <QtCore/QStringList>

namespace ghost {

/// One run of ghost-plugin-check in a test.
struct KitRun
{
    int exitCode = -1;
    QString output; ///< standard output and error
    /// Row → `passed`, `FAILED`, `skipped`.
    QMap<QString, QString> rows;

    static KitRun of(const QStringList &arguments);
};

/// Of this build: the fake of a role, and the hypervisor that breaks what no setting can break.
QString fakePlugin(const char *role = "hypervisor");
QString unrulyPlugin();

} // namespace ghost
