// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include "ghost/Result.h"

namespace ghost::host {

/// Who started the agent and wants to hear of it: systemd, or whoever else speaks sd_notify. Found by the environment
/// (NOTIFY_SOCKET, WATCHDOG_USEC); without one every call does nothing.
class ServiceManager
{
public:
    ServiceManager();

    bool isThere() const { return m_isThere; }
    /// It wants to hear of life this often; zero: not at all.
    std::chrono::milliseconds watchdogLimit() const { return m_watchdogLimit; }

    Result<void> ready(const QString &status) const;
    Result<void> status(const QString &status) const;
    Result<void> stopping() const;
    Result<void> alive() const;

private:
    Result<void> notify(const QString &assignments) const;

    bool m_isThere = false;
    std::chrono::milliseconds m_watchdogLimit{0};
};

} // namespace ghost::host
