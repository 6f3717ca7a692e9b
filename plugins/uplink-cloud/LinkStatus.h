// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <mutex>

#include <QtCore/QCborMap>
#include <QtCore/QStringList>

namespace ghost::uplink {

/// How the tie to the cloud is, from memory, as message CloudStatus. Thread-safe.
class LinkStatus
{
public:
    enum class State : int { Unspecified = 0, Registering, Connected, Unreachable, Refused, Left };

    struct Facts
    {
        State state = State::Unspecified;
        QString problem; ///< why it is not Connected
        qint64 lastSuccessMs = 0;
        qint64 lastAttemptMs = 0;
        qint64 latencyMs = 0;
        int intervalSeconds = 0;
        int outboxReports = 0;
        int pendingCommands = 0;
        quint64 lastSequence = 0; ///< of the reports; not shown
        QStringList addresses;
        QString tailnet;
        QString notice;
        int refusals = 0;    ///< what the cloud will never take of our reports and results, since the start
        QString lastRefusal; ///< which, and why
        bool isStreamOpen = false;
        quint64 heartbeats = 0;
        quint64 failedHeartbeats = 0;
    };

    Facts facts() const;
    void edit(const std::function<void(Facts &)> &change);

private:
    mutable std::mutex m_mutex;
    Facts m_facts;
};

struct CloudIdentity
{
    QString endpoint;
    QString agent;
    bool isPaused = false;
    QStringList allowed;
};
/// As message CloudStatus in ghost/agent/v1.
QCborMap statusToCbor(const LinkStatus::Facts &facts, const CloudIdentity &identity);

} // namespace ghost::uplink
