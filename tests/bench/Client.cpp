// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "Client.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include <grpcpp/create_channel.h>

namespace ghost::bench {

std::unique_ptr<Stub> connect(const std::string &socket)
{
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return proto::AgentService::NewStub(
        grpc::CreateCustomChannel("unix:" + socket, grpc::InsecureChannelCredentials(), arguments));
}

proto::ListVMsResponse listVms(Stub &stub)
{
    grpc::ClientContext context;
    proto::ListVMsResponse response;
    require(stub.ListVMs(&context, {}, &response));
    return response;
}

proto::GetVMStatusResponse vmStatus(Stub &stub, const std::string &vm)
{
    grpc::ClientContext context;
    proto::GetVMStatusRequest request;
    request.set_vm(vm);
    proto::GetVMStatusResponse response;
    require(stub.GetVMStatus(&context, request, &response));
    return response;
}

void require(const grpc::Status &status)
{
    if (status.ok())
        return;
    std::fprintf(stderr, "a call failed: %s\n", status.error_message().c_str());
    std::exit(1);
}

void Latencies::add(Clock::duration latency)
{
    m_microseconds.push_back(std::chrono::duration<double, std::micro>(latency).count());
}

void Latencies::add(const Latencies &others)
{
    m_microseconds.insert(m_microseconds.end(), others.m_microseconds.begin(), others.m_microseconds.end());
}

double Latencies::quantile(double share) const
{
    if (m_microseconds.empty())
        return std::nan("");
    std::vector<double> sorted = m_microseconds;
    const auto at = sorted.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(sorted.size() - 1));
    std::nth_element(sorted.begin(), at, sorted.end());
    return *at;
}

double median(std::vector<double> values)
{
    if (values.empty())
        return std::nan("");
    std::sort(values.begin(), values.end());
    const size_t half = values.size() / 2;
    return values.size() % 2 ? values[half] : (values[half - 1] + values[half]) / 2;
}

} // namespace ghost::bench
