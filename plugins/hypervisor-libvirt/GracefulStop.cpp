// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "GracefulStop.h"

#include <atomic>
#include <thread>

#include <QtCore/QScopeGuard>

#include "Domain.h"
#include "RequestedStops.h"
#include "libvirt/LibvirtError.h"

namespace ghost {

using libvirt::lastError;
using libvirt::Lease;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

/// A guest that is still booting misses the power button, so it is pressed again.
constexpr seconds buttonInterval{5};

milliseconds until(std::chrono::steady_clock::time_point end)
{
    return std::max(milliseconds(0), std::chrono::ceil<milliseconds>(end - std::chrono::steady_clock::now()));
}

} // namespace

/// libvirt holds a shutdown through the guest agent until the guest is down, up to 65 s, and no one can call it back.
/// So it runs on a thread of its own, which shares this with the stop and may outlive it: it touches nothing else.
struct GracefulStop::AgentRequest
{
    Signal signal; ///< raised by the domain's events, too
    std::atomic<bool> failed{false};
};

GracefulStop::GracefulStop(libvirt::ConnectionPool &pool, DomainEvents &events, RequestedStops &stops, AgentId agent,
                           VmId id)
    : m_pool(pool)
    , m_events(events)
    , m_stops(stops)
    , m_agent(agent)
    , m_id(id)
    , m_request(std::make_shared<AgentRequest>())
{}

Result<StopMethod> GracefulStop::run(const PowerOff &how, Call &call)
{
    // Before the first look, so that no event is missed between look and wait.
    const DomainEvents::Watch watch(m_events, m_id, m_request->signal);
    const auto before = look(call);
    if (!before)
        return before.error();
    if (*before == Outcome::Off)
        return StopMethod::AlreadyStopped;

    m_stops.note(m_id);
    auto forget = qScopeGuard([this] { m_stops.forget(m_id); }); // it runs on, and if it crashes that was not asked for
    auto method = stop(how, call);
    if (method)
        forget.dismiss();
    return method;
}

Result<StopMethod> GracefulStop::stop(const PowerOff &how, Call &call)
{
    if (!how.force) {
        const seconds grace(std::max(how.graceSeconds, 0));
        const auto agent = askAgent(grace, call);
        if (!agent || *agent == Outcome::Off)
            return agent ? Result<StopMethod>(StopMethod::GuestAgent) : agent.error();
        const auto acpi = askAcpi(grace, call);
        if (!acpi || *acpi == Outcome::Off)
            return acpi ? Result<StopMethod>(StopMethod::Acpi) : acpi.error();
        if (!how.forceAfterGrace)
            return Error(Code::FailedPrecondition,
                         QStringLiteral("the guest did not power off within %1 s of the ACPI power button")
                             .arg(grace.count()))
                .withHint(QStringLiteral("--force cuts its power"));
    }
    if (const auto ok = cutPower(call); !ok)
        return ok.error();
    return StopMethod::Forced;
}

Result<GracefulStop::Outcome> GracefulStop::look(Call &call)
{
    const auto lease = m_pool.acquire(call);
    if (!lease)
        return lease.error();
    const auto domain = findOwnDomain(lease->get(), m_agent, m_id);
    if (!domain)
        return domain.error();
    const auto off = isOff(*domain);
    if (!off)
        return off.error();
    return *off ? Outcome::Off : Outcome::StillOn;
}

Result<GracefulStop::Outcome> GracefulStop::askAgent(seconds grace, Call &call)
{
    call.progress(-1, QStringLiteral("asking the guest agent to power off"));
    if (const auto ok = startAgentShutdown(call); !ok)
        return ok.error();
    for (const auto end = Clock::now() + grace;;) {
        const Call::Wake wake = call.waitAtMost(m_request->signal, until(end));
        if (wake == Call::Wake::Cancelled || wake == Call::Wake::DeadlineExceeded)
            return Call::interrupted(wake, QStringLiteral("waiting for the guest agent"));
        auto now = look(call);
        if (!now || *now == Outcome::Off)
            return now;
        if (m_request->failed || wake == Call::Wake::TimedOut)
            return Outcome::StillOn;
    }
}

Result<void> GracefulStop::startAgentShutdown(Call &call)
{
    auto lease = m_pool.acquire(call);
    if (!lease)
        return lease.error();
    auto domain = findOwnDomain(lease->get(), m_agent, m_id);
    if (!domain)
        return domain.error();
    lease->leavePool(); // or a few such stops would hold them all
    std::thread([request = m_request, held = *std::move(lease), handle = std::move(domain->handle)]() mutable {
        const bool failed = virDomainShutdownFlags(handle.get(), VIR_DOMAIN_SHUTDOWN_GUEST_AGENT) < 0;
        handle.reset();
        {
            const Lease done = std::move(held);
        }
        if (failed) {
            request->failed = true;
            request->signal.raise();
        }
    }).detach();
    return {};
}

Result<GracefulStop::Outcome> GracefulStop::askAcpi(seconds grace, Call &call)
{
    call.progress(-1, QStringLiteral("pressing the ACPI power button"));
    const auto end = Clock::now() + grace;
    if (const auto ok = pressPowerButton(call); !ok)
        return ok.error();
    auto nextPress = Clock::now() + buttonInterval;
    for (;;) {
        const Call::Wake wake = call.waitAtMost(m_request->signal, until(std::min(end, nextPress)));
        if (wake == Call::Wake::Cancelled || wake == Call::Wake::DeadlineExceeded)
            return Call::interrupted(wake, QStringLiteral("waiting for the guest to power off"));
        const bool over = Clock::now() >= end;
        if (wake == Call::Wake::Raised || over) {
            auto now = look(call);
            if (!now || *now == Outcome::Off || over)
                return now;
        }
        if (Clock::now() >= nextPress) {
            if (const auto ok = pressPowerButton(call); !ok)
                return ok.error();
            nextPress = Clock::now() + buttonInterval;
        }
    }
}

Result<void> GracefulStop::pressPowerButton(Call &call)
{
    const auto lease = m_pool.acquire(call);
    if (!lease)
        return lease.error();
    const auto domain = findOwnDomain(lease->get(), m_agent, m_id);
    if (!domain)
        return domain.error();
    // "Not running": it went down meanwhile, and the next look says so.
    if (virDomainShutdownFlags(domain->handle.get(), VIR_DOMAIN_SHUTDOWN_ACPI_POWER_BTN) < 0 &&
        libvirt::lastErrorNumber() != VIR_ERR_OPERATION_INVALID)
        return lastError(QStringLiteral("cannot press the power button of VM %1").arg(m_id.toString()));
    return {};
}

Result<void> GracefulStop::cutPower(Call &call)
{
    call.progress(-1, QStringLiteral("cutting the power"));
    const auto lease = m_pool.acquire(call);
    if (!lease)
        return lease.error();
    const auto domain = findOwnDomain(lease->get(), m_agent, m_id);
    if (!domain)
        return domain.error();
    if (virDomainDestroyFlags(domain->handle.get(), 0) < 0 && libvirt::lastErrorNumber() != VIR_ERR_OPERATION_INVALID)
        return lastError(QStringLiteral("cannot cut the power of VM %1").arg(m_id.toString()));
    return {};
}

} // namespace ghost
