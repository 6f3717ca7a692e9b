// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <csignal>
#include <sys/resource.h>

#include <grpcpp/create_channel.h>

#include <QtCore/QFile>
#include <QtCore/QRandomGenerator>
#include <QtNetwork/QTcpSocket>

#include "CoreProcess.h"
#include "StatusCheck.h"
#include "TestAgent.h"
#include "TestCore.h"
#include "TestOperator.h"
#include "tls/TestCertificates.h"

using namespace ghost;
using namespace ghost::cloud;

namespace {

const std::string someVm = "11111111-2222-3333-4444-555555555555";

std::shared_ptr<grpc::Channel> tlsChannel(const QString &place, const CertificateFiles &files)
{
    const auto content = [](const QString &path) { return readPlain(path).toStdString(); };
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
    return grpc::CreateCustomChannel(
        place.toStdString(),
        grpc::SslCredentials({content(files.authorities), content(files.key), content(files.chain)}), arguments);
}

/// One call without patience for a connection that does not come.
grpc::Status ask(const std::shared_ptr<grpc::Channel> &channel)
{
    const auto stub = v1::OperatorService::NewStub(channel);
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
    v1::ListAgentsResponse response;
    return stub->ListAgents(&context, {}, &response);
}

} // namespace

/// The real program: its command line, its end, and its peers who misbehave.
class GhostCloudProgramTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void saysWhatItIs();
    void refusesAWrongCommandLine_data();
    void refusesAWrongCommandLine();
    void refusesPlainTextAmongStrangers();
    void refusesATakenPortAndAFolderInUse();
    void takesAsManyConnectionsAsTheSystemAllows();
    void stopsWithOpenStreams();
    void losesNothingWhenItIsKilled();
    void outlivesGarbage();
    void takesOnlyCertificatesOfItsAuthority();
};

void GhostCloudProgramTest::saysWhatItIs()
{
    CoreProcess core;
    QCOMPARE(core.runToEnd({"--version"}), 0);
    QVERIFY(core.process().readAllStandardOutput().startsWith("ghost-cloud "));
    QCOMPARE(core.runToEnd({"--help"}), 0);
    QVERIFY(core.process().readAllStandardOutput().contains("--listen"));
}

void GhostCloudProgramTest::refusesAWrongCommandLine_data()
{
    QTest::addColumn<QStringList>("options");
    QTest::newRow("no folder") << QStringList{};
    QTest::newRow("unknown") << QStringList{"--data", "/nowhere", "--wrong"};
    QTest::newRow("no place") << QStringList{"--data", "/nowhere", "--listen", "here"};
    QTest::newRow("no port") << QStringList{"--data", "/nowhere", "--listen", "127.0.0.1:70000"};
    QTest::newRow("half of TLS") << QStringList{"--data", "/nowhere", "--tls-ca", "/nowhere"};
    QTest::newRow("interval") << QStringList{"--data", "/nowhere", "--interval", "0"};
}

void GhostCloudProgramTest::refusesAWrongCommandLine()
{
    QFETCH(QStringList, options);
    CoreProcess core;
    QCOMPARE(core.runToEnd(options), 64);
    QVERIFY(!core.standardError().isEmpty());
}

void GhostCloudProgramTest::refusesPlainTextAmongStrangers()
{
    CoreProcess core;
    QCOMPARE(core.runToEnd({"--data", core.folder(), "--listen", "0.0.0.0:0"}), 1);
    QVERIFY2(core.standardError().contains("--tls-ca"), core.standardError().constData());
}

void GhostCloudProgramTest::refusesATakenPortAndAFolderInUse()
{
    CoreProcess core;
    QVERIFY2(core.start(), core.standardError().constData());
    CoreProcess second;
    QCOMPARE(second.runToEnd({"--data", second.folder(), "--listen", core.place()}), 1);
    QVERIFY2(second.standardError().contains(core.place().toUtf8()), second.standardError().constData());
    QCOMPARE(second.runToEnd({"--data", core.folder(), "--listen", "127.0.0.1:0"}), 1);
    QVERIFY2(second.standardError().contains("another ghost-cloud"), second.standardError().constData());
    QCOMPARE(core.terminate(), 0);
}

