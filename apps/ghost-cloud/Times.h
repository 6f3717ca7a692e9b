// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <google/protobuf/timestamp.pb.h>

#include <QtCore/QtGlobal>

namespace ghost::cloud {

inline google::protobuf::Timestamp timestampOf(qint64 wallMilliseconds)
{
    google::protobuf::Timestamp time;
    time.set_seconds(wallMilliseconds / 1000);
    time.set_nanos(int(wallMilliseconds % 1000) * 1'000'000);
    return time;
}

inline qint64 millisecondsOf(const google::protobuf::Timestamp &time)
{
    // What an agent sends may be any number; the epoch's first million years are enough.
    constexpr qint64 far = 30'000'000'000'000;
    return qBound(-far, qint64(time.seconds()), far) * 1000 + time.nanos() / 1'000'000;
}

} // namespace ghost::cloud
