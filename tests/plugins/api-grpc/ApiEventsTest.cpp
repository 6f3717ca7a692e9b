// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QElapsedTimer>
#include <QtCore/QFile>
#include <QtTest/QTest>
#include <unistd.h>

#include "ApiFixture.h"
#include "ghost/agent/v1/agent.grpc.pb.h"
#include "ghost/proto/Status.h"

using namespace ghost;
namespace proto = ghost::agent::v1;

namespace {

// The sanitizers keep what was freed.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool isSanitized = true;
#else
constexpr bool isSanitized = false;
#endif

qint64 residentBytes()
{
    QFile file(QStringLiteral("/proc/self/statm"));
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    return file.readAll().split(' ').value(1).toLongLong() * ::sysconf(_SC_PAGESIZE);
}

} // namespace

class ApiEventsTest : public QObject
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

    void streamsEventsInOrder()
    {
        BoundedContext context;
        proto::WatchEventsRequest request;
        request.add_kinds("vm.");
        request.set_since_sequence(7);
        const auto reader = stub->WatchEvents(&context, request);
        reader->WaitForInitialMetadata();
        QCOMPARE(api->agent().subscriptions(), size_t(1));
        QCOMPARE(api->agent().lastFilter().kinds, QStringList{QStringLiteral("vm.")});
        QCOMPARE(api->agent().lastFilter().since, quint64(7));

        for (int number = 0; number < 50; ++number)
            publishVm(number);
        proto::WatchEventsResponse response;
        for (int number = 0; number < 50; ++number) {
            QVERIFY(reader->Read(&response));
            QCOMPARE(response.event().sequence(), uint64_t(number + 1));
            QCOMPARE(response.event().kind(), std::string("vm.changed"));
            QCOMPARE(response.event().vm().cpus(), number);
        }
        context.TryCancel();
        QVERIFY(api->agent().waitUntil([this] { return api->agent().subscriptions() == 0; }));
        QCOMPARE(int(reader->Finish().error_code()), int(grpc::StatusCode::CANCELLED));
    }

    void tellsASlowReaderWhatItMissed()
    {
        constexpr int count = 50000;
        BoundedContext context;
        const auto reader = stub->WatchEvents(&context, {});
        QVERIFY(api->agent().waitUntil([this] { return api->agent().subscriptions() == 1; }));
        const qint64 before = residentBytes();
        for (int number = 0; number < count; ++number)
            publishVm(number);
        const qint64 grown = residentBytes() - before;
        QVERIFY2(isSanitized || grown < 16LL * 1024 * 1024, qPrintable(QString::number(grown)));

        int resyncs = 0;
        int read = 0;
        uint64_t last = 0;
        proto::WatchEventsResponse response;
        while (last != count && reader->Read(&response)) {
            ++read;
            QVERIFY(response.event().sequence() > last);
            // What is missing is announced: there is no gap without a mark.
            const bool isMark = response.event().kind() == "resync";
            QVERIFY(isMark || response.event().sequence() == last + 1);
            resyncs += isMark ? 1 : 0;
            last = response.event().sequence();
        }
        QCOMPARE(last, uint64_t(count));
        QVERIFY(resyncs >= 1); // some more while its buffers fill
        QVERIFY2(read < 2000, qPrintable(QString::number(read)));
        qInfo("%d of %d events read, %d resyncs, memory grew by %lld KiB", read, count, resyncs, grown / 1024);

        publishVm(7); // and it goes on
        QVERIFY(reader->Read(&response));
        QCOMPARE(response.event().vm().cpus(), 7);
        context.TryCancel();
    }

    void closesDespiteAClientThatNeverReads()
    {
        BoundedContext context;
        const auto reader = stub->WatchEvents(&context, {});
        QVERIFY(api->agent().waitUntil([this] { return api->agent().subscriptions() == 1; }));
        for (int number = 0; number < 1000; ++number)
            publishVm(number);
        QElapsedTimer timer;
        timer.start();
        api->close();
        qInfo("closed in %lld ms", timer.elapsed());
        QVERIFY(timer.elapsed() < 500); // 100 are promised; this machine may be busy
        QCOMPARE(api->agent().subscriptions(), size_t(0));
        // What is left of it is in nobody's way.
        timer.start();
        QVERIFY(api->open());
        QVERIFY(timer.elapsed() < 500);
        BoundedContext again;
        proto::ListVMsResponse response;
        QVERIFY(proto::AgentService::NewStub(api->connect())->ListVMs(&again, {}, &response).ok());
    }

    void followsAnOperationToItsEnd()
    {
        const OperationId id = submit();
        BoundedContext context;
        const auto reader = watch(context, id.toString());
        proto::WatchOperationResponse response;
        QVERIFY(reader->Read(&response)); // the present value
        QCOMPARE(int(response.operation().status()), int(proto::OPERATION_STATUS_RUNNING));
        api->agent().progress(id, QStringLiteral("create disk"), 10);
        QVERIFY(reader->Read(&response));
        QCOMPARE(response.operation().step(), std::string("create disk"));
        api->agent().end(id, Operation::Status::Failed, Error(Code::Internal, QStringLiteral("broke")));
        QVERIFY(reader->Read(&response));
        QCOMPARE(int(response.operation().status()), int(proto::OPERATION_STATUS_FAILED));
        QCOMPARE(int(response.operation().error().code()), int(proto::ERROR_CODE_INTERNAL));
        QVERIFY(!reader->Read(&response));
        QVERIFY(reader->Finish().ok()); // watching went well
    }

    void asksTheArchiveForAnOldOperation()
    {
        Operation old;
        old.setId(OperationId::create());
        old.setStatus(Operation::Status::Succeeded);
        api->agent().replyTo(QStringLiteral("GetOperation"), QCborMap{{QStringLiteral("operation"), old.toCbor()}});
        BoundedContext context;
        const auto reader = watch(context, old.id().toString());
        proto::WatchOperationResponse response;
        QVERIFY(reader->Read(&response));
        QCOMPARE(int(response.operation().status()), int(proto::OPERATION_STATUS_SUCCEEDED));
        QVERIFY(!reader->Read(&response));
        QVERIFY(reader->Finish().ok());
    }

    void refusesToWatchNothing()
    {
        BoundedContext context;
        QCOMPARE(fromStatus(watch(context, QStringLiteral("x"))->Finish()).field(), QStringLiteral("id"));
        api->agent().replyTo(QStringLiteral("GetOperation"),
                             Error(Code::NotFound, QStringLiteral("no such operation")));
        BoundedContext other;
        QCOMPARE(fromStatus(watch(other, OperationId::create().toString())->Finish()).code(), Code::NotFound);
    }

private:
    void publishVm(int number)
    {
        const QCborMap vm{{QStringLiteral("cpus"), number},
                          {QStringLiteral("problem"), QString(500, QLatin1Char('x'))}};
        api->agent().publish(QStringLiteral("vm.changed"), QStringLiteral("id"), vm);
    }

    OperationId submit() { return *api->agent().submit(Command(QStringLiteral("CreateVM"), {}), Principal()); }

    std::unique_ptr<grpc::ClientReader<proto::WatchOperationResponse>> watch(BoundedContext &context, const QString &id)
    {
        proto::WatchOperationRequest request;
        request.set_id(id.toStdString());
        return stub->WatchOperation(&context, request);
    }

    std::unique_ptr<ApiFixture> api;
    std::unique_ptr<proto::AgentService::Stub> stub;
};

QTEST_GUILESS_MAIN(ApiEventsTest)
#include "ApiEventsTest.moc"
