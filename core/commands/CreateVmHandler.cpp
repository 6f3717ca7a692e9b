// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/CreateVmHandler.h"

#include "commands/CreateVmRequest.h"
#include "commands/Power.h"
#include "commands/VmDraft.h"
#include "config/Config.h"
#include "resources/ResourceLedger.h"
#include "state/StateStore.h"

namespace ghost {

Result<Admission> CreateVmHandler::admit(const Command &command)
{
    const auto request = CreateVmRequest::parse(command);
    if (!request)
        return request.error();
    const auto record = draftVm(*request, m_services);
    if (!record)
        return record.error();
    const auto hypervisor = m_services.drivers.hypervisor(record->hypervisor);
    if (!hypervisor)
        return hypervisor.error();
    if (const auto added = m_services.store.addRecord(*record); !added)
        return added.error();
    return Admission{record->id, record->name, hypervisor->work};
}

void CreateVmHandler::withdraw(const Admission &admission, const Command &)
{
    m_services.store.dropRecord(admission.vm, false);
}

Result<QCborMap> CreateVmHandler::run(Work &work)
{
    const auto request = CreateVmRequest::parse(work.command);
    if (!request)
        return request.error();
    LocalImage image;
    const auto reserved = work.steps.run(
        QStringLiteral("reserve resources"),
        [&](Call &) -> Result<void> {
            auto found = reserve(work.vm, work);
            if (found)
                image = *found;
            return found ? Result<void>() : found.error();
        },
        [&](Call &) -> Result<void> {
            m_services.ledger.release(work.vm);
            return {};
        });
    if (!reserved)
        return reserved.error();

    const auto record = m_services.store.record(work.vm);
    if (!record)
        return Error(Code::Internal, QStringLiteral("the record of the VM is gone"));
    const auto found = VmParts::of(*record, m_services);
    if (!found)
        return found.error();
    // Shared with the undos, which run after this function has returned.
    const auto parts = std::make_shared<VmParts>(*found);
    if (const auto made = makeParts(parts, image, request->sshKeys, work); !made)
        return made.error();
    if (!request->stopped) {
        const auto on =
            work.steps.run(QStringLiteral("power on"), [&](Call &call) { return powerOn(*parts, m_services, call); });
        if (!on)
            return on.error();
        if (const auto seen = waitForAddress(*parts, request->noWait, m_services, work); !seen)
            return seen.error();
    }
    if (const auto recorded = recordVm(work.vm, request->stopped, work); !recorded)
        return recorded.error();
    return vmResult(work.vm, m_services);
}

// Its undo is the first of all: when this cannot be written, what takes the parts back may make the room for it, and a
// record that stands there as that of a VM would outlive them.
Result<void> CreateVmHandler::recordVm(VmId vm, bool stopped, Work &work)
{
    return work.steps.run(
        QStringLiteral("record the VM"),
        [&](Call &) -> Result<void> {
            const DesiredState desired = stopped ? DesiredState::Stopped : DesiredState::Running;
            m_services.store.changeRecord(vm, [&](VmRecord &changed) { changed.desired = desired; });
            m_services.store.recordCreated(vm);
            return {};
        },
        [this, vm](Call &) -> Result<void> {
            m_services.store.changeRecord(vm, [](VmRecord &changed) { changed.phase = VmRecord::Phase::Creating; });
            return {};
        });
}

Result<LocalImage> CreateVmHandler::reserve(VmId vm, Work &work)
{
    const auto record = m_services.store.record(vm);
    const auto request = CreateVmRequest::parse(work.command);
    if (!record || !request)
        return Error(Code::Internal, QStringLiteral("the record of the VM is gone"));
    const Config &config = m_services.config;
    ResourceLedger::Request wanted;
    wanted.cpus = request->cpus;
    wanted.memoryBytes = request->memoryBytes;
    wanted.diskBytes = request->diskBytes;
    wanted.defaults = {int(config.integer(QStringLiteral("defaults.cpus"))),
                       config.integer(QStringLiteral("defaults.memory")), 0};

    LocalImage image;
    if (!record->storage.isEmpty()) {
        const auto images = m_services.drivers.imageSource({});
        if (!images)
            return images.error();
        const auto fetched = (*images)->fetch(ImageRef(record->image), work.call);
        if (!fetched)
            return fetched.error().withField(QStringLiteral("image"));
        image = *fetched;
        wanted.defaults.diskBytes = config.integer(QStringLiteral("defaults.disk"));
        wanted.minimumDiskBytes = image.info().diskBytes();
    }
    const auto grant = m_services.ledger.admit(vm, wanted);
    if (!grant)
        return grant.error();
    work.notes += grant->notes;
    m_services.store.changeRecord(vm, [&](VmRecord &changed) {
        changed.cpus = grant->amounts.cpus;
        changed.memoryBytes = grant->amounts.memoryBytes;
        changed.diskBytes = grant->amounts.diskBytes;
    });
    return image;
}

Result<void> CreateVmHandler::makeParts(const std::shared_ptr<VmParts> &parts, const LocalImage &image,
                                        const QStringList &sshKeys, Work &work)
{
    Steps &steps = work.steps;
    if (parts->hasDisk()) {
        auto disk = steps.run(
            QStringLiteral("create disk"), [&](Call &call) { return parts->createDisk(image, call); },
            [parts](Call &call) { return parts->removeDisk(call); });
        if (!disk)
            return disk;
        auto seed = steps.run(
            QStringLiteral("build the seed"), [&](Call &call) { return parts->createSeed(sshKeys, call); },
            [parts](Call &call) { return parts->removeSeed(call); });
        if (!seed)
            return seed;
    }
    if (parts->hasNetwork()) {
        auto port = steps.run(
            QStringLiteral("plug the network"), [&](Call &call) { return parts->plug(call); },
            [parts](Call &call) { return parts->unplug(call); });
        if (!port)
            return port;
    }
    return steps.run(
        QStringLiteral("create the VM"),
        [&](Call &call) -> Result<void> {
            const auto made = parts->define(call);
            if (!made)
                return made.error();
            m_services.store.changeRecord(work.vm, [&](VmRecord &record) { record.pinned = made->pinned(); });
            m_services.store.observe(*made);
            return {};
        },
        [parts](Call &call) { return parts->remove(call); });
}

void CreateVmHandler::undone(Work &work, bool confirmed)
{
    m_services.ledger.release(work.vm);
    m_services.store.dropRecord(work.vm, !confirmed);
}

} // namespace ghost
