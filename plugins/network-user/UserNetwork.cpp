// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "UserNetwork.h"

#include <algorithm>

#include <QtCore/QDateTime>
#include <QtCore/QDir>

#include "ForwardRules.h"

namespace ghost::user {
namespace {

// A guest that is there greets in less; one that is not costs a question no more.
constexpr std::chrono::milliseconds oneKnock{300};

QString text(const char *latin1)
{
    return QString::fromLatin1(latin1);
}

} // namespace

UserNetwork::UserNetwork() = default;
UserNetwork::~UserNetwork() = default;

Result<void> UserNetwork::activate(PluginContext &context, const QJsonObject &config, Call &call)
{
    const auto range = HostPorts::parse(config[text("host_ports")].toString());
    if (!range)
        return range.error();
    m_context = &context;
    m_health = std::make_unique<HealthReasons>(context);
    context.setHealth(Health(Health::Status::Ready, {}));
    if (const QString warning = range->warning(); !warning.isEmpty())
        context.log(LogLevel::Warning, warning);
    m_carrier = Carrier::find(config[text("backend")].toString(), call);
    if (!m_carrier.problem.isEmpty())
        m_health->degraded(text("carrier"), m_carrier.problem);
    if (!m_carrier.note.isEmpty())
        context.log(LogLevel::Info, m_carrier.note);

    const QString folder = context.folder(Folder::Data);
    const QString ports = folder + text("/ports");
    if (!QDir().mkpath(ports))
        return Error(Code::FailedPrecondition, QStringLiteral("cannot make the folder %1").arg(ports));
    m_networks = std::make_unique<NetworkList>(folder);
    const auto networkProblem = m_networks->load();
    if (!networkProblem)
        return networkProblem.error();
    if (!networkProblem->isEmpty())
        context.log(LogLevel::Error, *networkProblem);
    m_ports = std::make_unique<VmPorts>(ports, *range, uint(qHash(context.agentId().toString(), 0)));
    const auto portProblems = m_ports->load();
    if (!portProblems)
        return portProblems.error();
    for (const QString &problem : *portProblems)
        context.log(LogLevel::Error, problem);
    tellOfLost();
    m_watch = std::make_unique<GuestWatch>(
        [&context](VmId vm) { context.publish({.kind = DriverEvent::Kind::AddressChanged, .vm = vm}); });
    return {};
}

Result<void> UserNetwork::deactivate(Call &)
{
    m_watch.reset();
    return {};
}

Result<NetworkInfo> UserNetwork::ensure(const NetworkSpec &spec, Call &call)
{
    if (const auto wanted = call.check(); !wanted)
        return wanted.error();
    if (const auto checked = checkNetworkSpec(spec); !checked)
        return checked.error();
    const std::scoped_lock lock(m_networksMutex);
    if (const auto added = m_networks->add(spec.id(), spec.name()); !added)
        return added.error();
    NetworkInfo info;
    info.setId(spec.id());
    info.setName(spec.name());
    return info;
}

Result<void> UserNetwork::remove(NetworkId id, Call &call)
{
    if (auto wanted = call.check(); !wanted)
        return wanted;
    const std::scoped_lock lock(m_networksMutex);
    for (const Port &port : m_ports->ports())
        if (port.network == id)
            return Error(Code::FailedPrecondition, QStringLiteral("VM '%1' has a port on this network").arg(port.name));
    return m_networks->remove(id);
}

Result<NicSource> UserNetwork::plug(NetworkId id, const PortSpec &spec, Call &call)
{
    if (const auto wanted = call.check(); !wanted)
        return wanted.error();
    if (const auto checked = checkPortSpec(spec); !checked)
        return checked.error();
    if (!m_carrier.problem.isEmpty())
        return Error(Code::FailedPrecondition, m_carrier.problem)
            .withHint(QStringLiteral("install it and restart the agent, or set settings.network-user.backend: slirp"));
    const std::scoped_lock lock(m_networksMutex);
    if (!m_networks->contains(id))
        return Error(Code::NotFound, QStringLiteral("there is no network %1").arg(id.toString()));
    const auto before = m_ports->find(spec.vm());
    const auto port = m_ports->plug(id, spec);
    if (!port)
        return port.error();
    if (before && before->forwards != port->forwards)
        m_context->log(LogLevel::Warning,
                       QStringLiteral("VM '%1' is reached at another port: the one that was chosen for it has been "
                                      "taken by another program; its ssh is at %2")
                           .arg(port->name, port->ssh().value_or(Endpoint()).toString()));
    if (!before)
        tellOfLost();
    m_watch->forget(spec.vm()); // what it answered is of an earlier start
    return nic(*port);
}

Result<void> UserNetwork::unplug(VmId vm, Call &call)
{
    if (auto wanted = call.check(); !wanted)
        return wanted;
    m_watch->forget(vm);
    auto unplugged = m_ports->unplug(vm);
    tellOfLost();
    return unplugged;
}

Result<QList<Address>> UserNetwork::addresses(VmId vm, Call &call)
{
    if (const auto wanted = call.check(); !wanted)
        return wanted.error();
    const auto port = m_ports->find(vm);
    const auto endpoint = port ? port->ssh() : std::nullopt;
    if (!endpoint)
        return QList<Address>();
    auto answered =
        m_watch->takeAnswer(vm, *endpoint); // it has just told of it: a knock more would cost the guest time
    if (!answered && GuestWatch::isThere(*endpoint, oneKnock, call))
        answered = QDateTime::currentMSecsSinceEpoch();
    if (!answered) {
        m_watch->watch(vm, *endpoint);
        return QList<Address>();
    }
    // What the guest itself calls its address is of no use outside, and only the program before it knows it.
    Address address;
    address.setEndpoint(endpoint->toString());
    address.setSinceMs(*answered);
    return QList<Address>{address};
}

Result<QList<VmId>> UserNetwork::ports(Call &call)
{
    if (const auto wanted = call.check(); !wanted)
        return wanted.error();
    return m_ports->vms();
}

Result<QList<PortForward>> UserNetwork::forwards(VmId vm, Call &call)
{
    if (const auto wanted = call.check(); !wanted)
        return wanted.error();
    const auto port = m_ports->find(vm);
    if (!port)
        return Error(Code::NotFound, QStringLiteral("VM %1 has no port on this network").arg(vm.toString()));
    return port->portForwards();
}

Result<NicSource> UserNetwork::setForwards(VmId vm, const QList<PortForward> &forwards, Call &call)
{
    if (const auto wanted = call.check(); !wanted)
        return wanted.error();
    const auto wishes = checkForwards(forwards, m_carrier);
    if (!wishes)
        return wishes.error();
    const auto port = m_ports->setForwards(vm, *wishes);
    if (!port)
        return port.error();
    m_watch->forget(vm);
    m_context->publish({.kind = DriverEvent::Kind::AddressChanged, .vm = vm});
    return nic(*port);
}

NicSource UserNetwork::nic(const Port &port) const
{
    NicSource nic;
    nic.setKind(NicSource::Kind::User);
    nic.setTarget(m_carrier.program);
    nic.setMac(port.mac);
    nic.setForwards(port.portForwards());
    return nic;
}

/// Until each of them was plugged anew, or is gone.
void UserNetwork::tellOfLost()
{
    const QSet<VmId> lost = m_ports->lost();
    if (lost.isEmpty()) {
        m_health->clear(text("records"));
        return;
    }
    QStringList ids;
    for (const VmId vm : lost)
        ids.append(vm.toString());
    ids.sort();
    m_health->degraded(text("records"), QStringLiteral("the record of the ports of VM %1 was damaged: the next start "
                                                       "gives it a new port of this machine")
                                            .arg(ids.join(text(", "))));
}

} // namespace ghost::user
