// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "bench/Describe.h"

#include <QtCore/QJsonDocument>

namespace ghost::kit {

namespace {

template <class Id>
QString describeIds(const QSet<Id> &ids)
{
    QStringList texts;
    for (const Id &id : ids)
        texts.append(id.shortString());
    texts.sort();
    return QStringLiteral("{%1}").arg(texts.join(QStringLiteral(", ")));
}

} // namespace

QString describe(bool value)
{
    return value ? QStringLiteral("true") : QStringLiteral("false");
}

QString describe(const QString &value)
{
    return QStringLiteral("'%1'").arg(value);
}

QString describe(const QStringList &value)
{
    return value.isEmpty() ? QStringLiteral("nothing") : value.join(QStringLiteral(", "));
}

QString describe(const QJsonObject &value)
{
    return QString::fromUtf8(QJsonDocument(value).toJson(QJsonDocument::Compact));
}

QString describe(std::chrono::milliseconds value)
{
    return QStringLiteral("%1 s").arg(double(value.count()) / 1000, 0, 'f', 2);
}

QString describe(Code value)
{
    return codeName(value);
}

QString describe(VmState value)
{
    return vmStateName(value);
}

QString describe(StopMethod value)
{
    return stopMethodName(value);
}

QString describe(Accelerator value)
{
    return acceleratorName(value);
}

QString describe(NicSource::Kind value)
{
    switch (value) {
    case NicSource::Kind::Bridge:
        return QStringLiteral("Bridge");
    case NicSource::Kind::User:
        return QStringLiteral("User");
    case NicSource::Kind::Unspecified:
        break;
    }
    return QStringLiteral("unspecified (%1)").arg(int(value));
}

QString describe(Health::Status value)
{
    return healthStatusName(value);
}

QString describe(const QSet<VmId> &value)
{
    return describeIds(value);
}

QString describe(const QSet<VolumeId> &value)
{
    return describeIds(value);
}

QString describe(const VmInfo &value)
{
    return QStringLiteral("VM %1 %2, %3, started %4, pinned %5")
        .arg(value.id().shortString(), vmStateName(value.state()), acceleratorName(value.accelerator()))
        .arg(value.startedAtMs())
        .arg(describe(value.pinned()));
}

QString describe(const VolumeInfo &value)
{
    return QStringLiteral("volume %1 '%2' of %3 bytes")
        .arg(value.id().shortString(), value.name())
        .arg(value.sizeBytes());
}

QString describe(const NetworkInfo &value)
{
    return QStringLiteral("network %1 '%2' %3 bridge '%4'")
        .arg(value.id().shortString(), value.name(), value.cidr(), value.bridge());
}

QString describe(const NicSource &value)
{
    return QStringLiteral("%1 '%2' %3 %4, forwards %5")
        .arg(describe(value.kind()), value.target(), value.mac(), value.reservedIp(), describe(value.forwards()));
}

QString describe(const QList<PortForward> &value)
{
    QStringList texts;
    for (const PortForward &forward : value)
        texts.append(QStringLiteral("%1 %2:%3→%4")
                         .arg(protocolName(forward.protocol()), forward.hostAddress())
                         .arg(forward.hostPort())
                         .arg(forward.guestPort()));
    return describe(texts);
}

} // namespace ghost::kit
