// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "ghost/agent/v1/agent.grpc.pb.h"

namespace ghost::bench {

namespace proto = agent::v1;
using Clock = std::chrono::steady_clock;
using Stub = proto::AgentService::Stub;

/// A client with a connection of its own: channels with equal arguments would share one.
std::unique_ptr<Stub> connect(const std::string &socket);

proto::ListVMsResponse listVms(Stub &stub);
proto::GetVMStatusResponse vmStatus(Stub &stub, const std::string &vm);

/// Ends the program: what is measured after a failure means nothing.
void require(const grpc::Status &status);

/// Microseconds of many calls.
class Latencies
{
public:
    void add(Clock::duration latency);
    void add(const Latencies &others);
    bool isEmpty() const { return m_microseconds.empty(); }
    /// @p share from 0 to 1.
    double quantile(double share) const;

private:
    std::vector<double> m_microseconds;
};

double median(std::vector<double> values);

} // namespace ghost::bench
