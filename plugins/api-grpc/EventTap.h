// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "ghost/Agent.h"

namespace ghost::api {

/// A subscription for as long as it lives. The handler is called on a thread of the core, not after the destructor has
/// returned; it must not destroy the tap.
class EventTap
{
public:
    using Handler = std::function<void(const Event &)>;
    EventTap(Agent &agent, const EventFilter &filter, Handler handler);
    ~EventTap();
    EventTap(const EventTap &) = delete;
    EventTap &operator=(const EventTap &) = delete;

private:
    Agent &m_agent;
    quint64 m_subscription;
};

} // namespace ghost::api
