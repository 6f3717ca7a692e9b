// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QSet>
#include <QtCore/QStringList>

#include "Port.h"

namespace ghost::user {

/// The folder of ports: a file `<vm id>.json` each, so that damage to one costs no other VM anything.
class PortFiles
{
public:
    struct Contents
    {
        QList<Port> ports;
        QSet<VmId> lost;      ///< they had a port, but nothing more is known of it
        QStringList problems; ///< for the log
    };

    explicit PortFiles(const QString &folder)
        : m_folder(folder)
    {}

    /// What is in the folder. A file that does not parse is moved aside as `.json.bad`; half a file that a killed agent
    /// left is removed. An Error, and all stays as it is, when one cannot be read or moved now.
    Result<Contents> load() const;
    /// Durable when it returns.
    Result<void> write(const Port &port) const;
    /// And what was moved aside for this VM.
    Result<void> remove(VmId vm) const;

private:
    Result<void> take(VmId vm, Contents &contents) const;
    QString fileOf(VmId vm) const;
    QString badFileOf(VmId vm) const;

    const QString m_folder;
};

} // namespace ghost::user
