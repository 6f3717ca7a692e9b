// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <mutex>
#include <vector>

namespace ghost::bench {

/// How long each heartbeat of the uplinks in this process takes, by gRPC's own hooks: the uplinks do not know that they
/// are measured. Thread-safe.
class BeatTimes
{
public:
    struct Measured
    {
        std::vector<long> microseconds; ///< of those that were answered
        long failed = 0;
    };

    /// The process' one, which measures from now on. First called before there is any connection.
    static BeatTimes &installed();

    void add(std::chrono::microseconds time, bool isAnswered);
    /// Since the last call.
    Measured take();

private:
    BeatTimes() = default;

    std::mutex m_mutex;
    Measured m_measured;
};

} // namespace ghost::bench
