// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "libvirt/Connector.h"

#include <pthread.h>

#include "libvirt/PoolState.h"

namespace ghost::libvirt {

namespace {

/// Null when the attempt failed or the pool was stopped meanwhile; both are then noted in @p state.
std::unique_ptr<Connection> openOne(const std::shared_ptr<PoolState> &state)
{
    const std::weak_ptr<PoolState> weak = state; // the connection may outlive the pool, on its way out
    state->beginOpen();
    auto opened = Connection::open(
        state->options().uri,
        [weak](quint64 serial, bool daemonHangs, const QString &reason) {
            if (const auto pool = weak.lock())
                pool->closed(serial, daemonHangs, reason);
        },
        [weak](LogLevel level, const QString &message) {
            if (const auto pool = weak.lock())
                pool->log(level, message);
        });
    if (!state->endOpen())
        return nullptr;
    if (!opened) {
        state->openFailed(opened.error().message());
        return nullptr;
    }
    return std::move(*opened);
}

void openEvents(const std::shared_ptr<PoolState> &state)
{
    auto connection = openOne(state);
    if (!connection)
        return;
    if (const auto ok = state->registerEvents(*connection); !ok)
        state->openFailed(ok.error().message());
    else
        state->adoptEvents(std::move(connection));
}

} // namespace

Connector::Connector(std::shared_ptr<PoolState> state)
    : m_state(std::move(state))
    , m_thread([state = m_state] { run(state); })
{}

Connector::~Connector()
{
    if (m_state->stop())
        m_thread.join();
    else
        m_thread.detach();
}

void Connector::run(const std::shared_ptr<PoolState> &state)
{
    pthread_setname_np(pthread_self(), "libvirt-connect");
    for (;;) {
        switch (state->nextJob()) {
        case PoolState::Job::Bury:
            state->takeDead().clear();
            break;
        case PoolState::Job::OpenEvents:
            openEvents(state);
            break;
        case PoolState::Job::OpenWorker:
            if (auto connection = openOne(state))
                state->adoptWorker(std::move(connection));
            break;
        case PoolState::Job::Stop:
        case PoolState::Job::Unspecified:
            return state->finished();
        }
    }
}

} // namespace ghost::libvirt
