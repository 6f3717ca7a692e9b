// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>

#include "Identity.h"

namespace ghost::cloud::v1 {
class AgentIdentity;
}

namespace ghost::uplink {

/// This run of the agent as the cloud knows it: what the threads that talk to it have in common. Thread-safe.
class Session
{
public:
    Session(const Identity &identity, QString bootId);

    /// Who speaks, for a request.
    void introduce(cloud::v1::AgentIdentity &identity) const;
    bool isRegistered() const;
    void setRegistered();
    /// The cloud does not know us, or we have left it.
    void setUnknown();
    /// What came of a registration or a beat. True: mayBeginCommands() has changed.
    bool heard(const Result<void> &answer);
    /// False: another machine speaks under our identity, or the cloud was not asked in this run.
    bool mayBeginCommands() const;

    /// False: @p stop was requested.
    bool waitUntilRegistered(const std::stop_token &stop);
    /// Until the cloud has answered somebody, for @p limit at most.
    void waitForAnswer(const std::stop_token &stop, std::chrono::milliseconds limit);

private:
    enum class Standing : int { Unasked, Ours, Contested };

    const Identity &m_identity;
    const QString m_bootId;
    const QString m_instance; ///< of this run
    mutable std::mutex m_mutex;
    std::condition_variable_any m_changed;
    bool m_isRegistered = false;
    Standing m_standing = Standing::Unasked;
    quint64 m_answers = 0;
};

} // namespace ghost::uplink
