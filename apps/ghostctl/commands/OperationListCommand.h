// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include <QtCore/QString>

#include "Command.h"

namespace ghost::agent::v1 {
class ListOperationsResponse;
}

namespace ghost::ctl {

/// `ghostctl operation list`
class OperationListCommand : public Command
{
public:
    void declare(CLI::App &app) override;
    Result<void> run(Session &session) override;

private:
    Result<agent::v1::ListOperationsResponse> wanted(Session &session) const;

    QString m_vm;
    bool m_all = false;
    std::optional<int> m_limit;
};

} // namespace ghost::ctl
