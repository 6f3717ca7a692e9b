// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/SetVmForwardsHandler.h"

#include "commands/Facet.h"
#include "commands/Forwards.h"
#include "commands/Power.h"
#include "commands/SetVmForwardsRequest.h"
#include "state/StateStore.h"

namespace ghost {

namespace {

/// The two drivers that have to agree about a VM's port.
class Port
{
public:
    static Result<Port> of(const Vm &vm, const Drivers &drivers)
    {
        const auto network = forwardingNetwork(vm, drivers);
        if (!network)
            return network.error();
        const auto hypervisor = drivers.hypervisor(vm.hypervisor());
        if (!hypervisor)
            return hypervisor.error();
        const auto nics = facetOf<VmNicUpdate>(*hypervisor, QStringLiteral("cannot change a VM's network port"));
        if (!nics)
            return nics.error();
        return Port(vm.id(), *network, hypervisor->plugin, *nics);
    }

    Result<QList<PortForward>> forwards(Call &call) const
    {
        const auto forwards = m_network.forwards->forwards(m_vm, call);
        return forwards ? forwards : Result<QList<PortForward>>(forwards.error().within(m_network.driver.plugin));
    }
    Result<NicSource> setForwards(const QList<PortForward> &forwards, Call &call) const
    {
        const auto nic = m_network.forwards->setForwards(m_vm, forwards, call);
        return nic ? nic : Result<NicSource>(nic.error().within(m_network.driver.plugin));
    }
    Result<void> update(const NicSource &nic, Call &call) const
    {
        const auto updated = m_nics->updateNic(m_vm, nic, call);
        return updated ? updated : Result<void>(updated.error().within(m_hypervisor));
    }

private:
    Port(VmId vm, const ForwardingNetwork &network, const QString &hypervisor, VmNicUpdate *nics)
        : m_vm(vm)
        , m_network(network)
        , m_hypervisor(hypervisor)
        , m_nics(nics)
    {}

    VmId m_vm;
    ForwardingNetwork m_network;
    QString m_hypervisor;
    VmNicUpdate *m_nics;
};

/// What a driver says after it has looked at the call and left everything as it was.
bool isRefusal(Code code)
{
    return code != Code::Unavailable && code != Code::DeadlineExceeded && code != Code::Internal;
}

} // namespace

Result<Admission> SetVmForwardsHandler::admit(const Command &command)
{
    const auto request = SetVmForwardsRequest::parse(command);
    if (!request)
        return request.error();
    const auto vm = findVm(request->vm, m_services.store);
    if (!vm)
        return vm.error();
    if (const auto port = Port::of(*vm, m_services.drivers); !port)
        return port.error();
    return admitVm(this->command(), request->vm, false, m_services);
}

Result<QCborMap> SetVmForwardsHandler::run(Work &work)
{
    const auto request = SetVmForwardsRequest::parse(work.command);
    const auto vm = m_services.store.state()->vm(work.vm);
    if (!request || !vm)
        return Error(Code::NotFound, QStringLiteral("the VM is gone"));
    const auto port = Port::of(*vm, m_services.drivers);
    if (!port)
        return port.error();
    const auto before = port->forwards(work.call);
    if (!before)
        return before.error();

    NicSource nic;
    const auto isTold = std::make_shared<bool>(false); // the undo outlives this frame
    const Steps::Action restore = [port = *port, before = *before, isTold](Call &call) -> Result<void> {
        const auto earlier = port.setForwards(before, call);
        if (!earlier)
            return earlier.error();
        return *isTold ? port.update(*earlier, call) : Result<void>();
    };
    const bool isRepetition = work.steps.isRepetition();
    const auto chosen = work.steps.run(
        QStringLiteral("set the forwards"),
        [&](Call &call) -> Result<void> {
            const auto made = port->setForwards(withKeptPorts(request->forwards, *before), call);
            nic = made ? *made : NicSource();
            return made ? Result<void>() : made.error();
        },
        isRepetition ? Steps::Action() : restore);
    if (!chosen)
        return chosen.error();
    const auto updated = work.steps.run(QStringLiteral("update the port"), [&](Call &call) {
        *isTold = true;
        auto answer = port->update(nic, call);
        *isTold = answer || !isRefusal(answer.error().code());
        return answer;
    });
    if (updated)
        return vmResult(work.vm, m_services);
    return isRepetition ? updated.error().withHint(QStringLiteral("the VM has its new forwards when it starts again"))
                        : updated.error();
}

} // namespace ghost