void GhostCloudProgramTest::takesAsManyConnectionsAsTheSystemAllows()
{
    rlimit limit = {};
    QCOMPARE(::getrlimit(RLIMIT_NOFILE, &limit), 0);
    CoreProcess core;
    core.process().setChildProcessModifier([limit]() mutable {
        limit.rlim_cur = 128; // a shell's default is not much more
        ::setrlimit(RLIMIT_NOFILE, &limit);
    });
    QVERIFY2(core.start(), core.standardError().constData());
    rlimit found = {};
    QCOMPARE(::prlimit(pid_t(core.process().processId()), RLIMIT_NOFILE, nullptr, &found), 0);
    QCOMPARE(found.rlim_cur, limit.rlim_max);
}

void GhostCloudProgramTest::stopsWithOpenStreams()
{
    CoreProcess core;
    QVERIFY2(core.start(), core.standardError().constData());
    QVERIFY(core.standardError().contains("warning: plain text"));
    TestAgent agent(ownChannel(core.place()), "one");
    VERIFY_CODE(agent.enter(), OK);
    agent.watch();
    TestOperator(ownChannel(core.place())).start("one", someVm);
    QCOMPARE(agent.commands(1).size(), size_t(1));
    QCOMPARE(core.terminate(), 0);
    QCOMPARE(agent.watchEnd().error_code(), grpc::StatusCode::UNAVAILABLE);
    QVERIFY(!QFile::exists(core.folder() + "/endpoint"));
}

/// What was acknowledged is there afterwards, whenever the kill comes.
void GhostCloudProgramTest::losesNothingWhenItIsKilled()
{
    const quint32 seed = qEnvironmentVariableIsSet("GHOST_SEED") ? qEnvironmentVariable("GHOST_SEED").toUInt()
                                                                 : QRandomGenerator::global()->generate();
    qInfo("GHOST_SEED=%u", seed);
    QRandomGenerator random(seed);
    CoreProcess core;
    QVERIFY2(core.start(), core.standardError().constData());
    TestAgent agent(ownChannel(core.place()), "one");
    VERIFY_CODE(agent.enter(), OK);
    std::vector<std::string> ended;
    uint64_t sequence = 0;
    for (int round = 0; round < 8; ++round) {
        const std::jthread killer([&core, pid = core.process().processId(), wait = random.bounded(5, 60)] {
            std::this_thread::sleep_for(std::chrono::milliseconds(wait));
            ::kill(pid_t(pid), SIGKILL);
        });
        const auto channel = ownChannel(core.place());
        agent.reconnect(channel);
        const auto stub = v1::OperatorService::NewStub(channel);
        while (true) { // until the kill
            grpc::ClientContext context;
            context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
            v1::SubmitCommandRequest request;
            request.set_agent("one");
            request.mutable_command()->mutable_start()->set_vm(someVm);
            v1::SubmitCommandResponse response;
            if (!stub->SubmitCommand(&context, request, &response).ok())
                break;
            v1::ReportCommandResultRequest result;
            *result.mutable_identity() = agent.identity;
            result.add_results()->set_command_id(response.command().command().id());
            grpc::ClientContext resultContext;
            resultContext.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
            v1::ReportCommandResultResponse taken;
            if (!v1::CloudService::NewStub(channel)->ReportCommandResult(&resultContext, result, &taken).ok())
                break;
            ended.push_back(response.command().command().id());
            v1::ReportVMCreatedRequest report;
            *report.mutable_header()->mutable_identity() = agent.identity;
            report.mutable_header()->set_sequence(sequence + 1);
            *report.mutable_vm() = TestAgent::vm("vm-" + std::to_string(sequence + 1), {});
            grpc::ClientContext reportContext;
            reportContext.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
            v1::ReportVMCreatedResponse reported;
            if (!v1::CloudService::NewStub(channel)->ReportVMCreated(&reportContext, report, &reported).ok())
                break;
            ++sequence;
        }
        core.killHard();
        QVERIFY2(core.start(), core.standardError().constData());
        agent.reconnect(ownChannel(core.place()));
        VERIFY_CODE(agent.enter(), OK);
        // The last one may have been kept although its answer was lost.
        QVERIFY(agent.registered.last_sequence() == sequence || agent.registered.last_sequence() == sequence + 1);
        sequence = agent.registered.last_sequence();
    }
    TestOperator after(ownChannel(core.place()));
    for (const std::string &id : ended)
        QCOMPARE(after.command(id).state(), v1::COMMAND_STATE_ENDED);
    QCOMPARE(after.vms().size(), size_t(sequence));
    qInfo("%zu commands and %zu reports over 8 kills", ended.size(), size_t(sequence));
    QVERIFY(!ended.empty());
}

