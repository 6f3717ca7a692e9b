// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include <QtCore/QHash>

#include "ghost/Agent.h"

namespace ghost {

/// An agent without a core: a test says what happens. Events are delivered on the thread that publishes, one at a time;
/// answers to queries at once, on the asking thread.
class FakeAgent final : public Agent
{
public:
    struct Submitted
    {
        Command command;
        Principal principal;
        OperationId operation;
    };
    FakeAgent();
    ~FakeAgent() override;

    // What the test says.
    void refuse(const Error &error);
    void putVm(const Vm &vm);
    void putPlugin(const PluginStatus &plugin);
    void end(OperationId operation, Operation::Status status, const Error &error = {}, const QCborMap &result = {});
    void progress(OperationId operation, const QString &step, int percent);
    /// It ended long ago: not in the state any more, but who subscribes to it still gets it.
    void archive(OperationId operation);
    /// Nobody knows it any more, but its request id still stands for it; followers get a `resync`.
    void forget(OperationId operation);
    /// From now on no event comes to anybody, as if the thread that delivers them had died.
    void holdEvents(bool held);
    void publish(const QString &kind, const QString &subject, const QCborMap &value);
    void replyTo(const QString &query, const Result<QCborMap> &reply);

    // What the test sees.
    std::vector<Submitted> submitted() const;
    std::vector<OperationId> cancelled() const;
    std::vector<std::pair<Query, Principal>> asked() const;
    EventFilter lastFilter() const;
    size_t subscriptions() const;
    /// All bytes of the latest upload so far.
    QByteArray uploaded() const;
    /// The core's end of the latest console.
    UniqueFd takeConsole();
    /// False after 20 s. @p holds is asked after each change.
    bool waitUntil(const std::function<bool()> &holds) const;

    Result<OperationId> submit(const Command &command, const Principal &principal) override;
    Result<void> cancel(OperationId operation, const Principal &principal) override;
    std::shared_ptr<const State> state() const override;
    quint64 subscribe(const EventFilter &filter, std::shared_ptr<EventSink> sink) override;
    void unsubscribe(quint64 subscription) override;
    void query(const Query &query, const Principal &principal, std::shared_ptr<ReplySink> sink) override;
    void openStream(const Query &request, const Principal &principal, std::shared_ptr<StreamSink> sink) override;

private:
    OperationId newOperation(const QString &command, const QString &requestId, const Principal &principal);
    void put(const Operation &operation);
    std::optional<Operation> known(OperationId id) const;
    void change(const std::function<void(State &)> &edit);
    void receive(UniqueFd fd, qint64 size, OperationId operation);

    mutable std::recursive_mutex m_mutex;
    mutable std::condition_variable_any m_changed;
    std::recursive_mutex m_delivery; // held while sinks are called
    std::thread::id m_delivering;
    std::shared_ptr<const State> m_state;
    std::optional<Error> m_refusal;
    std::vector<Submitted> m_submitted;
    std::vector<OperationId> m_cancelled;
    std::vector<std::pair<Query, Principal>> m_asked;
    QHash<QString, Result<QCborMap>> m_replies;
    QHash<QString, OperationId> m_byRequestId;
    std::map<OperationId, Operation> m_archived;
    bool m_eventsAreHeld = false;
    std::map<quint64, std::pair<EventFilter, std::shared_ptr<EventSink>>> m_sinks;
    quint64 m_lastSubscription = 0;
    EventFilter m_lastFilter;
    quint64 m_sequence = 0;
    QByteArray m_uploaded;
    UniqueFd m_console;
    std::vector<std::jthread> m_receivers;
};

} // namespace ghost
