// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QFile>
#include <QtCore/QJsonArray>
#include <QtTest/QTest>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ApiFixture.h"
#include "TlsClient.h"
#include "ghost/agent/v1/agent.grpc.pb.h"
#include "tls/TestCertificates.h"

using namespace ghost;
using namespace std::chrono_literals;
namespace proto = ghost::agent::v1;

namespace {

grpc::Status ask(const std::shared_ptr<grpc::Channel> &channel)
{
    BoundedContext context;
    proto::ListVMsResponse response;
    return proto::AgentService::NewStub(channel)->ListVMs(&context, {}, &response);
}

std::string principalOf(const std::shared_ptr<grpc::Channel> &channel)
{
    BoundedContext context;
    proto::StartVMRequest request;
    request.set_async(true);
    proto::StartVMResponse response;
    const auto status = proto::AgentService::NewStub(channel)->StartVM(&context, request, &response);
    return status.ok() ? response.operation().principal() : status.error_message();
}

/// grpc.health.v1.Health/Check of @p service, whose messages have one field each. -1: an error.
int healthOf(const std::shared_ptr<grpc::Channel> &channel, const std::string &service)
{
    const std::string request = service.empty() ? "" : "\x0a" + std::string(1, char(service.size())) + service;
    grpc::Slice slice(request);
    const grpc::ByteBuffer question(&slice, 1);
    grpc::GenericStub stub(channel);
    grpc::CompletionQueue queue;
    BoundedContext context;
    const auto call = stub.PrepareUnaryCall(&context, "/grpc.health.v1.Health/Check", question, &queue);
    call->StartCall();
    grpc::ByteBuffer answer;
    grpc::Status status;
    call->Finish(&answer, &status, nullptr);
    void *tag = nullptr;
    bool ok = false;
    grpc::Slice bytes;
    if (!queue.Next(&tag, &ok) || !status.ok() || !answer.DumpToSingleSlice(&bytes).ok() || bytes.size() != 2)
        return -1;
    return bytes.begin()[1];
}

/// Some other program that listens.
struct HeldPort
{
    HeldPort()
        : socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
    {
        sockaddr_in any = {};
        any.sin_family = AF_INET;
        any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof(any);
        auto *address4 = reinterpret_cast<sockaddr *>(&any);
        if (::bind(socket.get(), address4, size) != 0 || ::listen(socket.get(), 1) != 0 ||
            ::getsockname(socket.get(), address4, &size) != 0)
            qFatal("cannot hold a port");
        address = QStringLiteral("127.0.0.1:%1").arg(ntohs(any.sin_port));
    }
    UniqueFd socket;
    QString address;
};

} // namespace

class ApiTlsTest : public QObject
{
    Q_OBJECT

    std::unique_ptr<ApiFixture> api;
    std::unique_ptr<QTemporaryDir> folder;

    QJsonObject tlsOf(const CertificateFiles &files) const
    {
        return {{"ca", files.authorities}, {"cert", files.chain}, {"key", files.key}};
    }

private Q_SLOTS:
    void init()
    {
        api = std::make_unique<ApiFixture>();
        folder = std::make_unique<QTemporaryDir>();
    }
    void cleanup() { api.reset(); }

    void servesWithCertificatesOfItsOwn()
    {
        api->startTls();
        QCOMPARE(api->context().health().status(), Health::Status::Ready);
        QVERIFY(api->tcpAddress().startsWith("127.0.0.1:") && !api->tcpAddress().endsWith(":0"));
        const auto channel = api->connectTls(api->ownClient());
        const auto status = ask(channel);
        QVERIFY2(status.ok(), status.error_message().c_str());
        QCOMPARE(principalOf(channel), std::string("cert:local"));
        QCOMPARE(principalOf(api->connect()), "uid:" + std::to_string(::getuid()));
        const QString files = api->ownClient().key;
        QVERIFY(!(QFile::permissions(files) & (QFile::ReadGroup | QFile::ReadOther)));
        api->close();
        QCOMPARE(api->tcpAddress(), QString());
    }

    void keepsItsCertificatesOverARestart()
    {
        api->startTls();
        const auto before = api->ownClient().read();
        api->close();
        QVERIFY(api->open());
        QVERIFY(ask(api->connectTls(api->ownClient())).ok());
        QCOMPARE(api->ownClient().read()->chain, before->chain);
    }

    void knowsTheHolderOfAnOperatorsCertificate()
    {
        const TestCertificates ca(folder->path());
        api->startTls(tlsOf(ca.server()));
        QCOMPARE(principalOf(api->connectTls(ca.client("laptop"))), std::string("cert:laptop"));
        QVERIFY(!QFile::exists(api->ownClient().key));
    }

