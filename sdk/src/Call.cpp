// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "ghost/Call.h"

#include <algorithm>
#include <cerrno>

#include <poll.h>

namespace ghost {

using std::chrono::milliseconds;

CallListener::~CallListener() = default;

bool Cancellation::isCancelled() const
{
    pollfd entry{m_signal.fd(), POLLIN, 0};
    return ::poll(&entry, 1, 0) > 0;
}

struct Call::Private
{
    OperationId operation;
    Clock::time_point deadline;
    std::shared_ptr<Cancellation> cancellation;
    CallListener *listener;
};

Call::Call(OperationId operation, Clock::time_point deadline, std::shared_ptr<Cancellation> cancellation,
           CallListener *listener)
    : d(new Private{operation, deadline, std::move(cancellation), listener})
{}

Call::~Call() = default;

OperationId Call::operation() const
{
    return d->operation;
}

Call::Clock::time_point Call::deadline() const
{
    return d->deadline;
}

milliseconds Call::remaining() const
{
    return std::max(milliseconds(0), std::chrono::ceil<milliseconds>(d->deadline - Clock::now()));
}

bool Call::isCancelled() const
{
    return d->cancellation && d->cancellation->isCancelled();
}

int Call::cancelFd() const
{
    return d->cancellation ? d->cancellation->fd() : -1;
}

Result<void> Call::check() const
{
    if (isCancelled())
        return interrupted(Wake::Cancelled, {});
    if (Clock::now() >= d->deadline)
        return interrupted(Wake::DeadlineExceeded, {});
    return {};
}

Call::Wake Call::wait(Signal &signal)
{
    return waitAtMost(signal, milliseconds::max());
}

Call::Wake Call::waitAtMost(Signal &signal, milliseconds limit)
{
    const auto limitEnd = limit < remaining() ? Clock::now() + limit : d->deadline;
    for (;;) {
        // A negative descriptor is ignored by poll.
        pollfd entries[2] = {{signal.fd(), POLLIN, 0}, {cancelFd(), POLLIN, 0}};
        const auto left = std::chrono::ceil<milliseconds>(limitEnd - Clock::now()).count();
        const int ready = ::poll(entries, 2, int(std::clamp<qint64>(left, 0, 3'600'000)));
        if (ready < 0 && errno != EINTR)
            qFatal("poll on an eventfd failed: errno %d", errno);
        if (ready > 0 && entries[1].revents)
            return Wake::Cancelled;
        if (ready > 0 && entries[0].revents) {
            signal.clear();
            return Wake::Raised;
        }
        if (Clock::now() >= d->deadline)
            return Wake::DeadlineExceeded;
        if (Clock::now() >= limitEnd)
            return Wake::TimedOut;
    }
}

Error Call::interrupted(Wake wake, const QString &what)
{
    const Error error = wake == Wake::Cancelled ? Error(Code::Cancelled, QStringLiteral("cancelled"))
                                                : Error(Code::DeadlineExceeded, QStringLiteral("took too long"));
    return what.isEmpty() ? error : error.within(what);
}

void Call::progress(int percent, const QString &text)
{
    if (d->listener)
        d->listener->progress(percent, text);
}

void Call::log(LogLevel level, const QString &message)
{
    if (d->listener)
        d->listener->log(level, message);
}

} // namespace ghost
