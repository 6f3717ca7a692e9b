// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>

#include <QtCore/QString>

#include "ghost/Result.h"

namespace CLI {
class App;
}

namespace ghost::cloud::v1 {
class Command;
class KnownCommand;
} // namespace ghost::cloud::v1

namespace ghost::ctl {

class Session;

/// To whom a command of the cloud goes, and how long it may wait: what all `ghostctl command create|start|…` share.
struct OrderOptions
{
    QString agent;
    std::optional<std::chrono::milliseconds> valid;
    std::optional<qint64> generation;
    bool wait = false;

    void declare(CLI::App &app);
    /// Hands it in, prints it, and with `--wait` waits for its end; a command that failed is this one's error.
    Result<void> give(Session &session, const cloud::v1::Command &command) const;

private:
    std::chrono::milliseconds validity() const;
    Result<qint64> decidedOn(Session &session, const cloud::v1::Command &command) const;
    Result<cloud::v1::KnownCommand> awaitEnd(Session &session, const cloud::v1::KnownCommand &given) const;
};

} // namespace ghost::ctl
