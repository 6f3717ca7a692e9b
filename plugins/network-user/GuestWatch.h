// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include <ghost/Call.h>

#include "Knock.h"

namespace ghost::user {

/// Knocks at guests that do not answer yet, and tells when one does. One thread, which sleeps while there is none.
class GuestWatch
{
public:
    /// @p answered is called on the watch's thread.
    explicit GuestWatch(std::function<void(VmId)> answered);
    ~GuestWatch();

    /// Until the guest answers, or for some time nobody carries connections to it. Watched already: goes on.
    void watch(VmId vm, const Endpoint &endpoint);
    /// Not any more, and what it answered is forgotten.
    void forget(VmId vm);
    /// When it answered, milliseconds since the epoch; nothing: not at this endpoint, or long ago. Told once: the next
    /// question is perhaps about the guest's next start.
    std::optional<qint64> takeAnswer(VmId vm, const Endpoint &endpoint);
    /// Knocks once, here and now. True: the guest greeted.
    static bool isThere(const Endpoint &endpoint, std::chrono::milliseconds limit, Call &call);

private:
    using Clock = std::chrono::steady_clock;
    struct Watched
    {
        Endpoint endpoint;
        Clock::time_point since;
        Clock::time_point due; ///< the next knock, or the end of the one under way
        std::optional<Clock::time_point> refusedSince;
        std::optional<Clock::time_point> goneSince;
        std::shared_ptr<Knock> knock; ///< shared with the poll that waits for it
    };
    enum class Verdict { Open, Answers, Gone };

    void run(const std::stop_token &stop);
    QList<VmId> advanceAll();
    static Verdict advance(Watched &watched, Clock::time_point now);
    static Verdict judge(Watched &watched, Knock::Answer answer, Clock::time_point now);
    void sleep();

    struct Answered
    {
        Endpoint endpoint;
        qint64 atMs = 0;
    };
    const std::function<void(VmId)> m_answered;
    const UniqueFd m_wake;
    std::mutex m_mutex;
    std::map<VmId, Watched> m_watched;
    std::map<VmId, Answered> m_answers;
    std::jthread m_thread; ///< last: it uses everything above
};

} // namespace ghost::user
