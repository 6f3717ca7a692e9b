// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "libvirt/ConnectionPool.h"

#include "libvirt/Connector.h"
#include "libvirt/PoolState.h"

namespace ghost::libvirt {

PoolListener::~PoolListener() = default;

Lease::Lease(std::shared_ptr<PoolState> pool, std::unique_ptr<Connection> connection)
    : m_pool(std::move(pool))
    , m_connection(std::move(connection))
{}

Lease::Lease(Lease &&other) noexcept = default;

Lease &Lease::operator=(Lease &&other) noexcept
{
    release();
    m_pool = std::move(other.m_pool);
    m_connection = std::move(other.m_connection);
    m_ofPool = other.m_ofPool;
    return *this;
}

Lease::~Lease()
{
    release();
}

virConnectPtr Lease::get() const
{
    return m_connection->get();
}

void Lease::leavePool()
{
    m_ofPool = false;
    m_pool->letGo(*m_connection);
}

void Lease::release()
{
    if (m_connection)
        m_pool->giveBack(std::move(m_connection), m_ofPool);
}

ConnectionPool::ConnectionPool(const PoolOptions &options, PoolListener &listener)
    : m_state(std::make_shared<PoolState>(options, listener))
    , m_connector(std::make_unique<Connector>(m_state))
{}

ConnectionPool::~ConnectionPool()
{
    stop();
}

Result<Lease> ConnectionPool::acquire(Call &call)
{
    if (const auto wanted = call.check(); !wanted)
        return wanted.error();
    auto connection = m_state->take(call);
    if (!connection)
        return connection.error();
    return Lease(m_state, std::move(*connection));
}

bool ConnectionPool::waitConnected(Call &call, std::chrono::milliseconds limit)
{
    return m_state->waitConnected(call, limit);
}

void ConnectionPool::stop()
{
    m_connector.reset();
}

} // namespace ghost::libvirt
