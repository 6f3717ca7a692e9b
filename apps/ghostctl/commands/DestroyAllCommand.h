// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QStringList>

#include "Command.h"

namespace ghost::agent::v1 {
class ListVMsResponse;
}

namespace ghost::ctl {

/// `ghostctl destroy-all`
class DestroyAllCommand : public Command
{
public:
    void declare(CLI::App &app) override;
    Result<void> run(Session &session) override;

private:
    Result<QStringList> removeVms(Session &session, const agent::v1::ListVMsResponse &list) const;

    bool m_yes = false;
};

} // namespace ghost::ctl
