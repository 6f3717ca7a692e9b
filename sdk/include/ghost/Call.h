// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>

#include "ghost/Ids.h"
#include "ghost/Signal.h"

namespace ghost {

enum class LogLevel : int { Unspecified = 0, Debug, Info, Warning, Error };

/// Where a Call's progress and log lines go. Implemented by the host; called on the driver's thread.
class GHOST_SDK_EXPORT CallListener
{
public:
    virtual ~CallListener();
    /// @p percent 0–100, or -1 when it cannot be known; @p text for people, may be empty.
    virtual void progress(int percent, const QString &text) = 0;
    virtual void log(LogLevel level, const QString &message) = 0;
};

/// The means to cancel calls from another thread. One may serve several calls of one operation.
class GHOST_SDK_EXPORT Cancellation
{
public:
    /// Idempotent, any thread.
    void cancel() { m_signal.raise(); }
    bool isCancelled() const;
    int fd() const { return m_signal.fd(); }

private:
    Signal m_signal;
};

/// Comes with every driver call: who asked, until when, whether still wanted, and the only ways to wait.
/// Belongs to the caller and lives as long as the call; used on the calling thread only.
class GHOST_SDK_EXPORT Call
{
public:
    using Clock = std::chrono::steady_clock;
    enum class Wake : int { Unspecified = 0, Raised, Cancelled, DeadlineExceeded, TimedOut };

    /// A call that nobody can cancel (undo, recovery) has no @p cancellation; without @p listener progress is dropped.
    Call(OperationId operation, Clock::time_point deadline, std::shared_ptr<Cancellation> cancellation = {},
         CallListener *listener = nullptr);
    ~Call();
    Call(const Call &) = delete;
    Call &operator=(const Call &) = delete;

    /// The operation that this call belongs to; null for the host's own questions.
    OperationId operation() const;
    Clock::time_point deadline() const;
    /// Time until the deadline, never negative.
    std::chrono::milliseconds remaining() const;
    bool isCancelled() const;
    /// Readable once cancelled, for poll loops; -1 when nobody can cancel this call.
    int cancelFd() const;
    /// Ok while the call is wanted and has time left, else Cancelled or DeadlineExceeded: `if (auto ok = call.check();
    /// !ok) return ok.error();`
    Result<void> check() const;

    /// Blocks until @p signal is raised, the call is cancelled or its deadline is over.
    Wake wait(Signal &signal);
    /// The same, but no longer than @p limit: then TimedOut.
    Wake waitAtMost(Signal &signal, std::chrono::milliseconds limit);
    /// The Error that belongs to a wake-up other than Raised: Cancelled or DeadlineExceeded, with @p what in the text.
    static Error interrupted(Wake wake, const QString &what);

    void progress(int percent, const QString &text = {});
    void log(LogLevel level, const QString &message);

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace ghost
