// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include <QtCore/QString>

namespace google::protobuf {
class Timestamp;
}

namespace ghost::ctl {

/// `4 GiB`, `50 GB`, `3.7 GiB`, `512 B`: exact when it can be.
QString readableSize(qint64 bytes);
/// `0.4 s`, `12.3 s`, `4m 12s`, `2d 3h`.
QString readableDuration(std::chrono::milliseconds duration);
/// Local time, `2026-11-23 17:15:51`; empty for the epoch.
QString readableTime(const google::protobuf::Timestamp &time);
/// Time since then; empty for the epoch.
QString readableAge(const google::protobuf::Timestamp &since);

} // namespace ghost::ctl