    void letsNobodyInWithoutAGoodCertificate()
    {
        const TestCertificates ca(folder->path());
        const TestCertificates other(folder->filePath("other"));
        const auto server = ca.server();
        api->startTls(tlsOf(server));
        auto stranger = other.client("stranger");
        stranger.authorities = ca.authorityFile();
        const CertificateFiles nobody{ca.authorityFile(), {}, {}};
        for (const auto &files :
             {nobody, stranger, ca.expired(TestCertificates::clientRequest("late")), server /* no client's */}) {
            const auto status = ask(api->connectTls(files));
            QCOMPARE(status.error_code(), grpc::StatusCode::UNAVAILABLE);
        }
        QVERIFY(ask(api->connectTls(ca.client("good"))).ok());
    }

    void refusesACertificateWithoutAName()
    {
        const TestCertificates ca(folder->path());
        api->startTls(tlsOf(ca.server()));
        // Connected it is, known it is not.
        const auto files = ca.client(" ");
        QVERIFY(ask(api->connectTls(files)).ok());
        QVERIFY2(principalOf(api->connectTls(files)).find("no common name") != std::string::npos,
                 principalOf(api->connectTls(files)).c_str());
    }

    void servesNoPlainText()
    {
        api->startTls();
        const auto plain = grpc::CreateChannel(api->tcpAddress().toStdString(), grpc::InsecureChannelCredentials());
        QCOMPARE(ask(plain).error_code(), grpc::StatusCode::UNAVAILABLE);
        TlsClient client(api->tcpAddress());
        QVERIFY(client.sendPlain("GET / HTTP/1.1\r\n\r\n"));
        QVERIFY(client.waitForEnd(5s));
        QVERIFY(ask(api->connectTls(api->ownClient())).ok());
    }

    void speaksNothingOlderThanTls12()
    {
        api->startTls();
        QVERIFY(!TlsClient(api->tcpAddress()).handshake(api->ownClient(), TLS1_1_VERSION));
        QVERIFY(TlsClient(api->tcpAddress()).handshake(api->ownClient(), TLS1_2_VERSION));
        QVERIFY(TlsClient(api->tcpAddress()).handshake(api->ownClient(), TLS1_3_VERSION));
    }

    void isServingOnBothListeners()
    {
        api->startTls();
        for (const auto &channel : {api->connect(), api->connectTls(api->ownClient())}) {
            QCOMPARE(healthOf(channel, ""), 1);
            QCOMPARE(healthOf(channel, "ghost.agent.v1.AgentService"), 1);
            QCOMPARE(healthOf(channel, "no.such.Service"), -1);
        }
    }

    void saysWhoHasItsPort()
    {
        const HeldPort held;
        api->start({{"listen", held.address}});
        const Health health = api->context().health();
        QCOMPARE(health.status(), Health::Status::Degraded);
        const QString port = "port " + held.address.section(':', 1);
        for (const QString &part : {port, QString::number(::getpid()), QString("ApiTlsTest")})
            QVERIFY2(health.reason().contains(part), qPrintable(health.reason()));
        QVERIFY(api->context().lines().join('\n').contains(port));
        QVERIFY(ask(api->connect()).ok()); // the unix socket serves on
    }

    void takesThePortOnceItIsFree()
    {
        auto held = std::make_unique<HeldPort>();
        const QString address = held->address;
        api->start({{"listen", address}});
        QCOMPARE(api->tcpAddress(), QString());
        api->close();
        held.reset();
        QVERIFY(api->open());
        QCOMPARE(api->tcpAddress(), address);
        QCOMPARE(api->context().health().status(), Health::Status::Ready);
        QVERIFY(ask(api->connectTls(api->ownClient())).ok());
    }

    void refusesSettingsThatCannotBe()
    {
        auto result = api->activate({{"group", ""}, {"listen", "nowhere"}});
        QVERIFY(!result);
        QCOMPARE(result.error().field(), QString("listen"));
        result = api->activate({{"group", ""}, {"tls", QJsonObject{{"ca", "/x"}, {"key", "/y"}}}});
        QVERIFY(!result);
        QCOMPARE(result.error().field(), QString("tls"));
        result = api->activate({{"group", ""}, {"tls", QJsonObject{{"names", QJsonArray{"my-pc", "10"}}}}});
        QVERIFY(!result);
        QCOMPARE(result.error().field(), QString("tls.names"));
        QVERIFY(result.error().message().contains("'10'"));
    }
};

QTEST_GUILESS_MAIN(ApiTlsTest)
#include "ApiTlsTest.moc"
