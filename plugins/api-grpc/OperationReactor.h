// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include <QtCore/QCborMap>

#include "LiveReactor.h"
#include "ghost/Operation.h"

namespace ghost::api {

/// The operation as it is now. An event is `resync` when changes were lost: then nothing, if it has left the state.
inline std::optional<Operation> operationIn(const Event &event, OperationId id, Agent &agent)
{
    if (event.kind() == QLatin1String("resync"))
        return agent.state()->operation(id);
    return Operation::fromCbor(event.value());
}

/// A call that answers when an operation has come far enough.
template <class Base>
class OperationReactor : public LiveReactor<Base>, public ReplySink
{
public:
    void answered(const Result<QCborMap> &reply) final
    {
        if (reply)
            told(Operation::fromCbor(reply->value(QStringLiteral("operation")).toMap()));
        else
            this->finish(toStatus(reply.error()));
    }

protected:
    using LiveReactor<Base>::LiveReactor;

    /// Has told() called with the present value, also of an operation that ended long ago (one whose request id is
    /// repeated), and with each later one. One that nobody knows any more ends the call: no event of it will come.
    void followOperation(OperationId operation, const Principal &principal)
    {
        m_operation = operation; // before the first event
        m_principal = principal;
        this->follow({{QStringLiteral("operation.changed")}, operation.toString(), 0});
        if (!this->parts().agent.state()->operation(operation))
            ask();
    }
    /// On a thread of the core.
    virtual void told(const Operation &operation) = 0;

private:
    void changed(const Event &event) final
    {
        if (const auto operation = operationIn(event, m_operation, this->parts().agent))
            return told(*operation);
        // Not here: a sink only posts.
        this->parts().pump.post([self = this->template self<OperationReactor>()] { self->ask(); });
    }

    void ask()
    {
        const QCborMap arguments{{QStringLiteral("id"), m_operation.toString()}};
        this->parts().agent.query(Query(QStringLiteral("GetOperation"), arguments), m_principal,
                                  this->template self<OperationReactor>());
    }

    OperationId m_operation;
    Principal m_principal;
};

} // namespace ghost::api
