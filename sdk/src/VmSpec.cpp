// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "ghost/VmSpec.h"

#include <tuple>

#include "NameTable.h"
#include "ValueImpl.h"

namespace ghost {

struct VmSpec::Data : QSharedData
{
    VmId id;
    QString name;
    int cpus = 0;
    qint64 memoryBytes = 0;
    Accelerator accelerator = Accelerator::Unspecified;
    QList<DiskSource> disks;
    QList<NicSource> nics;
    QJsonObject options;
    QJsonObject pinned;
    GHOST_FIELDS(id, name, cpus, memoryBytes, accelerator, disks, nics, options, pinned)
};

GHOST_VALUE_IMPL(VmSpec)
GHOST_PROPERTY(VmSpec, VmId, id, setId)
GHOST_PROPERTY_REF(VmSpec, QString, name, setName)
GHOST_PROPERTY(VmSpec, int, cpus, setCpus)
GHOST_PROPERTY(VmSpec, qint64, memoryBytes, setMemoryBytes)
GHOST_PROPERTY(VmSpec, Accelerator, accelerator, setAccelerator)
GHOST_PROPERTY_REF(VmSpec, QList<DiskSource>, disks, setDisks)
GHOST_PROPERTY_REF(VmSpec, QList<NicSource>, nics, setNics)
GHOST_PROPERTY_REF(VmSpec, QJsonObject, options, setOptions)
GHOST_PROPERTY_REF(VmSpec, QJsonObject, pinned, setPinned)

namespace {
constexpr NameTable<4> acceleratorNames = {"unspecified", "auto", "kvm", "tcg"};
} // namespace

QString acceleratorName(Accelerator value)
{
    return nameIn(acceleratorNames, value);
}

Accelerator acceleratorFromName(QStringView name)
{
    return valueIn<Accelerator>(acceleratorNames, name);
}

namespace {

Error differs(const char *field)
{
    return Error(Code::InvalidArgument, QStringLiteral("exists with another %1").arg(QLatin1String(field)))
        .withField(QLatin1String(field));
}

bool sameKind(const QList<DiskSource> &a, const QList<DiskSource> &b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const DiskSource &x, const DiskSource &y) {
        return x.volume() == y.volume() && x.format() == y.format() && x.isReadOnly() == y.isReadOnly();
    });
}

bool sameKind(const QList<NicSource> &a, const QList<NicSource> &b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const NicSource &x, const NicSource &y) {
        return x.kind() == y.kind() && x.mac() == y.mac();
    });
}

} // namespace

Result<void> VmSpec::equalInKind(const VmSpec &other) const
{
    if (d->id != other.d->id)
        return differs("id");
    if (d->cpus != other.d->cpus)
        return differs("cpus");
    if (d->memoryBytes != other.d->memoryBytes)
        return differs("memory_bytes");
    if (d->options != other.d->options)
        return differs("options");
    if (!sameKind(d->disks, other.d->disks))
        return differs("disks");
    if (!sameKind(d->nics, other.d->nics))
        return differs("nics");
    return {};
}

} // namespace ghost
