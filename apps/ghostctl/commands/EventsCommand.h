// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include <QtCore/QStringList>

#include "Command.h"

namespace ghost::agent::v1 {
class WatchEventsRequest;
}

namespace ghost::ctl {

/// `ghostctl events`
class EventsCommand : public Command
{
public:
    void declare(CLI::App &app) override;
    Result<void> run(Session &session) override;

private:
    Result<agent::v1::WatchEventsRequest> request(Session &session) const;

    QStringList m_kinds;
    QString m_subject;
    std::optional<qint64> m_since;
};

} // namespace ghost::ctl
