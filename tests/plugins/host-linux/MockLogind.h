// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QProcess>
#include <QtCore/QString>
#include <QtCore/QTemporaryDir>

namespace ghost {

/// A system bus of its own, for this process and its children while it lives, with a logind on it that announces what a
/// test says (python3-dbusmock).
class MockLogind
{
public:
    MockLogind();
    ~MockLogind();

    /// Why there can be none; empty: it is there.
    QString missing() const { return m_missing; }
    /// `PrepareForSleep` or `PrepareForShutdown`.
    bool announce(const QString &signal, bool begins);

private:
    QString startBus();
    QString startLogind();

    QTemporaryDir m_folder;
    QByteArray m_formerAddress;
    QProcess m_bus;
    QProcess m_logind;
    QString m_missing;
};

} // namespace ghost
