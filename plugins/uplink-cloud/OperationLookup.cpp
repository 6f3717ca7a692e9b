// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "OperationLookup.h"

#include <map>
#include <mutex>

#include <QtCore/QCborArray>

#include "OperationTrail.h"

namespace ghost::uplink {

namespace {

/// The agent's own limit, and more than begins between a kill and the question.
constexpr int newestAsked = 1'000;

Result<Operation> readOne(const QString &, const QCborMap &reply)
{
    return Operation::fromCbor(reply.value(QStringLiteral("operation")).toMap());
}

/// From a list, newest first.
Result<Operation> readByRequest(const QString &requestId, const QCborMap &reply)
{
    for (const QCborValue &value : reply.value(QStringLiteral("operations")).toArray())
        if (const Operation operation = Operation::fromCbor(value.toMap());
            operation.requestId() == requestId && !isLocal(operation))
            return operation;
    return Error(Code::NotFound, QStringLiteral("no operation for request %1").arg(requestId));
}

} // namespace

struct OperationLookup::Shared
{
    std::mutex mutex;
    std::function<void()> answered;                              ///< empty once nobody asks any more
    std::map<QString, std::optional<Result<Operation>>> answers; ///< without a value: asked
};

class OperationLookup::Sink final : public ReplySink
{
public:
    Sink(std::shared_ptr<Shared> shared, QString key, Read read)
        : m_shared(std::move(shared))
        , m_key(std::move(key))
        , m_read(read)
    {}

    void answered(const Result<QCborMap> &reply) override
    {
        const std::lock_guard lock(m_shared->mutex);
        m_shared->answers[m_key] = reply ? m_read(m_key, *reply) : Result<Operation>(reply.error());
        if (m_shared->answered)
            m_shared->answered();
    }

private:
    const std::shared_ptr<Shared> m_shared;
    const QString m_key;
    const Read m_read;
};

OperationLookup::OperationLookup(AgentAccess &agent, std::function<void()> answered)
    : m_agent(agent)
    , m_shared(std::make_shared<Shared>())
{
    m_shared->answered = std::move(answered);
}

OperationLookup::~OperationLookup()
{
    const std::lock_guard lock(m_shared->mutex);
    m_shared->answered = {};
}

std::optional<Result<Operation>> OperationLookup::take(OperationId id)
{
    return takeOrAsk(id.toString(), Query(QStringLiteral("GetOperation"), {{QStringLiteral("id"), id.toString()}}),
                     readOne);
}

std::optional<Result<Operation>> OperationLookup::takeByRequest(const QString &requestId)
{
    return takeOrAsk(requestId,
                     Query(QStringLiteral("ListOperations"),
                           {{QStringLiteral("include_ended"), true}, {QStringLiteral("limit"), newestAsked}}),
                     readByRequest);
}

std::optional<Result<Operation>> OperationLookup::takeOrAsk(const QString &key, const Query &query, Read read)
{
    {
        const std::lock_guard lock(m_shared->mutex);
        const auto known = m_shared->answers.find(key);
        if (known != m_shared->answers.end()) {
            auto answer = known->second;
            if (answer)
                m_shared->answers.erase(known);
            return answer;
        }
        m_shared->answers.emplace(key, std::nullopt);
    }
    m_agent.query(query, Principal(Principal::Kind::Cloud, QStringLiteral("core")),
                  std::make_shared<Sink>(m_shared, key, read));
    return {};
}

} // namespace ghost::uplink