void GhostCloudProgramTest::outlivesGarbage()
{
    CoreProcess core;
    QVERIFY2(core.start(), core.standardError().constData());
    const QString host = core.place().section(':', 0, 0);
    const auto port = core.place().section(':', 1).toUShort();
    for (const QByteArray &bytes : {QByteArray("GET / HTTP/1.1\r\n\r\n"), QByteArray(100'000, '\xff'),
                                    QByteArray("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") + QByteArray(10'000, '\0')}) {
        QTcpSocket socket;
        socket.connectToHost(host, port);
        QVERIFY(socket.waitForConnected(5000));
        socket.write(bytes);
        socket.waitForBytesWritten(5000);
    }
    // Bytes that are no message, and one that is too big.
    const auto channel = ownChannel(core.place());
    TestAgent agent(channel, "one");
    VERIFY_CODE(agent.enter(), OK);
    agent.picture.add_vms()->set_problem(std::string(20'000'000, 'x')); // NOLINT(bugprone-string-constructor)
    VERIFY_CODE(agent.beat(), RESOURCE_EXHAUSTED);
    agent.picture.clear_vms();
    VERIFY_CODE(agent.beat(), OK);
    QCOMPARE(core.terminate(), 0);
}

void GhostCloudProgramTest::takesOnlyCertificatesOfItsAuthority()
{
    QTemporaryDir folder;
    const TestCertificates ours(folder.path());
    QTemporaryDir otherFolder;
    const TestCertificates others(otherFolder.path(), "Other CA");
    const CertificateFiles server = ours.server();
    CoreProcess core;
    QVERIFY2(core.start({"--tls-ca", server.authorities, "--tls-cert", server.chain, "--tls-key", server.key}),
             core.standardError().constData());
    QVERIFY(!core.standardError().contains("plain text"));

    VERIFY_CODE(ask(tlsChannel(core.place(), ours.client("agent"))), OK);
    CertificateFiles stranger = others.client("agent");
    stranger.authorities = server.authorities;
    VERIFY_CODE(ask(tlsChannel(core.place(), stranger)), UNAVAILABLE);
    const CertificateFiles expired = ours.expired(TestCertificates::clientRequest("agent"));
    VERIFY_CODE(ask(tlsChannel(core.place(), expired)), UNAVAILABLE);
    CertificateFiles distrustful = ours.client("agent");
    distrustful.authorities = others.authorityFile();
    VERIFY_CODE(ask(tlsChannel(core.place(), distrustful)), UNAVAILABLE);
    VERIFY_CODE(ask(ownChannel(core.place())), UNAVAILABLE); // plain text

    CoreProcess broken;
    QCOMPARE(broken.runToEnd({"--data", broken.folder(), "--listen", "127.0.0.1:0", "--tls-ca", server.authorities,
                              "--tls-cert", "/nowhere", "--tls-key", server.key}),
             1);
    QVERIFY(broken.standardError().contains("/nowhere"));
}

QTEST_GUILESS_MAIN(GhostCloudProgramTest)
#include "GhostCloudProgramTest.moc"
