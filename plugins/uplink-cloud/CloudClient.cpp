// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "CloudClient.h"

#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

#include <grpcpp/client_context.h>

#include "Backoff.h"
#include "CloudConnection.h"
#include "CommandReader.h"

namespace ghost::uplink {

namespace v1 = cloud::v1;

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using Stub = CloudConnection::Stub;

constexpr int attempts = 3;

template <class Request, class Response>
using Method = grpc::Status (Stub::*)(grpc::ClientContext *, const Request &, Response *);

/// Another attempt may fare better.
bool mayPass(Code code)
{
    return code == Code::Unavailable || code == Code::DeadlineExceeded || code == Code::Internal ||
           code == Code::ResourceExhausted || code == Code::Cancelled; // by the cloud, or something on the way to it
}

/// A span, not a moment: a clock that is set meanwhile changes nothing.
void limit(grpc::ClientContext &context, milliseconds time)
{
    context.set_deadline(gpr_time_from_millis(time.count(), GPR_TIMESPAN));
}

} // namespace

struct CloudClient::Private
{
    Private(const Endpoint &endpoint_, std::shared_ptr<LiveCertificates> certificates_, const Patience &patience_)
        : endpoint(endpoint_)
        , certificates(std::move(certificates_))
        , patience(patience_)
    {}

    std::shared_ptr<const CloudConnection> current();
    bool enter(grpc::ClientContext &context, bool isWatch);
    void leave(grpc::ClientContext &context);

    template <class Request, class Response>
    Result<void> once(Method<Request, Response> method, const Request &request, Response &response, milliseconds time,
                      bool isGoodbye = false);
    template <class Request, class Response>
    Result<void> thrice(Method<Request, Response> method, const Request &request, Response &response,
                        const std::stop_token &stop);

    const Endpoint endpoint;
    const std::shared_ptr<LiveCertificates> certificates;
    const Patience patience;
    std::mutex mutex; ///< for what follows
    std::condition_variable_any closing;
    bool isClosed = false;
    std::shared_ptr<const CloudConnection> connection;
    std::set<grpc::ClientContext *> calls;
    grpc::ClientContext *watch = nullptr;
};

std::shared_ptr<const CloudConnection> CloudClient::Private::current()
{
    const auto set = certificates ? certificates->current() : nullptr;
    const std::lock_guard lock(mutex);
    if (connection && connection->certificates() == set)
        return connection;
    connection = std::make_shared<const CloudConnection>(endpoint, set);
    return connection;
}

/// False: closed, the call is not to be made.
bool CloudClient::Private::enter(grpc::ClientContext &context, bool isWatch)
{
    const std::lock_guard lock(mutex);
    if (isClosed)
        return false;
    calls.insert(&context);
    if (isWatch)
        watch = &context;
    return true;
}

void CloudClient::Private::leave(grpc::ClientContext &context)
{
    const std::lock_guard lock(mutex);
    calls.erase(&context);
    if (watch == &context)
        watch = nullptr;
}

template <class Request, class Response>
Result<void> CloudClient::Private::once(Method<Request, Response> method, const Request &request, Response &response,
                                        milliseconds time, bool isGoodbye)
{
    const auto used = current();
    grpc::ClientContext context;
    limit(context, time);
    if (!isGoodbye && !enter(context, false))
        return Error(Code::Cancelled, QStringLiteral("the agent is stopping"));
    const grpc::Status status = (used->stub().*method)(&context, request, &response);
    leave(context);
    return status.ok() ? Result<void>() : Result<void>(used->errorOf(status));
}

template <class Request, class Response>
Result<void> CloudClient::Private::thrice(Method<Request, Response> method, const Request &request, Response &response,
                                          const std::stop_token &stop)
{
    Backoff backoff(patience.firstRetry, patience.longestRetry);
    for (int attempt = 1;; ++attempt) {
        auto done = once(method, request, response, patience.call);
        if (done || attempt == attempts || !mayPass(done.error().code()))
            return done;
        std::unique_lock lock(mutex);
        closing.wait_for(lock, stop, backoff.next(), [this] { return isClosed; });
        if (isClosed || stop.stop_requested())
            return done;
    }
}

