// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "BeatTimes.h"

#include <memory>
#include <string_view>
#include <utility>

#include <grpcpp/support/client_interceptor.h>

namespace ghost::bench {

namespace {

using Clock = std::chrono::steady_clock;
using grpc::experimental::InterceptionHookPoints;

/// Beside one call.
class Stopwatch final : public grpc::experimental::Interceptor
{
public:
    /// Null @p times: a call of another kind.
    explicit Stopwatch(BeatTimes *times)
        : m_times(times)
    {}

    void Intercept(grpc::experimental::InterceptorBatchMethods *methods) override
    {
        if (m_times && methods->QueryInterceptionHookPoint(InterceptionHookPoints::POST_RECV_STATUS))
            m_times->add(std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - m_begin),
                         methods->GetRecvStatus()->ok());
        methods->Proceed();
    }

private:
    BeatTimes *const m_times;
    const Clock::time_point m_begin = Clock::now();
};

class Stopwatches final : public grpc::experimental::ClientInterceptorFactoryInterface
{
public:
    explicit Stopwatches(BeatTimes &times)
        : m_times(times)
    {}

    grpc::experimental::Interceptor *CreateClientInterceptor(grpc::experimental::ClientRpcInfo *info) override
    {
        const bool isBeat = std::string_view(info->method()).ends_with("/Heartbeat");
        return new Stopwatch(isBeat ? &m_times : nullptr); // every call needs one
    }

private:
    BeatTimes &m_times;
};

} // namespace

BeatTimes &BeatTimes::installed()
{
    static BeatTimes *times = [] {
        auto *made = new BeatTimes; // gRPC's threads may outlive main()
        grpc::experimental::RegisterGlobalClientInterceptorFactory(new Stopwatches(*made));
        return made;
    }();
    return *times;
}

void BeatTimes::add(std::chrono::microseconds time, bool isAnswered)
{
    const std::lock_guard lock(m_mutex);
    if (isAnswered)
        m_measured.microseconds.push_back(time.count());
    else
        ++m_measured.failed;
}

BeatTimes::Measured BeatTimes::take()
{
    const std::lock_guard lock(m_mutex);
    return std::exchange(m_measured, {});
}

} // namespace ghost::bench
