// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "output/Readable.h"

#include <algorithm>
#include <array>

#include <google/protobuf/timestamp.pb.h>

#include <QtCore/QDateTime>

namespace ghost::ctl {
namespace {

struct Unit
{
    qint64 bytes;
    const char *name;
};

constexpr std::array binaryUnits = {Unit{1LL << 40, "TiB"}, Unit{1LL << 30, "GiB"}, Unit{1LL << 20, "MiB"},
                                    Unit{1LL << 10, "KiB"}};
constexpr std::array decimalUnits = {Unit{1'000'000'000'000, "TB"}, Unit{1'000'000'000, "GB"}, Unit{1'000'000, "MB"}};

qint64 milliseconds(const google::protobuf::Timestamp &time)
{
    return time.seconds() * 1000 + time.nanos() / 1'000'000;
}

} // namespace

QString readableSize(qint64 bytes)
{
    const auto whole = [bytes](const auto &units) {
        const auto unit = std::find_if(units.begin(), units.end(), [bytes](const Unit &candidate) {
            // 4000 GiB stays, 4096 GiB is 4 TiB; 1000000 KiB would be exact, too, but nobody reads it.
            return bytes >= candidate.bytes && bytes % candidate.bytes == 0 && bytes / candidate.bytes < 10'000;
        });
        return unit == units.end() ? QString() : QStringLiteral("%1 %2").arg(bytes / unit->bytes).arg(unit->name);
    };
    for (const QString &exact : {whole(binaryUnits), whole(decimalUnits)}) {
        if (!exact.isEmpty())
            return exact;
    }
    for (const Unit &unit : binaryUnits) {
        if (bytes >= unit.bytes)
            return QStringLiteral("%1 %2").arg(double(bytes) / double(unit.bytes), 0, 'f', 1).arg(unit.name);
    }
    return QStringLiteral("%1 B").arg(bytes);
}

QString readableDuration(std::chrono::milliseconds duration)
{
    const qint64 seconds = std::max<qint64>(0, duration.count()) / 1000;
    if (seconds < 60)
        return QStringLiteral("%1 s").arg(double(std::max<qint64>(0, duration.count())) / 1000, 0, 'f', 1);
    if (seconds < 3600)
        return QStringLiteral("%1m %2s").arg(seconds / 60).arg(seconds % 60);
    if (seconds < 86400)
        return QStringLiteral("%1h %2m").arg(seconds / 3600).arg(seconds / 60 % 60);
    return QStringLiteral("%1d %2h").arg(seconds / 86400).arg(seconds / 3600 % 24);
}

QString readableTime(const google::protobuf::Timestamp &time)
{
    if (milliseconds(time) == 0)
        return {};
    return QDateTime::fromMSecsSinceEpoch(milliseconds(time)).toString(QStringLiteral("yyyy-MM-dd HH:mm:ss"));
}

QString readableAge(const google::protobuf::Timestamp &since)
{
    if (milliseconds(since) == 0)
        return {};
    return readableDuration(std::chrono::milliseconds(QDateTime::currentMSecsSinceEpoch() - milliseconds(since)));
}

} // namespace ghost::ctl
