// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QStringList>

#include <ghost/PortForward.h>

#include "QmpMonitor.h"

namespace ghost {

/// The forwards of one port of a running guest, as QEMU's own user network has them now. They are read from QEMU at
/// each change: what an agent that was killed in the middle has left is seen and mended.
class HostForwards
{
public:
    HostForwards(QmpMonitor &monitor, QString netdev);

    /// All of @p wanted and no others, or, with an Error, those that were there before. FailedPrecondition: a port of
    /// the host is taken.
    Result<void> become(const QList<PortForward> &wanted, Call &call);

private:
    enum class Kind : int { Unspecified = 0, Add, Remove };
    struct Step
    {
        Kind kind = Kind::Unspecified;
        QString rule;
    };

    Result<QStringList> present(Call &call);
    QJsonObject argumentsOf(const Step &step) const;
    Result<void> apply(const Step &step, Call &call);
    void takeBack(const QList<Step> &tried);

    QmpMonitor &m_monitor;
    QString m_netdev;
};

/// The rules of @p netdev in the answer to `info usernet`.
QStringList rulesIn(const QString &userNetworks, const QString &netdev);

} // namespace ghost
