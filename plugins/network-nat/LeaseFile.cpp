// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "LeaseFile.h"

#include <cerrno>
#include <fcntl.h>

#include <QtCore/QFile>
#include <QtCore/QFileInfo>
#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>

#include "Subnet.h"
#include "ghost/UniqueFd.h"

namespace ghost::nat {
namespace {
constexpr qint64 largestLeaseFile = 1 << 20; // 253 leases take 60 KB
}

Result<QList<DhcpLease>> readLeaseFile(const QString &path)
{
    // Not QFile::exists, for which a folder that is closed to us has no files.
    const UniqueFd fd(::open(QFile::encodeName(path).constData(), O_RDONLY | O_CLOEXEC));
    if (!fd) {
        const int why = errno;
        if (why == ENOENT && QFileInfo::exists(QFileInfo(path).path()))
            return QList<DhcpLease>();
        return Error(Code::PermissionDenied, QStringLiteral("cannot read %1: %2").arg(path, qt_error_string(why)));
    }
    QFile file;
    const bool opened = file.open(fd.get(), QIODevice::ReadOnly);
    const QByteArray content = opened ? file.read(largestLeaseFile + 1) : QByteArray();
    if (file.error() != QFileDevice::NoError) // as for a folder in its place
        return Error(Code::PermissionDenied, QStringLiteral("cannot read %1: %2").arg(path, file.errorString()));
    if (content.isEmpty())
        return QList<DhcpLease>();
    const QJsonDocument document =
        content.size() > largestLeaseFile ? QJsonDocument() : QJsonDocument::fromJson(content);
    if (!document.isArray())
        return Error(Code::Unavailable, QStringLiteral("%1 is not a list of leases").arg(path));

    QList<DhcpLease> leases;
    for (const QJsonValue &value : document.array()) {
        const QJsonObject json = value.toObject();
        const DhcpLease lease{.mac = json[QStringLiteral("mac-address")].toString().toLower(),
                              .ip = json[QStringLiteral("ip-address")].toString(),
                              .expirySeconds = json[QStringLiteral("expiry-time")].toInteger()};
        if (!lease.mac.isEmpty() && parseIpv4(lease.ip) && lease.expirySeconds > 0)
            leases.append(lease);
    }
    return leases;
}

} // namespace ghost::nat
