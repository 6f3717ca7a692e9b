// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "EventTap.h"
#include "ServiceParts.h"
#include "ghost/proto/Status.h"

namespace ghost::api {

/// The base of every call that outlives its handler, over one of gRPC's server reactors. The rules of their life:
///
/// 1. gRPC calls the reactor (OnCancel, OnReadDone …) on threads of its own, never from within StartRead, StartWrite or
///    Finish, so these may be called with m_mutex held.
/// 2. Finish is called once, no Start… after it. Hence everything goes through whileOpen() and finish().
/// 3. The message and the context belong to gRPC and may be gone once OnDone was called, so they are touched only in
///    whileOpen() and finish(), too.
/// 4. OnDone is the last call, and comes only after the handler has returned the reactor. It unsubscribes (not possible
///    from the event itself) and lets the reactor go; others that hold it (a sink in the core) find it closed.
template <class Base>
class LiveReactor : public Base, public LiveCall, public std::enable_shared_from_this<LiveReactor<Base>>
{
public:
    /// Registers a new Reactor, begins it, and returns what the handler must return.
    template <class Reactor, class... Arguments>
    static Base *launch(const std::shared_ptr<ServiceParts> &parts, Arguments &&...arguments)
    {
        const auto reactor = std::make_shared<Reactor>(parts, std::forward<Arguments>(arguments)...);
        if (parts->calls.add(reactor))
            reactor->begin();
        else
            reactor->stop(agentIsStopping());
        return reactor.get();
    }

    void stop(const Error &reason) override { finish(toStatus(reason)); }

protected:
    explicit LiveReactor(std::shared_ptr<ServiceParts> parts)
        : m_parts(std::move(parts))
    {}

    ServiceParts &parts() const { return *m_parts; }

    /// Runs @p action unless the call has ended.
    template <class Action>
    void whileOpen(Action &&action)
    {
        const std::lock_guard lock(m_mutex);
        if (!m_ended)
            action();
    }

    void finish(const grpc::Status &status)
    {
        whileOpen([&] { finishLocked(status); });
    }

    /// For use within whileOpen().
    void finishLocked(const grpc::Status &status)
    {
        m_ended = true;
        this->Finish(status);
    }

    /// Has changed() called for each event, until OnDone.
    void follow(const EventFilter &filter)
    {
        auto tap = std::make_unique<EventTap>(parts().agent, filter, [this](const Event &event) { changed(event); });
        const std::lock_guard lock(m_mutex);
        if (!m_done)
            m_tap.swap(tap);
    }
    virtual void changed(const Event &) {}
    /// The call is over; let go of what else calls this object.
    virtual void released() {}

    template <class Derived>
    std::shared_ptr<Derived> self()
    {
        return std::static_pointer_cast<Derived>(this->shared_from_this());
    }

private:
    void OnCancel() override { finish(toStatus(Error(Code::Cancelled, QStringLiteral("the client has gone")))); }

    void OnDone() final
    {
        std::unique_ptr<EventTap> tap;
        {
            const std::lock_guard lock(m_mutex);
            m_done = true;
            m_tap.swap(tap);
        }
        tap.reset();
        released();
        const auto keep = m_parts; // remove() drops the last reference to this object
        keep->calls.remove(this);
    }

    const std::shared_ptr<ServiceParts> m_parts;
    std::mutex m_mutex;
    bool m_ended = false;
    bool m_done = false;
    std::unique_ptr<EventTap> m_tap;
};

} // namespace ghost::api
