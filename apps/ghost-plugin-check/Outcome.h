// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include <QtCore/QString>
#include <QtCore/QStringList>

namespace ghost::kit {

/// How a row ended.
struct Outcome
{
    enum class Status : int { Unspecified = 0, Passed, Failed, Skipped };
    Status status = Status::Unspecified;
    QString seen;    ///< what was seen instead, or why it was skipped
    QStringList log; ///< what the plugin said meanwhile
    double seconds = 0;
    /// The row ended its own process by SIGKILL, for the next one to find what is left.
    bool killsItself = false;

    static Outcome passed() { return {Status::Passed, {}, {}, 0, false}; }
    static Outcome failed(const QString &seen) { return {Status::Failed, seen, {}, 0, false}; }
    static Outcome skipped(const QString &reason) { return {Status::Skipped, reason, {}, 0, false}; }

    /// From a row's process to the kit's.
    bool writeTo(const QString &file) const;
    static std::optional<Outcome> readFrom(const QString &file);
};

/// `passed`, `FAILED`, `skipped`.
QString statusName(Outcome::Status status);

} // namespace ghost::kit
