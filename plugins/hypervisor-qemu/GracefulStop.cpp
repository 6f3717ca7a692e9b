// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "GracefulStop.h"

#include <algorithm>
#include <tuple>

#include <QtCore/QScopeGuard>

#include "GuestAgent.h"
#include "PowerCut.h"
#include "Waiting.h"

namespace ghost {

using std::chrono::seconds;

namespace {

/// A guest that is still booting misses the power button, so it is pressed again.
constexpr seconds buttonInterval{5};

bool isCallOver(Code code)
{
    return code == Code::Cancelled || code == Code::DeadlineExceeded;
}

} // namespace

GracefulStop::GracefulStop(Vm &vm)
    : m_vm(vm)
{}

Result<StopMethod> GracefulStop::run(const PowerOff &how, Call &call)
{
    if (!m_vm.isOn())
        return StopMethod::AlreadyStopped;
    auto forget = qScopeGuard([this] { // it runs on, and if it crashes that was not asked for
        std::ignore = m_vm.noteStopRequest(false);
    });
    if (const auto noted = m_vm.noteStopRequest(true); !noted) {
        if (!how.force)
            return noted.error();
        call.log(LogLevel::Warning, noted.error().text()); // a full disk keeps no guest alive
    }
    auto method = stop(how, call);
    if (method || m_isCut)
        forget.dismiss();
    return method;
}

Result<StopMethod> GracefulStop::stop(const PowerOff &how, Call &call)
{
    if (!how.force) {
        auto polite = askPolitely(seconds(std::max(how.graceSeconds, 0)), call);
        if (!polite && hasGone(polite.error(), call))
            return StopMethod::AlreadyStopped; // by its own guest, while we asked
        // A QEMU that does not answer is no reason to leave it running, where its power may be cut.
        if (polite || !how.forceAfterGrace || isCallOver(polite.error().code()))
            return polite;
    }
    if (const auto wanted = call.check(); !wanted)
        return wanted.error();
    call.progress(-1, QStringLiteral("cutting the power"));
    m_isCut = true;
    if (const auto cut = PowerCut(m_vm).run(); !cut)
        return cut.error();
    return StopMethod::Forced;
}

/// A conversation that breaks off is often the first sign of QEMU's end.
bool GracefulStop::hasGone(const Error &problem, Call &call)
{
    const auto monitor = m_vm.monitor();
    if (problem.code() != Code::Unavailable || !monitor || monitor->isSilent())
        return !monitor;
    const auto gone = m_vm.waitEnd(call, seconds(1));
    return gone && *gone;
}

/// A paused guest hears nobody, and would do all at once what it was asked when it goes on.
Result<void> GracefulStop::requireEars(Call &call)
{
    const auto now = m_vm.look(call);
    if (!now)
        return now.error();
    if (now->state() != VmState::Paused)
        return {};
    return Error(Code::FailedPrecondition, QStringLiteral("the guest is paused and cannot power off"))
        .withHint(QStringLiteral("resume it first, or --force cuts its power"));
}

Result<StopMethod> GracefulStop::askPolitely(seconds grace, Call &call)
{
    if (const auto hears = requireEars(call); !hears)
        return hears.error();
    const auto byAgent = askAgent(grace, call);
    if (!byAgent || *byAgent)
        return byAgent ? Result<StopMethod>(StopMethod::GuestAgent) : byAgent.error();
    const auto byAcpi = askAcpi(grace, call);
    if (!byAcpi || *byAcpi)
        return byAcpi ? Result<StopMethod>(StopMethod::Acpi) : byAcpi.error();
    return Error(Code::FailedPrecondition,
                 QStringLiteral("the guest did not power off within %1 s of the ACPI power button").arg(grace.count()))
        .withHint(QStringLiteral("--force cuts its power"));
}

Result<bool> GracefulStop::askAgent(seconds grace, Call &call)
{
    call.progress(-1, QStringLiteral("asking the guest agent to power off"));
    auto asked = GuestAgent(m_vm).askPowerOff(call);
    if (!asked || !*asked)
        return asked;
    return m_vm.waitEnd(call, grace);
}

Result<bool> GracefulStop::askAcpi(seconds grace, Call &call)
{
    call.progress(-1, QStringLiteral("pressing the ACPI power button"));
    for (const auto end = Call::Clock::now() + grace;;) {
        if (const auto pressed = pressPowerButton(call); !pressed)
            return m_vm.isOn() ? Result<bool>(pressed.error()) : Result<bool>(true);
        auto gone = m_vm.waitEnd(call, std::min<std::chrono::milliseconds>(buttonInterval, until(end)));
        if (!gone || *gone || until(end).count() == 0)
            return gone;
    }
}

Result<void> GracefulStop::pressPowerButton(Call &call)
{
    const auto monitor = m_vm.monitor();
    if (!monitor)
        return {};
    const auto pressed = monitor->execute(QStringLiteral("system_powerdown"), {}, call);
    if (pressed || isCallOver(pressed.error().code()))
        return pressed ? Result<void>() : pressed.error();
    const auto gone = m_vm.waitEnd(call, seconds(monitor->isSilent() ? 0 : 1)); // it may be on its way
    return gone && *gone ? Result<void>() : pressed.error();
}

} // namespace ghost
