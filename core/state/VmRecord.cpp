// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "state/VmRecord.h"

namespace ghost {

namespace {

const QStringList phaseNames = {QStringLiteral("unspecified"), QStringLiteral("creating"), QStringLiteral("present"),
                                QStringLiteral("deleting")};

/// Reads fields and remembers the first that is wrong.
class Reader
{
public:
    explicit Reader(const QJsonObject &json)
        : m_json(json)
    {}

    QString text(const char *key)
    {
        const QJsonValue value = m_json.value(QLatin1String(key));
        if (!value.isString())
            wrong(key, "is no text");
        return value.toString();
    }
    qint64 number(const char *key, qint64 least)
    {
        const QJsonValue value = m_json.value(QLatin1String(key));
        if (!value.isDouble() || value.toInteger() < least)
            wrong(key, "is no such number");
        return value.toInteger();
    }
    template <class IdType>
    IdType id(const char *key)
    {
        const QString written = text(key);
        const IdType id = IdType::fromString(written);
        if (id.isNull() && !written.isEmpty())
            wrong(key, "is no id");
        return id;
    }
    void wrong(const char *key, const char *why)
    {
        if (m_problem.isEmpty())
            m_problem = QStringLiteral("'%1' %2").arg(QLatin1String(key), QLatin1String(why));
    }
    QString problem() const { return m_problem; }

private:
    const QJsonObject m_json;
    QString m_problem;
};

template <class IdType>
QString written(const IdType &id)
{
    return id.isNull() ? QString() : id.toString();
}

} // namespace

Vm VmRecord::toVm() const
{
    Vm vm;
    vm.setId(id);
    vm.setState(VmState::Unknown);
    vm.setAccelerator(accelerator);
    describe(vm);
    return vm;
}

void VmRecord::describe(Vm &vm) const
{
    vm.setName(name);
    vm.setDesired(desired);
    vm.setCpus(cpus);
    vm.setMemoryBytes(memoryBytes);
    vm.setDiskBytes(diskBytes);
    vm.setImage(image);
    vm.setHypervisor(hypervisor);
    vm.setNetwork(network);
    vm.setCreatedAtMs(createdAtMs);
}

QJsonObject VmRecord::toJson() const
{
    return {
        {QStringLiteral("id"), id.toString()},
        {QStringLiteral("name"), name},
        {QStringLiteral("phase"), phaseNames.value(int(phase))},
        {QStringLiteral("desired"), desiredStateName(desired)},
        {QStringLiteral("created_at_ms"), createdAtMs},
        {QStringLiteral("cpus"), cpus},
        {QStringLiteral("memory_bytes"), memoryBytes},
        {QStringLiteral("disk_bytes"), diskBytes},
        {QStringLiteral("accelerator"), acceleratorName(accelerator)},
        {QStringLiteral("image"), image},
        {QStringLiteral("options"), options},
        {QStringLiteral("pinned"), pinned},
        {QStringLiteral("hypervisor"), hypervisor},
        {QStringLiteral("network"), network},
        {QStringLiteral("storage"), storage},
        {QStringLiteral("disk"), written(disk)},
        {QStringLiteral("seed"), written(seed)},
    };
}

Result<VmRecord> VmRecord::fromJson(const QJsonObject &json)
{
    Reader reader(json);
    VmRecord record;
    record.id = reader.id<VmId>("id");
    record.name = reader.text("name");
    record.phase = Phase(phaseNames.indexOf(reader.text("phase")));
    record.desired = reader.text("desired") == desiredStateName(DesiredState::Running) ? DesiredState::Running
                                                                                       : DesiredState::Stopped;
    record.createdAtMs = reader.number("created_at_ms", 0);
    // Before its resources are reserved a VM has none.
    record.cpus = int(reader.number("cpus", record.phase == Phase::Present ? 1 : 0));
    record.memoryBytes = reader.number("memory_bytes", 0);
    record.diskBytes = reader.number("disk_bytes", 0);
    record.accelerator = acceleratorFromName(reader.text("accelerator"));
    record.image = reader.text("image");
    record.options = json.value(QStringLiteral("options")).toObject();
    record.pinned = json.value(QStringLiteral("pinned")).toObject();
    record.hypervisor = reader.text("hypervisor");
    record.network = reader.text("network");
    record.storage = reader.text("storage");
    record.disk = reader.id<VolumeId>("disk");
    record.seed = reader.id<VolumeId>("seed");
    if (record.id.isNull())
        reader.wrong("id", "is missing");
    if (record.name.isEmpty())
        reader.wrong("name", "is empty");
    if (int(record.phase) < int(Phase::Creating))
        reader.wrong("phase", "is none that this version knows");
    if (record.hypervisor.isEmpty())
        reader.wrong("hypervisor", "is empty");
    if (!reader.problem().isEmpty())
        return Error(Code::InvalidArgument, reader.problem());
    return record;
}

} // namespace ghost
