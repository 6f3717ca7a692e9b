// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QStringList>

#include "support/Eventually.h"

namespace ghost::e2e {

/// The output of a program that must succeed; empty, and a warning, when it does not. @p line as one would type it.
QByteArray outputOf(const QString &line, milliseconds limit = seconds(30));
QByteArray virsh(const QString &line);
/// For virsh's commands that change something: they say nothing.
bool virshDoes(const QString &line);

/// Everything that a VM may leave: domains, networks, filters, interfaces, packet rules, files below @p root. Equal
/// texts: nothing was left.
QByteArray everythingThere(const QString &root);
/// Empty when both are byte-equal, else the lines that only one of them has.
QByteArray difference(const QByteArray &before, const QByteArray &after);

/// Process of QEMU for the domain; 0: it does not run.
qint64 qemuPid(const QString &domain);
/// Names of the domains that run or are defined.
QStringList domains();

/// The libvirtd of this world.
class LibvirtDaemon
{
public:
    /// Wakes it and starts it, if need be, whatever a test did to it.
    ~LibvirtDaemon();

    bool waitUntilItAnswers(milliseconds limit = seconds(60)) const;
    bool startAgain() const;
    void stopHard() const;
    void freeze() const;
    void thaw() const;
    static qint64 pid();
};

} // namespace ghost::e2e
