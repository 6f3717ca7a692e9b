// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>

#include <QtCore/QString>

#include "ghost/Result.h"

namespace ghost::uplink {

/// Who this agent is in the cloud, and what its owner said about that. A small file of its own, so that it outlives a
/// damaged database; written before anybody acts on a change. Thread-safe.
class Identity
{
public:
    /// Of one moment.
    struct Facts
    {
        QString installation; ///< made at the first start, for life
        QString agent;        ///< given by the cloud, for life; empty before the first registration
        bool isPaused = false;
        bool hasLeft = false;
        bool isFarewellTold = false; ///< the cloud knows that we have left
    };

    /// @p file is read by load.
    explicit Identity(QString file);
    QString file() const { return m_file; }
    /// The agent was somebody before.
    bool exists() const;
    /// Reads the file, or makes it. A damaged one is FailedPrecondition: only its owner can say whether this becomes a
    /// new agent.
    Result<void> load();

    Facts facts() const;
    /// Keeps the first one for ever: AlreadyExists when @p agent is another one.
    Result<void> setAgent(const QString &agent);
    Result<void> setPaused(bool paused);
    Result<void> leave();
    Result<void> setFarewellTold();

private:
    Result<void> change(void (*edit)(Facts &, const QString &), const QString &value = {});
    Result<void> write(const Facts &facts) const;

    const QString m_file;
    mutable std::mutex m_mutex;
    Facts m_facts;
};

} // namespace ghost::uplink
