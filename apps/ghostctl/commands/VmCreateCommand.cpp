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

std::pair<QString, QString> keyAndValue(const QString &option)
{
    const qsizetype equals = option.indexOf(u'=');
    return {option.left(equals), option.mid(equals + 1)};
}

std::string checkKeyAndValue(const std::string &option)
{
    const size_t equals = option.find('=');
    return equals == std::string::npos || equals == 0 ? "'" + option + "' is not KEY=VALUE" : std::string();
}

v1::Accelerator acceleratorOf(const QString &name)
{
    if (name == QLatin1String("kvm"))
        return v1::ACCELERATOR_KVM;
    if (name == QLatin1String("tcg"))
        return v1::ACCELERATOR_TCG;
    return name.isEmpty() ? v1::ACCELERATOR_UNSPECIFIED : v1::ACCELERATOR_AUTO;
}

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
    addText(app, "--name", m_name, "Its name: a-z, 0-9 and hyphens, at most 63 characters")
        ->required()
        ->type_name("NAME");
    addNumber(app, "--cpus", m_cpus, "Virtual CPUs");
    addSize(app, "--memory", m_memoryBytes, "Memory, for example 4GiB");
    addSize(app, "--disk", m_diskBytes, "Size of its disk, for example 50GB; it grows as it is filled");
    addText(app, "--image", m_image, "The image that its disk starts from")->type_name("IMAGE");
    addText(app, "--hypervisor", m_hypervisor, "Plugin that runs it")->type_name("PLUGIN");
    addText(app, "--network", m_network, "Plugin that connects it")->type_name("PLUGIN");
    addChoice(app, "--accel", m_accelerator, {"auto", "kvm", "tcg"}, "How the CPU is made");
    addTexts(app, "-O", m_options, "Option of the hypervisor's own: see ghostctl plugin info; may be repeated")
        ->type_name("KEY=VALUE")
        ->check(&checkKeyAndValue);
    addSshKeys(app, "--ssh-key", m_sshKeys, "File with public keys for the guest's first user; may be repeated");
    addSwitch(app, "--stopped", m_stopped, "Make it, but leave it off");
    addSwitch(app, "--no-wait", m_noWait, "Do not wait for its address");
    addSwitch(app, "--async", m_async, "Do not wait for anything: print the operation");
    app.footer(
        "What is not given comes from the agent's configuration, capped by what the owner's reservation leaves.\n"
        "Ctrl-C cancels: what was made so far is taken back.");
}

Result<void> VmCreateCommand::run(Session &session)
{
    const Result<v1::CreateVMRequest> request = this->request();
    if (!request)
        return request.error();
    const Result<v1::Operation> operation = perform(session, &v1::AgentService::Stub::CreateVM, *request, m_async);
    if (!operation)
        return operation.error();
    report(session, *operation, createdText(operation->result().vm(), session.elapsed()));
    return {};
}

Result<v1::CreateVMRequest> VmCreateCommand::request() const
{
    v1::CreateVMRequest request;
    request.set_name(m_name.toStdString());
    if (m_cpus)
        request.set_cpus(*m_cpus);
    if (m_memoryBytes)
        request.set_memory_bytes(*m_memoryBytes);
    if (m_diskBytes)
        request.set_disk_bytes(*m_diskBytes);
    request.set_image(m_image.toStdString());
    request.set_hypervisor(m_hypervisor.toStdString());
    request.set_network(m_network.toStdString());
    request.set_accelerator(acceleratorOf(m_accelerator));
    request.set_stopped(m_stopped);
    request.set_no_wait(m_noWait);
    for (const QString &option : m_options) {
        const auto [key, value] = keyAndValue(option);
        if (!request.mutable_options()->insert({key.toStdString(), value.toStdString()}).second)
            return Error(Code::InvalidArgument, QStringLiteral("option '%1' is given twice").arg(key));
    }
    for (const QString &key : m_sshKeys)
        request.add_ssh_keys(key.toStdString());
    return request;
}

} // namespace ghost::ctl
