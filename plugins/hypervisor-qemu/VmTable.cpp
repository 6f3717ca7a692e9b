// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "VmTable.h"

#include <QtCore/QDir>
#include <QtCore/QFileInfo>

#include "files/DurableFiles.h"

namespace ghost {

VmTable::VmTable(QString folder, PluginContext &context)
    : m_folder(std::move(folder))
    , m_context(context)
{}

Result<void> VmTable::load()
{
    QDir folder(m_folder);
    if (!folder.mkpath(QStringLiteral(".")))
        return Error(Code::FailedPrecondition, QStringLiteral("cannot make the folder %1").arg(m_folder));
    const auto names = namesIn(m_folder);
    if (!names)
        return names.error();
    for (const QString &name : *names) {
        const VmId id = VmId::fromString(name);
        if (id.isNull() || QFileInfo(folder.filePath(name)).isFile())
            continue; // not ours
        const VmFolder files(folder.filePath(name));
        if (files.lacksSpec() && !GuestProcess::search(id)) { // the rest of a removal, or of a create that never was
            if (const auto removed = files.remove(); !removed)
                m_context.log(LogLevel::Warning, removed.error().text());
            continue;
        }
        const auto vm = make(id);
        vm->load();
        insert(vm);
    }
    return {};
}

Result<std::shared_ptr<Vm>> VmTable::find(VmId id) const
{
    const std::lock_guard lock(m_mutex);
    if (const auto found = m_vms.constFind(id); found != m_vms.constEnd())
        return *found;
    return Error(Code::NotFound, QStringLiteral("QEMU: no VM %1").arg(id.toString()));
}

QList<std::shared_ptr<Vm>> VmTable::all() const
{
    const std::lock_guard lock(m_mutex);
    return m_vms.values();
}

std::shared_ptr<Vm> VmTable::make(VmId id) const
{
    return std::make_shared<Vm>(id, VmFolder(QStringLiteral("%1/%2").arg(m_folder, id.toString())), m_context);
}

void VmTable::insert(const std::shared_ptr<Vm> &vm)
{
    const std::lock_guard lock(m_mutex);
    m_vms.insert(vm->id(), vm);
}

void VmTable::erase(VmId id)
{
    std::shared_ptr<Vm> erased; // ends without the lock
    const std::lock_guard lock(m_mutex);
    erased = m_vms.take(id);
}

} // namespace ghost
