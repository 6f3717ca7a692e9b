// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/OrderCreateCommand.h"

#include <ghost/cloud/v1/cloud.pb.h>

namespace ghost::ctl {

void OrderCreateCommand::declare(CLI::App &app)
{
    m_create.declare(app);
    m_order.declare(app);
}

Result<void> OrderCreateCommand::run(Session &session)
{
    const Result<agent::v1::CreateVMRequest> request = m_create.request();
    if (!request)
        return request.error();
    cloud::v1::Command command;
    *command.mutable_create() = *request;
    return m_order.give(session, command);
}

} // namespace ghost::ctl
