// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/AgentProcess.h"
#include "support/Libvirt.h"
#include "support/OwnWorld.h"

namespace ghost::e2e {

/// An agent on the libvirtd of this test's own world, with the little guest as image `mini` and its network made.
class RealHost
{
public:
    /// Why there can be none, so that the test is skipped; empty: it is there.
    QString missing() const { return missingWorld(); }
    /// Empty, or what went wrong.
    QByteArray start(const QByteArray &config = realConfig());

    AgentProcess &agent() { return *m_agent; }
    const LibvirtDaemon &libvirtd() const { return m_libvirtd; }
    Ghostctl ctl() const { return m_agent->ctl(); }
    QByteArray everythingThere() const { return ghost::e2e::everythingThere(m_agent->root()); }

    /// Domain of a VM of ours.
    QString domainOf(const QString &vmName) const;

private:
    LibvirtDaemon m_libvirtd;
    std::unique_ptr<AgentProcess> m_agent;
};

} // namespace ghost::e2e

/// In initTestCase().
#define GHOST_E2E_NEEDS(host)                                                                                          \
    do {                                                                                                               \
        if (const QString why = (host).missing(); !why.isEmpty())                                                      \
            QSKIP(qPrintable(why));                                                                                    \
        const QByteArray problem = (host).start();                                                                     \
        QVERIFY2(problem.isEmpty(), problem.constData());                                                              \
    } while (false)
