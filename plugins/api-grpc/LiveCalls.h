// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "ghost/Call.h"

namespace ghost::api {

/// A call that lasts: a stream, or one that waits for an operation or an answer.
class LiveCall
{
public:
    virtual ~LiveCall();
    /// Ends it with this error, any thread. Nothing if it has ended.
    virtual void stop(const Error &reason) = 0;
};

/// Those that are under way, so that the server can end them rather than wait for them. Thread-safe.
class LiveCalls
{
public:
    /// False after stopAll: the caller then stops its call itself.
    bool add(const std::shared_ptr<LiveCall> &call);
    void remove(const LiveCall *call);
    void stopAll(const Error &reason);
    /// False if some are still there at @p deadline.
    bool waitUntilNone(Call::Clock::time_point deadline);

private:
    std::mutex m_mutex;
    std::condition_variable m_removed;
    std::vector<std::shared_ptr<LiveCall>> m_calls;
    bool m_stopping = false;
};

} // namespace ghost::api
