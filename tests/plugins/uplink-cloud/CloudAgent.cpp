// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "CloudAgent.h"

#include <QtCore/QDateTime>

namespace ghost {

Vm CloudAgent::makeVm(const QString &name, VmState state)
{
    Vm vm;
    vm.setId(VmId::create());
    vm.setName(name);
    vm.setState(state);
    vm.setCpus(2);
    vm.setCreatedAtMs(1'700'000'000'000);
    edit([&](State &next) { next.putVm(vm); });
    publish(QStringLiteral("vm.created"));
    return vm;
}

void CloudAgent::setVmState(VmId id, VmState state)
{
    edit([&](State &next) {
        Vm vm = next.vm(id).value_or(Vm());
        vm.setState(state);
        next.putVm(vm);
    });
    publish(QStringLiteral("vm.changed"));
}

void CloudAgent::removeVm(VmId id)
{
    edit([&](State &next) { next.dropVm(id); });
    publish(QStringLiteral("vm.removed"));
}

OperationId CloudAgent::begin(VmId vm, const Principal &principal)
{
    Operation operation;
    operation.setId(OperationId::create());
    operation.setCommand(QStringLiteral("StopVM"));
    operation.setPrincipal(principal);
    operation.setVm(vm);
    operation.setStatus(Operation::Status::Running);
    put(operation);
    return operation.id();
}

void CloudAgent::end(OperationId id, Operation::Status status, const Error &error)
{
    Operation operation = state()->operation(id).value_or(Operation());
    operation.setStatus(status);
    operation.setError(error);
    operation.setEndedAtMs(QDateTime::currentMSecsSinceEpoch());
    put(operation);
}

void CloudAgent::put(const Operation &operation)
{
    edit([&](State &next) { next.putOperation(operation); });
    Event event;
    event.setKind(QStringLiteral("operation.changed"));
    event.setSubject(operation.id().toString());
    event.setValue(operation.toCbor());
    QuietAgent::publish(event);
}

void CloudAgent::refuse(const std::optional<Error> &error)
{
    const std::scoped_lock lock(m_mutex);
    m_refusal = error;
}

void CloudAgent::forgetOperations(bool areArchived)
{
    const auto operations = state()->operations();
    {
        const std::scoped_lock lock(m_mutex);
        for (const Operation &operation : operations)
            if (areArchived)
                m_archive.insert_or_assign(operation.id(), operation);
    }
    edit([&](State &next) {
        for (const Operation &operation : operations)
            next.dropOperation(operation.id());
    });
}

void CloudAgent::failQueries(const std::optional<Error> &error)
{
    const std::scoped_lock lock(m_mutex);
    m_queryError = error;
}

void CloudAgent::publish(const QString &kind)
{
    Event event;
    event.setKind(kind);
    QuietAgent::publish(event);
}

std::vector<CloudAgent::Submitted> CloudAgent::submitted() const
{
    const std::scoped_lock lock(m_mutex);
    return m_submitted;
}

int CloudAgent::refused() const
{
    const std::scoped_lock lock(m_mutex);
    return m_refused;
}

int CloudAgent::failedQueries() const
{
    const std::scoped_lock lock(m_mutex);
    return m_failedQueries;
}

Result<OperationId> CloudAgent::submit(const Command &command, const Principal &principal)
{
    Operation operation;
    {
        const std::scoped_lock lock(m_mutex);
        if (m_refusal) {
            ++m_refused;
            return *m_refusal;
        }
        if (const auto known = m_requests.find(command.requestId()); known != m_requests.end())
            return known->second;
        operation.setId(OperationId::create());
        operation.setCommand(command.name());
        operation.setPrincipal(principal);
        operation.setRequestId(command.requestId());
        operation.setVm(VmId::fromString(command.arguments().value(QStringLiteral("vm")).toString()));
        operation.setStatus(Operation::Status::Running);
        m_requests[command.requestId()] = operation.id();
        m_submitted.push_back({command, principal, operation.id()});
    }
    put(operation);
    return operation.id();
}

void CloudAgent::query(const Query &query, const Principal &, std::shared_ptr<ReplySink> sink)
{
    std::optional<Error> error;
    {
        const std::scoped_lock lock(m_mutex);
        error = m_queryError;
        m_failedQueries += error ? 1 : 0;
    }
    if (error || query.name() == QLatin1String("ListOperations")) {
        sink->answered(error ? Result<QCborMap>(*error) : QCborMap{{QStringLiteral("operations"), allOperations()}});
        return;
    }
    const auto id = OperationId::fromString(query.arguments().value(QStringLiteral("id")).toString());
    Result<QCborMap> reply = Error(Code::NotFound, QStringLiteral("no such operation"));
    {
        const std::scoped_lock lock(m_mutex);
        if (const auto known = m_archive.find(id); known != m_archive.end())
            reply = QCborMap{{QStringLiteral("operation"), known->second.toCbor()}};
    }
    sink->answered(reply);
}

/// Newest first.
QCborArray CloudAgent::allOperations() const
{
    QCborArray all;
    for (const QList<Operation> operations = state()->operations(); const Operation &operation : operations)
        all.prepend(operation.toCbor());
    const std::scoped_lock lock(m_mutex);
    for (const auto &[id, operation] : m_archive)
        all.append(operation.toCbor());
    return all;
}

} // namespace ghost
