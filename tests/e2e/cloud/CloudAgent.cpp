// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "CloudAgent.h"

#include <QtCore/QMap>

namespace ghost::e2e {
namespace {

/// The words of ghostctl for the enums of the API.
QString wordOf(const std::string &name, const char *prefix)
{
    return QString::fromStdString(name).mid(qstrlen(prefix)).toLower();
}

} // namespace

QByteArray cloudConfig(const QString &place, const QString &name)
{
    return "plugins: [hypervisor-fake, api-grpc, uplink-cloud]\n"
           "defaults: {cpus: 1, memory: 64MiB, disk: 64MiB, accelerator: tcg}\n"
           "reserve: {memory: 0, disk: 0}\n"
           "settings:\n"
           "  uplink-cloud:\n"
           "    endpoint: " +
           place.toUtf8() + "\n    name: " + name.toUtf8() +
           "\n    heartbeat: 1s\n"
           "    allow: [create, start, stop, restart, delete]\n";
}

QStringList pictureOf(const AgentProcess &agent)
{
    QStringList lines;
    for (const QJsonValue &vm : agent.ctl().list("vm")) {
        QStringList words;
        for (const char *field : {"id", "name", "state", "desired"})
            words.append(vm[QLatin1String(field)].toString());
        lines.append(words.join(' '));
    }
    lines.sort();
    return lines;
}

QStringList pictureOf(cloud::TestOperator &operatorSide, const std::string &agentId)
{
    QStringList lines;
    for (const cloud::v1::KnownVM &known : operatorSide.vms()) {
        if (known.agent_id() != agentId)
            continue;
        const ghost::agent::v1::Vm &vm = known.vm();
        lines.append(QStringList{QString::fromStdString(vm.id()), QString::fromStdString(vm.name()),
                                 wordOf(ghost::agent::v1::VmState_Name(vm.state()), "VM_STATE_"),
                                 wordOf(ghost::agent::v1::DesiredState_Name(vm.desired()), "DESIRED_STATE_")}
                         .join(' '));
    }
    lines.sort();
    return lines;
}

QMap<QString, int> operationsForCloud(const AgentProcess &agent)
{
    QMap<QString, int> counts;
    for (const QJsonValue &operation : agent.ctl().run("operation list --all --limit 1000 -o json").array())
        if (const QString request = operation["request_id"].toString(); request.startsWith("cloud:"))
            ++counts[request.mid(6)];
    return counts;
}

std::string agentIdOf(cloud::TestOperator &operatorSide, const std::string &name)
{
    for (const cloud::v1::Agent &agent : operatorSide.agents())
        if (agent.name() == name)
            return agent.id();
    return {};
}

} // namespace ghost::e2e
