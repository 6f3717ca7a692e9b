// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ghost/cloud/v1/operator.pb.h>

#include "agents/Registration.h"
#include "storage/CommandTable.h"

namespace ghost::cloud {

/// What the operator asks and orders.
class OperatorDesk
{
public:
    OperatorDesk(const Registration::Rooms &rooms, CommandTable &commands)
        : m(rooms)
        , m_commands(commands)
    {}

    Result<void> listAgents(v1::ListAgentsResponse &response);
    Result<void> listVms(const v1::ListVMsRequest &request, v1::ListVMsResponse &response);
    Result<void> submit(const v1::SubmitCommandRequest &request, v1::SubmitCommandResponse &response);
    Result<void> listCommands(const v1::ListCommandsRequest &request, v1::ListCommandsResponse &response);
    Result<void> listHistory(const v1::ListHistoryRequest &request, v1::ListHistoryResponse &response);

private:
    /// The id of the one agent that is meant; empty: all.
    Result<std::string> filter(const std::string &idOrName);
    Result<void> nameVmById(const AgentRecord &record, v1::Command &command);

    const Registration::Rooms m;
    CommandTable &m_commands;
};

} // namespace ghost::cloud
