// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QStringList>

namespace ghost::e2e {

/// Gives this process a network of its own: nothing on the machine sees it, and it goes with the last process in it. To
/// be called first in main(). Where that is not allowed, reason() says so.
class NetworkOfHosts
{
public:
    /// Empty: there is one.
    static QString enter();
    static QString reason();

    /// A host beside this one, which has @p here; both know only each other.
    static bool add(const QString &name, const QString &here, const QString &there);
    /// What runs a program there.
    static QStringList within(const QString &name) { return {"ip", "netns", "exec", name}; }
    static bool cut(const QString &name);
    static bool heal(const QString &name);
};

} // namespace ghost::e2e
