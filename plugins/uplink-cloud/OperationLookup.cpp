// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "OperationLookup.h"

#include <map>
#include <mutex>

namespace ghost::uplink {

struct OperationLookup::Shared
{
    std::mutex mutex;
    std::function<void()> answered;                                  ///< empty once nobody asks any more
    std::map<OperationId, std::optional<Result<Operation>>> answers; ///< without a value: asked
};

class OperationLookup::Sink final : public ReplySink
{
public:
    Sink(std::shared_ptr<Shared> shared, OperationId id)
        : m_shared(std::move(shared))
        , m_id(id)
    {}

    void answered(const Result<QCborMap> &reply) override
    {
        const std::lock_guard lock(m_shared->mutex);
        m_shared->answers[m_id] =
            reply ? Result<Operation>(Operation::fromCbor(reply->value(QStringLiteral("operation")).toMap()))
                  : Result<Operation>(reply.error());
        if (m_shared->answered)
            m_shared->answered();
    }

private:
    const std::shared_ptr<Shared> m_shared;
    const OperationId m_id;
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
    {
        const std::lock_guard lock(m_shared->mutex);
        const auto known = m_shared->answers.find(id);
        if (known != m_shared->answers.end()) {
            auto answer = known->second;
            if (answer)
                m_shared->answers.erase(known);
            return answer;
        }
        m_shared->answers.emplace(id, std::nullopt);
    }
    m_agent.query(Query(QStringLiteral("GetOperation"), {{QStringLiteral("id"), id.toString()}}),
                  Principal(Principal::Kind::Cloud, QStringLiteral("core")), std::make_shared<Sink>(m_shared, id));
    return {};
}

} // namespace ghost::uplink
