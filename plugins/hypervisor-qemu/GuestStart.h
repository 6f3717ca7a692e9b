// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ghost/Call.h>

#include "CommandLine.h"
#include "Vm.h"

namespace ghost {

class QemuProgram;

/// How QEMU is started, from the configuration.
struct StartOptions
{
    bool sandbox = true;
    std::chrono::seconds limit{30}; ///< until it answers
};

/// Starts QEMU for one VM that is off; the steps of one Hypervisor::powerOn. When it fails nothing runs.
class GuestStart
{
public:
    GuestStart(const QemuProgram &program, AgentId agent, StartOptions options);

    Result<void> run(Vm &vm, Call &call) const;

private:
    Result<void> launch(Vm &vm, const StoredVm &stored, Call &call) const;
    Result<void> awaitAnswer(Vm &vm, Call &call) const;

    const QemuProgram &m_program;
    AgentId m_agent;
    StartOptions m_options;
};

} // namespace ghost
