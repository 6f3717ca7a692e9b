// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <thread>

#include <QtTest/QTest>

#include "ApiFixture.h"
#include "TlsClient.h"
#include "ghost/agent/v1/agent.grpc.pb.h"

using namespace ghost;
using namespace std::chrono_literals;
namespace proto = ghost::agent::v1;

/// Clients that want too much, or say and read too little.
class ApiLimitsTest : public QObject
{
    Q_OBJECT

    std::unique_ptr<ApiFixture> api;

    bool answers(const std::shared_ptr<grpc::Channel> &channel) const
    {
        BoundedContext context;
        proto::ListVMsResponse response;
        return proto::AgentService::NewStub(channel)->ListVMs(&context, {}, &response).ok();
    }

private Q_SLOTS:
    void init()
    {
        api = std::make_unique<ApiFixture>();
        api->start({{"listen", "127.0.0.1:0"}, {"stall_limit", 1000}});
    }
    void cleanup() { api.reset(); }

    void endsWhoNeverSpeaks()
    {
        // Before TLS, and after it: both have 10 s.
        const TlsClient mute(api->tcpAddress());
        TlsClient idle(api->tcpAddress());
        QVERIFY(mute.isConnected() && idle.handshake(api->ownClient()));
        const auto muteEnded = mute.waitForEnd(20s);
        const auto idleEnded = idle.waitForEnd(20s);
        QVERIFY(muteEnded && idleEnded);
        QVERIFY2(*muteEnded > 5s && *muteEnded < 15s, qPrintable(QString::number(muteEnded->count())));
    }

    void boundsTheConnections()
    {
        std::vector<std::unique_ptr<TlsClient>> open;
        for (int number = 0; number < 128; ++number)
            open.push_back(std::make_unique<TlsClient>(api->tcpAddress()));
        const TlsClient oneTooMany(api->tcpAddress());
        QVERIFY(oneTooMany.waitForEnd(5s)); // closed at once
        QVERIFY(TlsClient(api->tcpAddress()).waitForEnd(5s));
        const QString told = api->tcpAddress() + QStringLiteral(": connection refused: there are 128 already");
        QCOMPARE(api->context().lines().count(told), 1); // the log is not theirs to fill
        QVERIFY(answers(api->connect()));                // the unix socket has its own limit
        open.clear();
        QVERIFY(QTest::qWaitFor([this] { return answers(api->connectTls(api->ownClient())); }, 10'000));
    }

    void refusesAMessageOfAGigabyte()
    {
        const auto channel = api->connectTls(api->ownClient());
        const auto stub = proto::AgentService::NewStub(channel);
        proto::GetVMStatusRequest request;
        request.set_vm(std::string(size_t(1) << 30, 'x'));
        BoundedContext context;
        proto::GetVMStatusResponse response;
        const auto status = stub->GetVMStatus(&context, request, &response);
        QCOMPARE(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
        QVERIFY(answers(channel));
    }

    void boundsTheCallsOfAConnection()
    {
        const auto stub = proto::AgentService::NewStub(api->connectTls(api->ownClient()));
        constexpr size_t calls = 10'000;
        grpc::CompletionQueue queue;
        std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
        std::vector<std::unique_ptr<grpc::ClientAsyncReader<proto::WatchEventsResponse>>> streams;
        for (size_t number = 0; number < calls; ++number) {
            contexts.push_back(std::make_unique<BoundedContext>());
            streams.push_back(stub->AsyncWatchEvents(contexts.back().get(), {}, &queue, nullptr));
        }
        QVERIFY(api->agent().waitUntil([this] { return api->agent().subscriptions() == 100; }));
        QVERIFY(answers(api->connect()));
        QCOMPARE(api->agent().subscriptions(), size_t(100)); // the others wait at the client
        for (const auto &context : contexts)
            context->TryCancel();
        void *tag = nullptr;
        bool ok = false;
        for (size_t ended = 0; ended < calls; ++ended)
            QVERIFY(queue.Next(&tag, &ok));
        QVERIFY(api->agent().waitUntil([this] { return api->agent().subscriptions() == 0; }));
    }

    void cutsOffAReaderThatTakesNothing()
    {
        for (const auto &channel : {api->connect(), api->connectTls(api->ownClient())}) {
            const auto stub = proto::AgentService::NewStub(channel);
            BoundedContext context;
            const auto stream = stub->WatchEvents(&context, {});
            stream->WaitForInitialMetadata();
            QCOMPARE(api->agent().subscriptions(), size_t(1));
            // On and on, more than any window on the way holds, and nobody reads.
            const QCborMap big{{QStringLiteral("name"), QString(60'000, 'x')}};
            QVERIFY(QTest::qWaitFor(
                [&] {
                    api->agent().publish(QStringLiteral("vm.changed"), QStringLiteral("a"), big);
                    return api->agent().subscriptions() == 0;
                },
                15'000));
            proto::WatchEventsResponse response;
            while (stream->Read(&response)) {
            }
            QCOMPARE(stream->Finish().error_code(), grpc::StatusCode::CANCELLED);
        }
    }

    void keepsAReaderThatHasNothingToRead()
    {
        const auto stub = proto::AgentService::NewStub(api->connectTls(api->ownClient()));
        BoundedContext context;
        const auto stream = stub->WatchEvents(&context, {});
        stream->WaitForInitialMetadata();
        proto::WatchEventsResponse response;
        for (int number = 0; number < 4; ++number) { // in all longer than the limit
            api->agent().publish(QStringLiteral("vm.removed"), QStringLiteral("a"), {});
            QVERIFY(stream->Read(&response));
            std::this_thread::sleep_for(400ms); // nothing to wait for: that nothing happens is the point
        }
        QCOMPARE(api->agent().subscriptions(), size_t(1));
    }
};

QTEST_GUILESS_MAIN(ApiLimitsTest)
#include "ApiLimitsTest.moc"
