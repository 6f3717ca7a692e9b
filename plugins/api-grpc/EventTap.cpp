// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "EventTap.h"

namespace ghost::api {

namespace {

class HandlerSink final : public EventSink
{
public:
    explicit HandlerSink(EventTap::Handler handler)
        : m_handler(std::move(handler))
    {}
    void event(const Event &event) override { m_handler(event); }

private:
    EventTap::Handler m_handler;
};

} // namespace

EventTap::EventTap(Agent &agent, const EventFilter &filter, Handler handler)
    : m_agent(agent)
    , m_subscription(agent.subscribe(filter, std::make_shared<HandlerSink>(std::move(handler))))
{}

EventTap::~EventTap()
{
    m_agent.unsubscribe(m_subscription);
}

} // namespace ghost::api
