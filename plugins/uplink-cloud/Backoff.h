// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <random>

namespace ghost::uplink {

/// How long to wait before the next attempt: twice as long each time up to a cap, and never quite the same, so that a
/// thousand agents do not come back at one moment.
class Backoff
{
public:
    using Milliseconds = std::chrono::milliseconds;

    Backoff(Milliseconds first, Milliseconds cap)
        : m_first(first)
        , m_cap(cap)
        , m_next(first)
    {}

    /// Between half and all of the present step.
    Milliseconds next()
    {
        const Milliseconds step = m_next;
        m_next = std::min(m_cap, 2 * m_next);
        std::uniform_int_distribution<Milliseconds::rep> jitter(step.count() / 2, step.count());
        return Milliseconds(jitter(m_random));
    }
    void reset() { m_next = m_first; }

private:
    const Milliseconds m_first;
    const Milliseconds m_cap;
    Milliseconds m_next;
    std::minstd_rand m_random{std::random_device{}()};
};

} // namespace ghost::uplink
