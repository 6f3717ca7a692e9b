// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/VmCreateCommand.h"

#include <CLI/CLI.hpp>
#include <ghost/agent/v1/agent.grpc.pb.h>

#include "Session.h"
#include "agent/Rpc.h"
#include "input/CliOptions.h"
#include "output/OperationReport.h"
#include "output/Readable.h"
#include "output/Table.h"

namespace ghost::ctl {
namespace {

namespace v1 = agent::v1;

/// Exactly this, and nothing else, on standard output: the README shows it and scripts read it.
QString createdText(const v1::Vm &vm, std::chrono::milliseconds took)
{
    const std::string &address = vm.address().empty() ? vm.endpoint() : vm.address();
    Table table;
    table.addRow({QStringLiteral("name"), QString::fromStdString(vm.name())});
    table.addRow({QStringLiteral("id"), QString::fromStdString(vm.id())});
    table.addRow({QStringLiteral("address"), QString::fromStdString(address)});
    table.addRow({QStringLiteral("took"), readableDuration(took)});
    return QStringLiteral("✅ VM created!\n") + table.toText();
}

} // namespace

void VmCreateCommand::declare(CLI::App &app)
{
    m_create.declare(app);
    addSwitch(app, "--async", m_async, "Do not wait for anything: print the operation");
    app.footer(
        "What is not given comes from the agent's configuration, capped by what the owner's reservation leaves.\n"
        "CPUs, memory and disk are fixed when it is made: for another size make another VM.\n"
        "Ctrl-C cancels: what was made so far is taken back.");
}

Result<void> VmCreateCommand::run(Session &session)
{
    const Result<v1::CreateVMRequest> request = m_create.request();
    if (!request)
        return request.error();
    const Result<v1::Operation> operation = perform(session, &v1::AgentService::Stub::CreateVM, *request, m_async,
                                                    QStringLiteral("what it had made is taken back"));
    if (!operation)
        return operation.error();
    report(session, *operation, createdText(operation->result().vm(), session.elapsed()));
    return {};
}

} // namespace ghost::ctl
