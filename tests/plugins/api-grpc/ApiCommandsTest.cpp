// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <future>

#include <QtCore/QCborArray>
#include <QtTest/QTest>

#include "ApiFixture.h"
#include "ghost/agent/v1/agent.grpc.pb.h"
#include "ghost/proto/CborCodec.h"
#include "ghost/proto/Status.h"

using namespace ghost;
namespace proto = ghost::agent::v1;

namespace {

const std::string operationMetadata = "ghost-operation-id";

/// One CreateVM on a thread of its own.
struct CreateCall
{
    explicit CreateCall(const std::shared_ptr<grpc::Channel> &channel, const std::string &requestId = {})
        : stub(proto::AgentService::NewStub(channel))
    {
        request.set_name("my-vm");
        request.set_cpus(2);
        (*request.mutable_options())["cache"] = "none";
        request.set_request_id(requestId);
        request.set_timeout_milliseconds(60000);
        done = std::async(std::launch::async, [this] { return stub->CreateVM(&context, request, &response); });
    }

    std::unique_ptr<proto::AgentService::Stub> stub;
    proto::CreateVMRequest request;
    BoundedContext context;
    proto::CreateVMResponse response;
    std::future<grpc::Status> done;
};

std::string only(const std::multimap<grpc::string_ref, grpc::string_ref> &metadata)
{
    const auto at = metadata.find(operationMetadata);
    return at == metadata.end() ? std::string() : std::string(at->second.data(), at->second.size());
}

} // namespace

class ApiCommandsTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init()
    {
        api = std::make_unique<ApiFixture>();
        api->start();
        stub = proto::AgentService::NewStub(api->connect());
    }
    void cleanup() { api.reset(); }

    void submitsAndWaitsForTheEnd()
    {
        CreateCall call(api->connect());
        QVERIFY(waitForSubmitted(1));
        const auto submitted = api->agent().submitted().front();
        QCOMPARE(submitted.command.name(), QStringLiteral("CreateVM"));
        const QCborMap arguments{
            {QStringLiteral("name"), QStringLiteral("my-vm")},
            {QStringLiteral("cpus"), 2},
            {QStringLiteral("options"), QCborMap{{QStringLiteral("cache"), QStringLiteral("none")}}}};
        QCOMPARE(submitted.command.arguments(), arguments);
        QCOMPARE(submitted.command.timeoutMs(), qint64(60000));
        QCOMPARE(submitted.principal.toString(), QStringLiteral("uid:%1").arg(::getuid()));

        api->agent().progress(submitted.operation, QStringLiteral("create disk"), 50);
        const QCborMap vm{{QStringLiteral("name"), QStringLiteral("my-vm")},
                          {QStringLiteral("state"), QStringLiteral("running")}};
        api->agent().end(submitted.operation, Operation::Status::Succeeded, {}, {{QStringLiteral("vm"), vm}});
        const grpc::Status status = call.done.get();
        QVERIFY2(status.ok(), status.error_message().c_str());
        QCOMPARE(int(call.response.operation().status()), int(proto::OPERATION_STATUS_SUCCEEDED));
        QCOMPARE(int(call.response.operation().result().vm().state()), int(proto::VM_STATE_RUNNING));
        QCOMPARE(only(call.context.GetServerInitialMetadata()), submitted.operation.toString().toStdString());
        QVERIFY(api->agent().waitUntil([this] { return api->agent().subscriptions() == 0; }));
    }

    void answersAtOnceWhenAsync()
    {
        BoundedContext context;
        proto::StopVMRequest request;
        request.set_vm("my-vm");
        request.set_async(true);
        proto::StopVMResponse response;
        QVERIFY(stub->StopVM(&context, request, &response).ok());
        QCOMPARE(int(response.operation().status()), int(proto::OPERATION_STATUS_RUNNING));
        QCOMPARE(response.operation().id(), api->agent().submitted().front().operation.toString().toStdString());
        QVERIFY(!api->agent().submitted().front().command.arguments().contains(QStringLiteral("async")));
        QVERIFY(api->agent().waitUntil([this] { return api->agent().subscriptions() == 0; }));
    }

    void answersAtOnceWithWhatEndedLongAgo_data()
    {
        QTest::addColumn<bool>("succeeded");
        QTest::newRow("succeeded") << true;
        QTest::newRow("failed") << false; // how it ended is part of the answer, not the call's own end
    }
    void answersAtOnceWithWhatEndedLongAgo()
    {
        QFETCH(bool, succeeded);
        proto::StopVMRequest request;
        request.set_vm("my-vm");
        request.set_async(true);
        request.set_request_id("once");
        BoundedContext context;
        proto::StopVMResponse first;
        QVERIFY(stub->StopVM(&context, request, &first).ok());
        const OperationId id = api->agent().submitted().front().operation;
        if (succeeded)
            api->agent().end(id, Operation::Status::Succeeded);
        else
            api->agent().end(id, Operation::Status::Failed,
                             Error(Code::Unavailable, QStringLiteral("libvirtd is away")));
        api->agent().archive(id);

        BoundedContext again;
        proto::StopVMResponse second;
        const grpc::Status status = stub->StopVM(&again, request, &second);
        QVERIFY2(status.ok(), status.error_message().c_str());
        QCOMPARE(second.operation().id(), first.operation().id());
        QCOMPARE(int(second.operation().status()),
                 int(succeeded ? proto::OPERATION_STATUS_SUCCEEDED : proto::OPERATION_STATUS_FAILED));
        QCOMPARE(second.operation().command(), std::string("StopVM"));
        QVERIFY(api->agent().waitUntil([this] { return api->agent().subscriptions() == 0; }));
    }

    void passesEveryCommandOn()
    {
        const QCborMap vm{{QStringLiteral("vm"), QStringLiteral("my-vm")}};
        pass<proto::PauseVMRequest>("PauseVM", &Stub::PauseVM, vm);
        pass<proto::ResumeVMRequest>("ResumeVM", &Stub::ResumeVM, vm);
        pass<proto::PauseCloudRequest>("PauseCloud", &Stub::PauseCloud, {});
        pass<proto::ResumeCloudRequest>("ResumeCloud", &Stub::ResumeCloud, {});
        pass<proto::LeaveCloudRequest>("LeaveCloud", &Stub::LeaveCloud, {});
        QCborMap forwards = vm;
        forwards.insert(QStringLiteral("forwards"),
                        QCborArray{QCborMap{{QStringLiteral("protocol"), QStringLiteral("udp")},
                                            {QStringLiteral("guest_port"), 53},
                                            {QStringLiteral("host_address"), QStringLiteral("::1")},
                                            {QStringLiteral("host_port"), 5353}},
                                   QCborMap{{QStringLiteral("guest_port"), 80}}});
        pass<proto::SetVMForwardsRequest>("SetVMForwards", &Stub::SetVMForwards, forwards);
    }

    void failsWithTheWholeError()
    {
        CreateCall call(api->connect());
        QVERIFY(waitForSubmitted(1));
        const Error error = Error(Code::ResourceExhausted, QStringLiteral("no memory"))
                                .withField(QStringLiteral("memory_bytes"))
                                .withHint(QStringLiteral("ask for less"));
        const OperationId id = api->agent().submitted().front().operation;
        api->agent().end(id, Operation::Status::Failed, error);
        const grpc::Status status = call.done.get();
        QCOMPARE(int(status.error_code()), int(grpc::StatusCode::RESOURCE_EXHAUSTED));
        QCOMPARE(fromStatus(status), error);
        QCOMPARE(only(call.context.GetServerTrailingMetadata()), id.toString().toStdString());
    }

    void refusesAtOnceWhatIsNotAdmitted()
    {
        const Error error = Error(Code::InvalidArgument, QStringLiteral("bad name")).withField(QStringLiteral("name"));
        api->agent().refuse(error);
        CreateCall call(api->connect());
        QCOMPARE(fromStatus(call.done.get()), error);
    }

    void refusesANegativeTimeout()
    {
        BoundedContext context;
        proto::DeleteVMRequest request;
        request.set_timeout_milliseconds(-1);
        proto::DeleteVMResponse response;
        QCOMPARE(fromStatus(stub->DeleteVM(&context, request, &response)).field(),
                 QStringLiteral("timeout_milliseconds"));
        QVERIFY(api->agent().submitted().empty());
    }

    void passesARepeatedRequestIdOn()
    {
        CreateCall first(api->connect(), "once");
        CreateCall second(api->connect(), "once");
        QVERIFY(waitForSubmitted(2));
        const auto submitted = api->agent().submitted();
        QCOMPARE(submitted[0].command.requestId(), QStringLiteral("once"));
        QCOMPARE(submitted[0].operation, submitted[1].operation);
        api->agent().end(submitted[0].operation, Operation::Status::Succeeded);
        QVERIFY(first.done.get().ok());
        QVERIFY(second.done.get().ok());

        CreateCall third(api->connect(), "once"); // it has ended: the answer comes at once
        QVERIFY(third.done.get().ok());
        QCOMPARE(third.response.operation().id(), submitted[0].operation.toString().toStdString());
    }

    /// The request id is still known, the operation has expired or its archive was moved aside: no event will come.
    void whatNobodyKnowsAnyMoreIsNotFound_data()
    {
        QTest::addColumn<bool>("underWay");
        QTest::newRow("repeated later") << false;
        QTest::newRow("lost while its caller waits") << true;
    }
    void whatNobodyKnowsAnyMoreIsNotFound()
    {
        QFETCH(const bool, underWay);
        api->agent().replyTo(QStringLiteral("GetOperation"),
                             Error(Code::NotFound, QStringLiteral("no such operation")));
        CreateCall first(api->connect(), "once");
        QVERIFY(api->agent().waitUntil([this] { return api->agent().subscriptions() == 1; }));
        const OperationId id = api->agent().submitted().front().operation;
        if (!underWay) {
            api->agent().end(id, Operation::Status::Succeeded);
            QVERIFY(first.done.get().ok());
        }
        api->agent().forget(id);
        CreateCall second(api->connect(), "once");
        for (CreateCall *call : underWay ? QList<CreateCall *>{&first, &second} : QList<CreateCall *>{&second})
            QCOMPARE(fromStatus(call->done.get()).code(), Code::NotFound);
        QVERIFY(api->agent().waitUntil([this] { return api->agent().subscriptions() == 0; }));
    }

    void leavesTheOperationWhenTheClientGoes()
    {
        CreateCall call(api->connect());
        QVERIFY(api->agent().waitUntil([this] { return api->agent().subscriptions() == 1; }));
        call.context.TryCancel();
        QCOMPARE(int(call.done.get().error_code()), int(grpc::StatusCode::CANCELLED));
        QVERIFY(api->agent().waitUntil([this] { return api->agent().subscriptions() == 0; }));
        QVERIFY(api->agent().cancelled().empty());
        const OperationId id = api->agent().submitted().front().operation;
        QVERIFY(!api->agent().state()->operation(id)->isEnded());
    }

    void cancelsOnRequestOnly()
    {
        CreateCall call(api->connect());
        QVERIFY(waitForSubmitted(1));
        const OperationId id = api->agent().submitted().front().operation;
        BoundedContext context;
        proto::CancelOperationRequest request;
        request.set_id(id.toString().toStdString());
        proto::CancelOperationResponse response;
        QVERIFY(stub->CancelOperation(&context, request, &response).ok());
        QCOMPARE(int(response.operation().status()), int(proto::OPERATION_STATUS_CANCELLED));
        QCOMPARE(fromStatus(call.done.get()).code(), Code::Cancelled);

        BoundedContext again;
        QCOMPARE(fromStatus(stub->CancelOperation(&again, request, &response)).code(), Code::FailedPrecondition);
        BoundedContext bad;
        request.set_id("x");
        QCOMPARE(fromStatus(stub->CancelOperation(&bad, request, &response)).field(), QStringLiteral("id"));
    }

    void passesQueriesThrough()
    {
        const QCborMap image{{QStringLiteral("name"), QStringLiteral("mini")},
                             {QStringLiteral("file_bytes"), 13000000}};
        api->agent().replyTo(QStringLiteral("ListImages"), QCborMap{{QStringLiteral("images"), QCborArray{image}}});
        BoundedContext context;
        proto::ListImagesResponse response;
        QVERIFY(stub->ListImages(&context, {}, &response).ok());
        QCOMPARE(response.images_size(), 1);
        QCOMPARE(response.images(0).file_bytes(), 13000000);

        api->agent().replyTo(QStringLiteral("GetOperation"),
                             Error(Code::NotFound, QStringLiteral("no such operation")));
        BoundedContext other;
        proto::GetOperationRequest request;
        request.set_id("abc");
        proto::GetOperationResponse none;
        QCOMPARE(fromStatus(stub->GetOperation(&other, request, &none)).code(), Code::NotFound);
        QCOMPARE(api->agent().asked().back().first.arguments().value(QStringLiteral("id")).toString(),
                 QStringLiteral("abc"));
        QCOMPARE(api->agent().asked().back().second.name(), QString::number(::getuid()));
    }

    void passesForwardsAndTheCloudsStatusThrough()
    {
        const QCborMap forward{{QStringLiteral("protocol"), QStringLiteral("tcp")},
                               {QStringLiteral("guest_port"), 80},
                               {QStringLiteral("host_address"), QStringLiteral("127.0.0.1")},
                               {QStringLiteral("host_port"), 8080}};
        api->agent().replyTo(QStringLiteral("GetVMForwards"),
                             QCborMap{{QStringLiteral("forwards"), QCborArray{forward}}});
        BoundedContext context;
        proto::GetVMForwardsRequest request;
        request.set_vm("my-vm");
        proto::GetVMForwardsResponse response;
        QVERIFY(stub->GetVMForwards(&context, request, &response).ok());
        QCOMPARE(response.forwards_size(), 1);
        QCOMPARE(int(response.forwards(0).protocol()), int(proto::PORT_PROTOCOL_TCP));
        QCOMPARE(response.forwards(0).host_port(), 8080);
        QCOMPARE(api->agent().asked().back().first.arguments().value(QStringLiteral("vm")).toString(),
                 QStringLiteral("my-vm"));

        const QCborMap status{{QStringLiteral("state"), QStringLiteral("unreachable")},
                              {QStringLiteral("paused"), true},
                              {QStringLiteral("last_success"), qint64(1'700'000'000'000)},
                              {QStringLiteral("allowed_commands"), QCborArray{QStringLiteral("start")}}};
        api->agent().replyTo(QStringLiteral("GetCloudStatus"), QCborMap{{QStringLiteral("status"), status}});
        BoundedContext other;
        proto::GetCloudStatusResponse cloud;
        QVERIFY(stub->GetCloudStatus(&other, {}, &cloud).ok());
        QCOMPARE(int(cloud.status().state()), int(proto::CLOUD_STATE_UNREACHABLE));
        QVERIFY(cloud.status().paused());
        QCOMPARE(cloud.status().last_success().seconds(), 1'700'000'000);
        QCOMPARE(cloud.status().allowed_commands(0), std::string("start"));
    }

    void refusesAnOversizedMessage()
    {
        BoundedContext context;
        proto::CreateVMRequest request;
        request.set_name(std::string(5UL * 1024 * 1024, 'x'));
        proto::CreateVMResponse response;
        QCOMPARE(int(stub->CreateVM(&context, request, &response).error_code()),
                 int(grpc::StatusCode::RESOURCE_EXHAUSTED));
        QVERIFY(api->agent().submitted().empty());
    }

private:
    using Stub = proto::AgentService::Stub;

    /// Sends @p arguments with `async` and a request id, twice, and looks at what the agent was told.
    template <class Request, class Response>
    void pass(const char *command, grpc::Status (Stub::*method)(grpc::ClientContext *, const Request &, Response *),
              const QCborMap &arguments)
    {
        const size_t before = api->agent().submitted().size();
        Request request;
        QVERIFY(fromCbor(arguments, request));
        request.set_async(true);
        request.set_request_id(command);
        Response first;
        Response again;
        for (Response *response : {&first, &again}) {
            BoundedContext context;
            const grpc::Status status = (stub.get()->*method)(&context, request, response);
            QVERIFY2(status.ok(), status.error_message().c_str());
        }
        QVERIFY(!first.operation().id().empty());
        QCOMPARE(again.operation().id(), first.operation().id());
        const Command told = api->agent().submitted().at(before).command;
        QCOMPARE(told.name(), QString(command));
        QCOMPARE(told.requestId(), QString(command));
        QCOMPARE(told.arguments(), arguments);
    }

    bool waitForSubmitted(size_t count)
    {
        return api->agent().waitUntil([this, count] { return api->agent().submitted().size() >= count; });
    }

    std::unique_ptr<ApiFixture> api;
    std::unique_ptr<proto::AgentService::Stub> stub;
};

QTEST_GUILESS_MAIN(ApiCommandsTest)
#include "ApiCommandsTest.moc"
