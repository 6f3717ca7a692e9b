// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ghost/cloud/v1/cloud.pb.h>

#include "agents/Registration.h"

namespace ghost::cloud {

/// What changed at an agent, each once.
class Reports
{
public:
    Reports(const Registration::Rooms &rooms, Registration &registration)
        : m(rooms)
        , m_registration(registration)
    {}

    Result<void> created(const v1::ReportVMCreatedRequest &request);
    Result<void> changed(const v1::ReportVMStatusChangeRequest &request);
    Result<void> deleted(const v1::ReportVMDeletedRequest &request);
    /// From any instance: who has done something may always say so.
    Result<void> commandsEnded(const v1::ReportCommandResultRequest &request);

private:
    Result<void> take(const v1::ReportHeader &header, const char *kind, const ghost::agent::v1::Vm &vm);
    void noteGap(const AgentRecord &record, quint64 sequence);

    const Registration::Rooms m;
    Registration &m_registration;
};

} // namespace ghost::cloud
