// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "TestOperator.h"
#include "support/AgentProcess.h"

namespace ghost::e2e {

/// Settings of an agent with the fake driver that belongs to the cloud at @p place and lets it do everything.
QByteArray cloudConfig(const QString &place, const QString &name);

/// One line a VM: id, name, state and what its owner wants. Equal texts: the cloud knows how it is.
QStringList pictureOf(const AgentProcess &agent);
QStringList pictureOf(cloud::TestOperator &operatorSide, const std::string &agentId);

/// How many operations the agent has had for each request id of the cloud's (`cloud:` and the command's id).
QMap<QString, int> operationsForCloud(const AgentProcess &agent);

/// The id of the agent with this name; empty: there is none.
std::string agentIdOf(cloud::TestOperator &operatorSide, const std::string &name);

} // namespace ghost::e2e
