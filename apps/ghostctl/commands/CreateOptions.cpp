// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/CreateOptions.h"

#include <CLI/CLI.hpp>
#include <ghost/agent/v1/agent.pb.h>

#include "input/CliOptions.h"

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

} // namespace

void CreateOptions::declare(CLI::App &app)
{
    addText(app, "--name", name, "Its name: a-z, 0-9 and hyphens, at most 63 characters")
        ->required()
        ->type_name("NAME");
    addNumber(app, "--cpus", cpus, "Virtual CPUs");
    addSize(app, "--memory", memoryBytes, "Memory, for example 4GiB");
    addSize(app, "--disk", diskBytes, "Size of its disk, for example 50GB; it grows as it is filled");
    addText(app, "--image", image, "The image that its disk starts from")->type_name("IMAGE");
    addText(app, "--hypervisor", hypervisor, "Plugin that runs it, qemu for hypervisor-qemu")->type_name("PLUGIN");
    addText(app, "--network", network, "Plugin that connects it, user for network-user")->type_name("PLUGIN");
    addChoice(app, "--accel", accelerator, {"auto", "kvm", "tcg"}, "How the CPU is made");
    addTexts(app, "-O", options, "Option of the hypervisor's own: see ghostctl plugin info; may be repeated")
        ->type_name("KEY=VALUE")
        ->check(&checkKeyAndValue);
    addSshKeys(app, "--ssh-key", sshKeys, "File with public keys for the guest's first user; may be repeated");
    addSwitch(app, "--stopped", stopped, "Make it, but leave it off");
    addSwitch(app, "--no-wait", noWait, "Do not wait for its address");
}

Result<v1::CreateVMRequest> CreateOptions::request() const
{
    v1::CreateVMRequest filled;
    filled.set_name(name.toStdString());
    if (cpus)
        filled.set_cpus(*cpus);
    if (memoryBytes)
        filled.set_memory_bytes(*memoryBytes);
    if (diskBytes)
        filled.set_disk_bytes(*diskBytes);
    filled.set_image(image.toStdString());
    filled.set_hypervisor(hypervisor.toStdString());
    filled.set_network(network.toStdString());
    filled.set_accelerator(acceleratorOf(accelerator));
    filled.set_stopped(stopped);
    filled.set_no_wait(noWait);
    for (const QString &option : options) {
        const auto [key, value] = keyAndValue(option);
        if (!filled.mutable_options()->insert({key.toStdString(), value.toStdString()}).second)
            return Error(Code::InvalidArgument, QStringLiteral("option '%1' is given twice").arg(key));
    }
    for (const QString &key : sshKeys)
        filled.add_ssh_keys(key.toStdString());
    return filled;
}

} // namespace ghost::ctl
