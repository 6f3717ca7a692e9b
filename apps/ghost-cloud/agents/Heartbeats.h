// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ghost/cloud/v1/cloud.pb.h>

#include "agents/Registration.h"

namespace ghost::cloud {

/// The beat: somebody lives, has these VMs, and takes commands home.
class Heartbeats
{
public:
    Heartbeats(const Registration::Rooms &rooms, Registration &registration)
        : m(rooms)
        , m_registration(registration)
    {}

    Result<void> beat(const v1::HeartbeatRequest &request, v1::HeartbeatResponse &response);

private:
    void noteLife(AgentRecord &record, const v1::HeartbeatRequest &request);
    void notePicture(AgentRecord &record, const v1::HeartbeatRequest &request);

    const Registration::Rooms m;
    Registration &m_registration;
};

} // namespace ghost::cloud
