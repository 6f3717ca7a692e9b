// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtTest/QTest>
#include <ghost/agent/v1/agent.grpc.pb.h>
#include <grpcpp/create_channel.h>

#include "support/AgentProcess.h"
#include "support/Http.h"
#include "tls/TestCertificates.h"

using namespace ghost::e2e;
namespace proto = ghost::agent::v1;

namespace {

constexpr qint64 mibInKilobytes = 1024;
constexpr qint64 stallLimitMs = 3'000;

class LimitedContext : public grpc::ClientContext
{
public:
    LimitedContext() { set_deadline(std::chrono::system_clock::now() + seconds(60)); }
};

} // namespace

/// Clients that want too much of the real agent. They hold a certificate; that is no reason to die of them.
class TlsLimitsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup() { m_agent.reset(); }

    void refusesAMessageOfAGigabyte();
    void survivesTenThousandStreams();
    void survivesClientsThatNeverRead();

private:
    std::shared_ptr<grpc::Channel> connect() const;
    bool answers() const { return m_agent->ctl().run("vm list").exitCode == 0; }

    std::unique_ptr<AgentProcess> m_agent;
};

void TlsLimitsTest::init()
{
    m_agent = std::make_unique<AgentProcess>(
        fakeConfig() + "settings: {api-grpc: {stall_limit: " + QByteArray::number(stallLimitMs) + "ms}}\n");
    QVERIFY2(m_agent->start(), m_agent->standardError().constData());
}

std::shared_ptr<grpc::Channel> TlsLimitsTest::connect() const
{
    const auto text = [this](const char *name) {
        return ghost::readPlain(m_agent->path(QStringLiteral("data/plugins/api-grpc/tls/") + name)).toStdString();
    };
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
    return grpc::CreateCustomChannel(endpoint(*m_agent, "grpc").toStdString(),
                                     grpc::SslCredentials({text("ca.crt"), text("client.key"), text("client.crt")}),
                                     arguments);
}

void TlsLimitsTest::refusesAMessageOfAGigabyte()
{
    const MemoryGrowth memory(m_agent->pid());
    const auto stub = proto::AgentService::NewStub(connect());
    proto::CreateVMRequest request;
    request.set_name(std::string(size_t(1) << 30, 'x'));
    LimitedContext context;
    proto::CreateVMResponse response;
    QCOMPARE(stub->CreateVM(&context, request, &response).error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
    // gRPC reads on until all buffers together are full, and only then ends the call.
    const qint64 grown = memory.peakKilobytes();
    qInfo("a message of 1 GiB: %lld KiB more", grown);
    QVERIFY2(grown < 100 * mibInKilobytes, QByteArray::number(grown).constData());
    QVERIFY(answers());
    QVERIFY(m_agent->ctl().list("operation").isEmpty());
}

void TlsLimitsTest::survivesTenThousandStreams()
{
    constexpr int connections = 20;
    constexpr size_t streamsEach = 500;
    grpc::CompletionQueue queue;
    std::vector<std::unique_ptr<proto::AgentService::Stub>> stubs;
    std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
    std::vector<std::unique_ptr<grpc::ClientAsyncReader<proto::WatchEventsResponse>>> streams;
    const MemoryGrowth memory(m_agent->pid());
    for (int connection = 0; connection < connections; ++connection) {
        stubs.push_back(proto::AgentService::NewStub(connect()));
        for (size_t number = 0; number < streamsEach; ++number) {
            contexts.push_back(std::make_unique<LimitedContext>());
            streams.push_back(stubs.back()->AsyncWatchEvents(contexts.back().get(), {}, &queue, nullptr));
        }
    }
    // 100 at once on each connection begin; the others wait at the client, by the rules of HTTP/2.
    void *tag = nullptr;
    bool ok = false;
    for (int begun = 0; begun < connections * 100; ++begun)
        QVERIFY(queue.Next(&tag, &ok) && ok);
    QVERIFY(answers());
    const Outcome created = m_agent->ctl().run("vm create --name in-the-crowd");
    QVERIFY2(created.exitCode == 0, created.text().constData());
    const qint64 grown = memory.peakKilobytes();
    qInfo("2,000 streams of 10,000 run: %lld KiB more", grown);
    QVERIFY2(grown < 100 * mibInKilobytes, QByteArray::number(grown).constData());
    for (const auto &context : contexts)
        context->TryCancel();
    for (size_t left = contexts.size() - size_t(connections) * 100; left > 0; --left)
        QVERIFY(queue.Next(&tag, &ok));
    QVERIFY(answers());
}

void TlsLimitsTest::survivesClientsThatNeverRead()
{
    const auto stub = proto::AgentService::NewStub(connect());
    std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
    std::vector<std::unique_ptr<grpc::ClientReader<proto::WatchEventsResponse>>> streams;
    for (int number = 0; number < 50; ++number) {
        contexts.push_back(std::make_unique<LimitedContext>());
        streams.push_back(stub->WatchEvents(contexts.back().get(), {}));
        streams.back()->WaitForInitialMetadata();
    }
    const MemoryGrowth memory(m_agent->pid());
    // Each VM comes and goes with some kilobytes of events, until no window takes any more; and then for long enough.
    QElapsedTimer clock;
    clock.start();
    for (int number = 0; number < 60 || clock.elapsed() < 4 * stallLimitMs; ++number) {
        const QString name = QStringLiteral("vm-%1").arg(number);
        QCOMPARE(m_agent->ctl().run("vm create --name " + name).exitCode, 0);
        QCOMPARE(m_agent->ctl().run("vm delete --force " + name).exitCode, 0);
    }
    const qint64 grown = memory.peakKilobytes();
    qInfo("50 readers that never read: %lld KiB more", grown);
    QVERIFY2(grown < 50 * mibInKilobytes, QByteArray::number(grown).constData());
    // Every one of them was cut off. Who was not would be told of what comes next, and read on.
    for (const auto &stream : streams) {
        proto::WatchEventsResponse response;
        int read = 0;
        while (stream->Read(&response))
            ++read;
        QVERIFY(read > 0);
        QCOMPARE(stream->Finish().error_code(), grpc::StatusCode::CANCELLED);
    }
    QVERIFY(answers());
}

QTEST_GUILESS_MAIN(TlsLimitsTest)
#include "TlsLimitsTest.moc"
