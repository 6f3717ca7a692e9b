// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "ghost/Command.h"
#include "ghost/Event.h"
#include "ghost/State.h"
#include "ghost/UniqueFd.h"

namespace ghost {

/// Receives events. Called on a thread of the core, one call at a time, never after unsubscribe has returned. Must only
/// post: no blocking, no call back into Agent except submit, cancel and state.
class GHOST_SDK_EXPORT EventSink
{
public:
    virtual ~EventSink();
    virtual void event(const Event &event) = 0;
};

/// Receives the one answer to a query or a stream request, on a thread of the core.
class GHOST_SDK_EXPORT ReplySink
{
public:
    virtual ~ReplySink();
    virtual void answered(const Result<QCborMap> &reply) = 0;
};

/// Receives the frontend's end of a byte stream (a connected stream socket) and the operation that it feeds, null if
/// none.
class GHOST_SDK_EXPORT StreamSink
{
public:
    virtual ~StreamSink();
    virtual void opened(Result<UniqueFd> stream, OperationId operation) = 0;
};

/// The agent as a frontend sees it. Every call is thread-safe and returns without waiting for a driver.
class GHOST_SDK_EXPORT Agent
{
public:
    virtual ~Agent();
    /// Checks, admits and queues a command. Its end comes as an `operation.changed` event.
    virtual Result<OperationId> submit(const Command &command, const Principal &principal) = 0;
    /// Asks the operation to end as Cancelled. Ended already: FailedPrecondition.
    virtual Result<void> cancel(OperationId operation, const Principal &principal) = 0;
    /// Everything, at this moment. Cheap.
    virtual std::shared_ptr<const State> state() const = 0;
    /// Events from now on, or replayed after filter.since. With filter.subject an operation's id: its present value
    /// comes first, even when it has ended. The core keeps @p sink until unsubscribe.
    virtual quint64 subscribe(const EventFilter &filter, std::shared_ptr<EventSink> sink) = 0;
    /// No event reaches the sink after this has returned. Not from within the sink's own event().
    virtual void unsubscribe(quint64 subscription) = 0;
    virtual void query(const Query &query, const Principal &principal, std::shared_ptr<ReplySink> sink) = 0;
    /// `OpenConsole` {vm} or `ImportImage` {name, size_bytes}: the latter is an operation that reads what is written.
    virtual void openStream(const Query &request, const Principal &principal, std::shared_ptr<StreamSink> sink) = 0;
};

} // namespace ghost