CloudClient::CloudClient(const Endpoint &endpoint, std::shared_ptr<LiveCertificates> certificates,
                         const Patience &patience)
    : d(std::make_unique<Private>(endpoint, std::move(certificates), patience))
{}

CloudClient::~CloudClient() = default;

Result<void> CloudClient::registerAgent(const v1::RegisterAgentRequest &request, v1::RegisterAgentResponse &response)
{
    return d->once(&Stub::RegisterAgent, request, response, d->patience.call);
}

Result<void> CloudClient::heartbeat(const v1::HeartbeatRequest &request, v1::HeartbeatResponse &response,
                                    const std::stop_token &stop)
{
    return d->thrice(&Stub::Heartbeat, request, response, stop);
}

Result<void> CloudClient::unregisterAgent(const v1::UnregisterAgentRequest &request)
{
    v1::UnregisterAgentResponse response;
    return d->once(&Stub::UnregisterAgent, request, response, d->patience.call);
}

Result<void> CloudClient::sayGoodbye(const v1::UnregisterAgentRequest &request, milliseconds time)
{
    v1::UnregisterAgentResponse response;
    Backoff backoff(d->patience.firstRetry, d->patience.longestRetry);
    const auto end = steady_clock::now() + time;
    for (int attempt = 1;; ++attempt) {
        const auto left = std::chrono::duration_cast<milliseconds>(end - steady_clock::now());
        auto told = d->once(&Stub::UnregisterAgent, request, response, left, true);
        const milliseconds pause = backoff.next();
        if (told || attempt == attempts || !mayPass(told.error().code()) || steady_clock::now() + pause >= end)
            return told;
        std::this_thread::sleep_for(pause);
    }
}

Result<void> CloudClient::reportCreated(const v1::ReportVMCreatedRequest &request, const std::stop_token &stop)
{
    v1::ReportVMCreatedResponse response;
    return d->thrice(&Stub::ReportVMCreated, request, response, stop);
}

Result<void> CloudClient::reportDeleted(const v1::ReportVMDeletedRequest &request, const std::stop_token &stop)
{
    v1::ReportVMDeletedResponse response;
    return d->thrice(&Stub::ReportVMDeleted, request, response, stop);
}

Result<void> CloudClient::reportChanged(const v1::ReportVMStatusChangeRequest &request, const std::stop_token &stop)
{
    v1::ReportVMStatusChangeResponse response;
    return d->thrice(&Stub::ReportVMStatusChange, request, response, stop);
}

Result<void> CloudClient::reportResults(const v1::ReportCommandResultRequest &request, const std::stop_token &stop)
{
    v1::ReportCommandResultResponse response;
    return d->thrice(&Stub::ReportCommandResult, request, response, stop);
}

Result<void> CloudClient::watchCommands(const v1::WatchCommandsRequest &request, const std::function<void()> &opened,
                                        const std::function<void(const v1::Command &)> &received)
{
    const auto used = d->current();
    grpc::ClientContext context;
    if (!d->enter(context, true))
        return Error(Code::Cancelled, QStringLiteral("the agent is stopping"));
    const grpc::Status status = CommandReader().run(used->stub(), context, request, opened, received);
    d->leave(context);
    return status.ok() ? Result<void>() : Result<void>(used->errorOf(status));
}

void CloudClient::cancelWatch()
{
    const std::lock_guard lock(d->mutex);
    if (d->watch)
        d->watch->TryCancel();
}

void CloudClient::reconnect()
{
    const std::lock_guard lock(d->mutex);
    d->connection.reset();
}

void CloudClient::close()
{
    {
        const std::lock_guard lock(d->mutex);
        d->isClosed = true;
        for (grpc::ClientContext *context : d->calls)
            context->TryCancel();
    }
    d->closing.notify_all();
}

bool isRefusal(const Error &error)
{
    return error.code() == Code::AlreadyExists || error.code() == Code::PermissionDenied ||
           error.code() == Code::Unauthenticated || isForGood(error);
}

bool isForGood(const Error &error)
{
    return error.code() == Code::InvalidArgument || error.code() == Code::FailedPrecondition;
}

} // namespace ghost::uplink
