// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "FakeAgent.h"

#include <algorithm>
#include <array>
#include <limits>

#include <sys/socket.h>

namespace ghost {

namespace {

bool wants(const EventFilter &filter, const Event &event)
{
    const auto matches = [&](const QString &kind) {
        return kind.endsWith(QLatin1Char('.')) ? event.kind().startsWith(kind) : event.kind() == kind;
    };
    if (event.kind() == QLatin1String("resync"))
        return true;
    return (filter.kinds.isEmpty() || std::any_of(filter.kinds.begin(), filter.kinds.end(), matches)) &&
           (filter.subject.isEmpty() || filter.subject == event.subject());
}

std::pair<UniqueFd, UniqueFd> socketPair()
{
    std::array<int, 2> ends = {-1, -1};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
        qFatal("socketpair failed");
    return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

} // namespace

FakeAgent::FakeAgent()
{
    State state;
    state.setGeneration(1);
    state.setAgentId(AgentId::create());
    state.setAgentVersion(QStringLiteral("0.1-fake"));
    m_state = std::make_shared<const State>(state);
}

FakeAgent::~FakeAgent() = default;

void FakeAgent::refuse(const Error &error)
{
    const std::lock_guard lock(m_mutex);
    m_refusal = error;
}

void FakeAgent::putVm(const Vm &vm)
{
    change([&](State &state) { state.putVm(vm); });
    publish(QStringLiteral("vm.changed"), vm.id().toString(), vm.toCbor());
}

void FakeAgent::putPlugin(const PluginStatus &plugin)
{
    change([&](State &state) { state.setPlugins(state.plugins() << plugin); });
}

void FakeAgent::end(OperationId id, Operation::Status status, const Error &error, const QCborMap &result)
{
    Operation operation = state()->operation(id).value_or(Operation());
    operation.setStatus(status);
    operation.setError(error);
    operation.setResult(result);
    put(operation);
}

void FakeAgent::progress(OperationId id, const QString &step, int percent)
{
    Operation operation = state()->operation(id).value_or(Operation());
    operation.setStatus(Operation::Status::Running);
    operation.setStep(step);
    operation.setPercent(percent);
    put(operation);
}

void FakeAgent::archive(OperationId id)
{
    const std::lock_guard lock(m_mutex);
    m_archived[id] = *m_state->operation(id);
    change([&](State &state) { state.dropOperation(id); });
}

void FakeAgent::forget(OperationId id)
{
    change([&](State &state) { state.dropOperation(id); });
    publish(QStringLiteral("resync"), QString(), {});
}

void FakeAgent::holdEvents(bool held)
{
    const std::lock_guard lock(m_mutex);
    m_eventsAreHeld = held;
}

void FakeAgent::put(const Operation &operation)
{
    change([&](State &state) { state.putOperation(operation); });
    publish(QStringLiteral("operation.changed"), operation.id().toString(), operation.toCbor());
}

void FakeAgent::change(const std::function<void(State &)> &edit)
{
    const std::lock_guard lock(m_mutex);
    State next = *m_state;
    edit(next);
    next.setGeneration(next.generation() + 1);
    m_state = std::make_shared<const State>(next);
    m_changed.notify_all();
}

void FakeAgent::publish(const QString &kind, const QString &subject, const QCborMap &value)
{
    const std::lock_guard delivering(m_delivery);
    Event event;
    event.setKind(kind);
    event.setSubject(subject);
    event.setValue(value);
    event.setTimeMs(1700000000000);
    decltype(m_sinks) sinks;
    {
        const std::lock_guard lock(m_mutex);
        event.setSequence(++m_sequence);
        if (!m_eventsAreHeld)
            sinks = m_sinks;
    }
    m_delivering = std::this_thread::get_id();
    for (const auto &[id, sink] : sinks)
        if (wants(sink.first, event))
            sink.second->event(event);
    m_delivering = {};
}

void FakeAgent::replyTo(const QString &query, const Result<QCborMap> &reply)
{
    const std::lock_guard lock(m_mutex);
    m_replies.insert(query, reply);
}

std::vector<FakeAgent::Submitted> FakeAgent::submitted() const
{
    const std::lock_guard lock(m_mutex);
    return m_submitted;
}

std::vector<OperationId> FakeAgent::cancelled() const
{
    const std::lock_guard lock(m_mutex);
    return m_cancelled;
}

std::vector<std::pair<Query, Principal>> FakeAgent::asked() const
{
    const std::lock_guard lock(m_mutex);
    return m_asked;
}

EventFilter FakeAgent::lastFilter() const
{
    const std::lock_guard lock(m_mutex);
    return m_lastFilter;
}

size_t FakeAgent::subscriptions() const
{
    const std::lock_guard lock(m_mutex);
    return m_sinks.size();
}

QByteArray FakeAgent::uploaded() const
{
    const std::lock_guard lock(m_mutex);
    return m_uploaded;
}

UniqueFd FakeAgent::takeConsole()
{
    const std::lock_guard lock(m_mutex);
    return std::move(m_console);
}

bool FakeAgent::waitUntil(const std::function<bool()> &holds) const
{
    std::unique_lock lock(m_mutex);
    return m_changed.wait_for(lock, std::chrono::seconds(20), holds);
}

Result<OperationId> FakeAgent::submit(const Command &command, const Principal &principal)
{
    const std::lock_guard lock(m_mutex);
    if (m_refusal)
        return *m_refusal;
    const OperationId operation = newOperation(command.name(), command.requestId(), principal);
    m_submitted.push_back({command, principal, operation});
    m_changed.notify_all();
    return operation;
}

OperationId FakeAgent::newOperation(const QString &command, const QString &requestId, const Principal &principal)
{
    if (const auto known = m_byRequestId.constFind(requestId); known != m_byRequestId.constEnd())
        return *known;
    Operation operation;
    operation.setId(OperationId::create());
    operation.setCommand(command);
    operation.setRequestId(requestId);
    operation.setPrincipal(principal);
    operation.setStatus(Operation::Status::Running);
    if (!requestId.isEmpty())
        m_byRequestId.insert(requestId, operation.id());
    change([&](State &state) { state.putOperation(operation); });
    return operation.id();
}

Result<void> FakeAgent::cancel(OperationId operation, const Principal &)
{
    {
        const std::lock_guard lock(m_mutex);
        const auto known = m_state->operation(operation);
        if (!known)
            return Error(Code::NotFound, QStringLiteral("no such operation"));
        if (known->isEnded())
            return Error(Code::FailedPrecondition, QStringLiteral("it has ended"));
        m_cancelled.push_back(operation);
    }
    end(operation, Operation::Status::Cancelled, Error(Code::Cancelled, QStringLiteral("cancelled by its owner")));
    return {};
}

std::shared_ptr<const State> FakeAgent::state() const
{
    const std::lock_guard lock(m_mutex);
    return m_state;
}

quint64 FakeAgent::subscribe(const EventFilter &filter, std::shared_ptr<EventSink> sink)
{
    const std::lock_guard delivering(m_delivery);
    std::optional<Operation> present;
    bool isLost = false;
    quint64 id = 0;
    {
        const std::lock_guard lock(m_mutex);
        id = ++m_lastSubscription;
        m_sinks[id] = {filter, sink};
        m_lastFilter = filter;
        if (const auto operation = OperationId::fromString(filter.subject); !operation.isNull())
            present = known(operation);
        isLost = filter.since == std::numeric_limits<quint64>::max() && !m_eventsAreHeld;
        m_changed.notify_all();
    }
    if (isLost) { // a number that no run reaches
        Event event;
        event.setKind(QStringLiteral("resync"));
        sink->event(event);
    }
    if (present) { // comes before subscribe has returned: a subscriber must bear that
        Event event;
        event.setKind(QStringLiteral("operation.changed"));
        event.setSubject(filter.subject);
        event.setValue(present->toCbor());
        sink->event(event);
    }
    return id;
}

std::optional<Operation> FakeAgent::known(OperationId id) const
{
    if (const auto archived = m_archived.find(id); archived != m_archived.end())
        return archived->second;
    return m_state->operation(id);
}

void FakeAgent::unsubscribe(quint64 subscription)
{
    if (m_delivering == std::this_thread::get_id())
        qFatal("unsubscribe from within event()");
    const std::lock_guard delivering(m_delivery);
    const std::lock_guard lock(m_mutex);
    m_sinks.erase(subscription);
    m_changed.notify_all();
}

void FakeAgent::query(const Query &query, const Principal &principal, std::shared_ptr<ReplySink> sink)
{
    std::unique_lock lock(m_mutex);
    m_asked.emplace_back(query, principal);
    m_changed.notify_all();
    const auto known = m_replies.constFind(query.name());
    if (known == m_replies.constEnd())
        return; // never answered
    const Result<QCborMap> reply = *known;
    lock.unlock();
    sink->answered(reply);
}

void FakeAgent::openStream(const Query &request, const Principal &principal, std::shared_ptr<StreamSink> sink)
{
    std::unique_lock lock(m_mutex);
    m_asked.emplace_back(request, principal);
    if (m_refusal)
        return sink->opened(*m_refusal, OperationId());
    auto [ours, theirs] = socketPair();
    OperationId operation;
    if (request.name() == QLatin1String("ImportImage")) {
        const QCborMap arguments = request.arguments();
        const auto text = [&](const char *key) { return arguments.value(QLatin1String(key)).toString(); };
        const qint64 size = arguments.value(QLatin1String("size_bytes")).toInteger();
        operation = newOperation(request.name(), text("request_id"), principal);
        m_receivers.emplace_back([this, fd = std::make_shared<UniqueFd>(std::move(ours)), size, operation] {
            receive(std::move(*fd), size, operation);
        });
    } else {
        m_console = std::move(ours);
    }
    m_changed.notify_all();
    lock.unlock();
    sink->opened(std::move(theirs), operation);
}

void FakeAgent::receive(UniqueFd fd, qint64 size, OperationId operation)
{
    std::vector<char> buffer(65'536);
    QByteArray bytes;
    while (true) {
        const ssize_t got = ::recv(fd.get(), buffer.data(), buffer.size(), 0);
        if (got <= 0)
            break;
        bytes.append(buffer.data(), qsizetype(got));
        const std::lock_guard lock(m_mutex);
        m_uploaded = bytes;
        m_changed.notify_all();
    }
    if (bytes.size() == size)
        end(operation, Operation::Status::Succeeded);
    else
        end(operation, Operation::Status::Failed,
            Error(Code::InvalidArgument, QStringLiteral("%1 of %2 bytes came").arg(bytes.size()).arg(size))
                .withField(QStringLiteral("size_bytes")));
}

} // namespace ghost
