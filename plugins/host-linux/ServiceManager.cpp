// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "ServiceManager.h"

#include <cstring>

#include <systemd/sd-daemon.h>

namespace ghost::host {

using std::chrono::microseconds;
using std::chrono::milliseconds;

ServiceManager::ServiceManager()
    : m_isThere(qEnvironmentVariableIsSet("NOTIFY_SOCKET"))
{
    uint64_t limit = 0;
    if (::sd_watchdog_enabled(0, &limit) > 0)
        m_watchdogLimit = std::chrono::floor<milliseconds>(microseconds(limit));
}

Result<void> ServiceManager::ready(const QString &status) const
{
    return notify(QStringLiteral("READY=1\nSTATUS=%1").arg(status));
}

Result<void> ServiceManager::status(const QString &status) const
{
    return notify(QStringLiteral("STATUS=%1").arg(status));
}

Result<void> ServiceManager::stopping() const
{
    return notify(QStringLiteral("STOPPING=1\nSTATUS=stopping; the VMs run on"));
}

Result<void> ServiceManager::alive() const
{
    return notify(QStringLiteral("WATCHDOG=1"));
}

Result<void> ServiceManager::notify(const QString &assignments) const
{
    const int sent = ::sd_notify(0, assignments.toUtf8().constData());
    if (sent < 0)
        return Error(Code::Unavailable,
                     QStringLiteral("the service manager cannot be told at %1: %2")
                         .arg(qEnvironmentVariable("NOTIFY_SOCKET"), QString::fromLocal8Bit(std::strerror(-sent))));
    return {};
}

} // namespace ghost::host
