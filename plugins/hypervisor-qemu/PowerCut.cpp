// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "PowerCut.h"

#include <csignal>

namespace ghost {

using std::chrono::seconds;

PowerCut::PowerCut(Vm &vm)
    : m_vm(vm)
{}

Result<void> PowerCut::run()
{
    const auto monitor = m_vm.monitor();
    if (!monitor)
        return {};
    Call call(OperationId(), Call::Clock::now() + seconds(20));
    if (!monitor->isSilent()) {
        monitor->send(QStringLiteral("quit"));
        const auto gone = m_vm.waitEnd(call, seconds(2));
        if (!gone || *gone)
            return gone ? Result<void>() : gone.error();
    }
    for (const auto &[number, patience] : {std::pair(SIGTERM, seconds(2)), std::pair(SIGKILL, seconds(10))}) {
        const auto gone = signal(number, patience, call);
        if (!gone || *gone)
            return gone ? Result<void>() : gone.error();
    }
    return Error(Code::Unavailable, QStringLiteral("QEMU of VM %1 (process %2) does not end: the kernel holds it")
                                        .arg(m_vm.id().toString())
                                        .arg(monitor->process().pid()))
        .withHint(QStringLiteral("a disk on a file server that does not answer?"));
}

Result<bool> PowerCut::signal(int number, seconds patience, Call &call)
{
    const auto monitor = m_vm.monitor();
    if (!monitor)
        return true;
    monitor->process().signal(number);
    return m_vm.waitEnd(call, patience);
}

} // namespace ghost
