// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QByteArray>
#include <sys/types.h>

#include "support/AgentProcess.h"

namespace ghost::e2e {

/// Nobody's: no name, no groups, no other processes.
inline constexpr uid_t namelessUser = 64740;
/// `nobody`, for programs that insist on a user's name (libvirt).
inline constexpr uid_t namedUser = 65534;

/// From here on this process is an ordinary user's: for root it becomes @p user. To be called first in main().
void becomeOrdinaryUser(uid_t user);
/// Empty, or why this process is still root.
QString stillRoot();

/// Settings for real, small guests under TCG without root: the network is network-user.
QByteArray rootlessConfig(const QByteArray &hypervisor);

/// A key that lets this test into its guests, and the way there.
class GuestSsh
{
public:
    /// @p folder is where the key is kept.
    explicit GuestSsh(const QString &folder);
    QString publicKey() const { return m_key + ".pub"; }
    /// What @p command says in the guest at `127.0.0.1:23000`; empty: no way in.
    QByteArray run(const QString &endpoint, const QString &command) const;

private:
    QString m_key;
};

} // namespace ghost::e2e

/// main() of a test that is no root's.
#define GHOST_ROOTLESS_MAIN(TestClass, user)                                                                           \
    int main(int argc, char **argv)                                                                                    \
    {                                                                                                                  \
        ghost::e2e::becomeOrdinaryUser(user);                                                                          \
        QCoreApplication application(argc, argv);                                                                      \
        TestClass test;                                                                                                \
        return QTest::qExec(&test, argc, argv);                                                                        \
    }
