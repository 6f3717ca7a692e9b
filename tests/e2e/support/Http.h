// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QStringList>

#include "support/AgentProcess.h"

namespace ghost::e2e {

/// Options for AgentProcess::start: the fake hypervisor with the API, health and metrics, on free ports.
QString withHttp();
/// Where the agent's @p name (`health`, `metrics`) really listens, `127.0.0.1:40001`; empty: not within 10 s.
QString endpoint(const AgentProcess &agent, const QString &name);

/// What curl got.
struct Page
{
    int curlExit = -1; ///< 0: a whole answer came
    int status = 0;
    QByteArray body;
    qint64 elapsedMilliseconds = 0;
};
/// Runs the real curl; @p options before the address.
Page curl(const QString &address, const QString &path, const QStringList &options = {});

/// A bare connection for clients that misbehave.
class RawConnection
{
public:
    explicit RawConnection(const QString &address);
    ~RawConnection();
    RawConnection(RawConnection &&other) noexcept;
    RawConnection(const RawConnection &) = delete;
    RawConnection &operator=(const RawConnection &) = delete;

    bool isConnected() const { return m_fd >= 0; }
    /// False when the other side has closed, or takes nothing for 20 s.
    bool send(const QByteArray &bytes) const;
    /// Reads until the other side closes; false: it has not within @p limit.
    bool isClosedWithin(milliseconds limit) const;

private:
    int m_fd = -1;
};

/// How much a process' resident memory grew at its highest since this was made.
class MemoryGrowth
{
public:
    explicit MemoryGrowth(qint64 pid);
    qint64 peakKilobytes() const;

private:
    qint64 status(const QByteArray &key) const;

    qint64 m_pid = 0;
    qint64 m_before = 0;
};

} // namespace ghost::e2e
