// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "VmCreation.h"

#include <tuple>

#include "AcceleratorChoice.h"
#include "SpecRules.h"

namespace ghost {

VmCreation::VmCreation(VmTable &vms, AcceleratorChoice &accelerators)
    : m_vms(vms)
    , m_accelerators(accelerators)
{}

Result<VmInfo> VmCreation::run(const VmSpec &spec, Call &call)
{
    if (const auto ok = checkSpec(spec); !ok)
        return ok.error();
    if (const auto existing = m_vms.find(spec.id()))
        return renew(**existing, spec, call);
    // A VM that was lost and is made again keeps the machine that its guest knows.
    Machine machine = Machine::fromJson(spec.pinned());
    if (machine.type.isEmpty()) {
        const auto chosen = m_accelerators.machineFor(spec.accelerator(), call);
        if (!chosen)
            return chosen.error();
        machine = *chosen;
    }
    if (const auto wanted = call.check(); !wanted)
        return wanted.error();
    const auto vm = m_vms.make(spec.id());
    if (const auto stored = vm->store({spec, machine}); !stored) {
        std::ignore = vm->folder().remove();
        return stored.error();
    }
    m_vms.insert(vm);
    return vm->look(call);
}

Result<VmInfo> VmCreation::renew(Vm &existing, const VmSpec &spec, Call &call)
{
    const auto stored = existing.stored();
    if (!stored)
        return stored.error();
    if (const auto same = stored->spec.equalInKind(spec); !same)
        return Error(Code::AlreadyExists, QStringLiteral("VM %1 ").arg(spec.id().toString()) + same.error().message())
            .withField(same.error().field());
    if (!existing.isOn() && stored->spec != spec)
        if (const auto taken = existing.store({spec, stored->machine}); !taken)
            return taken.error();
    return existing.look(call);
}

} // namespace ghost
