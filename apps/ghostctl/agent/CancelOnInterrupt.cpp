// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "agent/CancelOnInterrupt.h"

#include <ghost/agent/v1/agent.grpc.pb.h>

#include "Session.h"
#include "agent/Interrupts.h"
#include "agent/Rpc.h"
#include "output/StandardError.h"

namespace ghost::ctl {
namespace {

namespace v1 = agent::v1;

constexpr std::chrono::seconds endPatience(35);

} // namespace

CancelOnInterrupt::CancelOnInterrupt(Session &session, std::string operationId, grpc::ClientContext &waiting)
    : m_session(session)
    , m_operationId(std::move(operationId))
    , m_waiting(waiting)
    , m_thread([this] { watch(); })
{}

CancelOnInterrupt::~CancelOnInterrupt()
{
    {
        const std::scoped_lock lock(m_mutex);
        m_ended = true;
    }
    m_changed.notify_all();
    m_thread.join();
}

void CancelOnInterrupt::watch()
{
    const auto ended = [this] { return m_ended; };
    std::unique_lock lock(m_mutex);
    if (m_changed.wait(lock, m_session.interrupts().token(), ended))
        return;
    lock.unlock();
    cancel();
    lock.lock();
    if (!m_changed.wait_for(lock, endPatience, ended))
        m_waiting.TryCancel();
}

void CancelOnInterrupt::cancel()
{
    printErrorLine(QStringLiteral("cancelling … (Ctrl-C again: leave at once)"));
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + answerPatience);
    v1::CancelOperationRequest request;
    request.set_id(m_operationId);
    v1::CancelOperationResponse response;
    v1::AgentService::Stub stub(m_session.channel());
    // If it cannot be asked, the agent is away or the operation has just ended: the waiting call hears of both.
    stub.CancelOperation(&context, request, &response);
}

} // namespace ghost::ctl
