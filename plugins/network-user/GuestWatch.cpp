// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "GuestWatch.h"

#include <algorithm>
#include <vector>

#include <QtCore/QDateTime>
#include <poll.h>
#include <sys/eventfd.h>

namespace ghost::user {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

/// A guest that refuses for so long has no ssh; shorter: its ssh is not up yet.
constexpr seconds noSshAfter{5};
/// Whoever carries its packets listens before the guest runs; so one that is not there for so long does not run.
constexpr seconds goneAfter{10};
/// For how long an answer is worth telling without a new knock.
constexpr seconds freshAnswer{5};

/// Patience and pauses grow with the time that the guest has taken so far: a slow one costs little, a fast one is seen
/// at once.
milliseconds part(milliseconds waited, int divisor, milliseconds least, milliseconds most)
{
    return std::clamp(waited / divisor, least, most);
}

milliseconds patience(milliseconds waited)
{
    return part(waited, 20, milliseconds(300), seconds(5));
}

milliseconds pause(milliseconds waited)
{
    return part(waited, 50, milliseconds(50), seconds(30));
}

} // namespace

GuestWatch::GuestWatch(std::function<void(VmId)> answered)
    : m_answered(std::move(answered))
    , m_wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
    , m_thread([this](const std::stop_token &stop) { run(stop); })
{}

GuestWatch::~GuestWatch()
{
    m_thread.request_stop();
    ::eventfd_write(m_wake.get(), 1);
}

void GuestWatch::watch(VmId vm, const Endpoint &endpoint)
{
    const std::scoped_lock lock(m_mutex);
    Watched &watched = m_watched[vm];
    if (watched.endpoint == endpoint)
        return;
    watched = {};
    watched.endpoint = endpoint;
    watched.since = watched.due = Clock::now();
    ::eventfd_write(m_wake.get(), 1);
}

void GuestWatch::forget(VmId vm)
{
    const std::scoped_lock lock(m_mutex);
    m_watched.erase(vm);
    m_answers.erase(vm);
}

std::optional<qint64> GuestWatch::takeAnswer(VmId vm, const Endpoint &endpoint)
{
    const std::scoped_lock lock(m_mutex);
    const auto taken = m_answers.extract(vm);
    const qint64 oldest = QDateTime::currentMSecsSinceEpoch() - milliseconds(freshAnswer).count();
    if (!taken || !(taken.mapped().endpoint == endpoint) || taken.mapped().atMs < oldest)
        return {};
    return taken.mapped().atMs;
}

bool GuestWatch::isThere(const Endpoint &endpoint, milliseconds limit, Call &call)
{
    Knock knock(endpoint);
    const auto end = std::min(call.deadline(), Call::Clock::now() + limit);
    for (;;) {
        const Knock::Answer answer = knock.look();
        const auto left = std::chrono::ceil<milliseconds>(end - Call::Clock::now());
        if (answer != Knock::Answer::Pending || left.count() <= 0)
            return answer == Knock::Answer::Greeted;
        pollfd entries[2] = {{knock.fd(), knock.events(), 0}, {call.cancelFd(), POLLIN, 0}};
        ::poll(entries, 2, int(left.count()));
        if (entries[1].revents)
            return false;
    }
}

void GuestWatch::run(const std::stop_token &stop)
{
    while (!stop.stop_requested()) {
        for (const VmId vm : advanceAll())
            m_answered(vm);
        sleep();
    }
}

/// The VMs that have answered.
QList<VmId> GuestWatch::advanceAll()
{
    const std::scoped_lock lock(m_mutex);
    QList<VmId> answered;
    const auto now = Clock::now();
    for (auto at = m_watched.begin(); at != m_watched.end();) {
        const Verdict verdict = advance(at->second, now);
        if (verdict == Verdict::Answers) {
            m_answers[at->first] = {at->second.endpoint, QDateTime::currentMSecsSinceEpoch()};
            answered.append(at->first);
        }
        at = verdict == Verdict::Open ? std::next(at) : m_watched.erase(at);
    }
    return answered;
}

GuestWatch::Verdict GuestWatch::advance(Watched &watched, Clock::time_point now)
{
    const auto waited = std::chrono::floor<milliseconds>(now - watched.since);
    if (!watched.knock) {
        if (now < watched.due)
            return Verdict::Open;
        watched.knock = std::make_shared<Knock>(watched.endpoint);
        watched.due = now + patience(waited);
    }
    const Knock::Answer answer = watched.knock->look();
    if (answer == Knock::Answer::Pending && now < watched.due)
        return Verdict::Open;
    watched.knock.reset();
    watched.due = now + pause(waited);
    return judge(watched, answer, now);
}

GuestWatch::Verdict GuestWatch::judge(Watched &watched, Knock::Answer answer, Clock::time_point now)
{
    if (answer == Knock::Answer::Greeted)
        return Verdict::Answers;
    if (answer != Knock::Answer::Refused)
        watched.refusedSince.reset();
    else if (!watched.refusedSince)
        watched.refusedSince = now;
    if (answer != Knock::Answer::NotListening)
        watched.goneSince.reset();
    else if (!watched.goneSince)
        watched.goneSince = now;
    if (watched.refusedSince && now - *watched.refusedSince >= noSshAfter)
        return Verdict::Answers;
    return watched.goneSince && now - *watched.goneSince >= goneAfter ? Verdict::Gone : Verdict::Open;
}

/// Until something may have come, or is due.
void GuestWatch::sleep()
{
    std::vector<pollfd> entries{{m_wake.get(), POLLIN, 0}};
    std::vector<std::shared_ptr<Knock>> knocks; // forget() must not close what is polled
    auto due = Clock::time_point::max();
    {
        const std::scoped_lock lock(m_mutex);
        for (const auto &[vm, watched] : m_watched) {
            due = std::min(due, watched.due);
            if (!watched.knock)
                continue;
            knocks.push_back(watched.knock);
            entries.push_back({watched.knock->fd(), watched.knock->events(), 0});
        }
    }
    const auto left = std::chrono::ceil<milliseconds>(due - Clock::now());
    ::poll(entries.data(), entries.size(),
           due == Clock::time_point::max() ? -1 : int(std::max(left, milliseconds(0)).count()));
    eventfd_t ignored = 0;
    ::eventfd_read(m_wake.get(), &ignored);
}

} // namespace ghost::user
