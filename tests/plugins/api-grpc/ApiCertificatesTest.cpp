// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QFile>
#include <QtTest/QTest>

#include "ApiFixture.h"
#include "TlsClient.h"
#include "ghost/agent/v1/agent.grpc.pb.h"
#include "tls/TestCertificates.h"

using namespace ghost;
namespace proto = ghost::agent::v1;

/// Certificates of the operator's that change, or are not as they should be.
class ApiCertificatesTest : public QObject
{
    Q_OBJECT

    std::unique_ptr<ApiFixture> api;
    std::unique_ptr<QTemporaryDir> folder;
    std::unique_ptr<TestCertificates> ca;
    CertificateFiles server;
    CertificateFiles client;

    bool answers(const std::shared_ptr<grpc::Channel> &channel) const
    {
        BoundedContext context;
        proto::ListVMsResponse response;
        return proto::AgentService::NewStub(channel)->ListVMs(&context, {}, &response).ok();
    }
    bool answers(const CertificateFiles &files) const { return answers(api->connectTls(files)); }
    QString log() const { return api->context().lines().join('\n'); }
    Health health() const { return api->context().health(); }
    QJsonObject tls() const { return {{"ca", server.authorities}, {"cert", server.chain}, {"key", server.key}}; }

private Q_SLOTS:
    void init()
    {
        api = std::make_unique<ApiFixture>();
        folder = std::make_unique<QTemporaryDir>();
        ca = std::make_unique<TestCertificates>(folder->path());
        server = ca->server();
        client = ca->client("laptop");
    }
    void cleanup() { api.reset(); }

    void takesNewFilesWithoutARestart()
    {
        api->startTls(tls());
        const auto before = api->connectTls(client);
        QVERIFY(answers(before));

        const TestCertificates next(folder->filePath("next"), "Next CA");
        const auto nextServer = next.server();
        const auto nextClient = next.client("laptop");
        writePlain(server.authorities, readPlain(nextServer.authorities));
        writePlain(server.chain, readPlain(nextServer.chain));
        writePlain(server.key, readPlain(nextServer.key));
        QVERIFY(answers(nextClient));
        QVERIFY(answers(before)); // an open connection goes on
        auto old = client;
        old.authorities = nextServer.authorities;
        QVERIFY(!answers(old));
        QVERIFY2(log().contains("took the new certificate in " + server.chain), qPrintable(log()));
    }

    void keepsTheOldOnesWhileTheNewAreOfNoUse_data()
    {
        QTest::addColumn<QString>("which");
        QTest::addColumn<QByteArray>("content");
        const TestCertificates other(folder->filePath("other"));
        const QByteArray stranger = readPlain(other.server().key);
        QTest::newRow("half a certificate") << "cert" << QByteArray("-----BEGIN CERTIFICATE-----\nMIIB");
        QTest::newRow("half a key") << "key" << QByteArray("-----BEGIN PRIVATE KEY-----\nMIGH");
        QTest::newRow("another's key") << "key" << stranger;
        QTest::newRow("an empty CA") << "ca" << QByteArray();
        QTest::newRow("gone") << "cert" << QByteArray("GONE");
    }
    void keepsTheOldOnesWhileTheNewAreOfNoUse()
    {
        QFETCH(const QString, which);
        QFETCH(const QByteArray, content);
        const auto trusted = client.read()->authorities; // the file itself may be what breaks
        auto own = client;
        own.authorities = folder->filePath("trusted.crt");
        writePlain(own.authorities, trusted);
        api->startTls(tls());
        QVERIFY(answers(own));

        const QString broken = tls().value(which).toString();
        const QByteArray whole = readPlain(broken);
        if (content == "GONE")
            QVERIFY(QFile::remove(broken));
        else
            writePlain(broken, content);
        QVERIFY(answers(own));
        QVERIFY(answers(own));
        QCOMPARE(health().status(), Health::Status::Degraded);
        QVERIFY2(health().reason().contains(broken), qPrintable(health().reason()));
        QCOMPARE(log().count("old ones stay in use"), 1);

        writePlain(broken, whole);
        QVERIFY(answers(own));
        QCOMPARE(health().status(), Health::Status::Ready);
    }

    void servesNoTcpWhenTheyAreBadFromTheStart_data()
    {
        QTest::addColumn<bool>("isWeak");
        QTest::newRow("rubbish") << false;
        QTest::newRow("a key that TLS finds too weak") << true;
    }
    void servesNoTcpWhenTheyAreBadFromTheStart()
    {
        QFETCH(const bool, isWeak);
        if (isWeak)
            server = ca->weak(TestCertificates::serverRequest());
        else
            writePlain(server.key, "rubbish");
        const QString toBlame = isWeak ? server.chain : server.key;
        api->startTls(tls());
        QCOMPARE(api->tcpAddress(), QString());
        QCOMPARE(health().status(), Health::Status::Degraded);
        QVERIFY2(health().reason().contains(toBlame), qPrintable(health().reason()));
        QVERIFY(answers(api->connect()));
    }

    void warnsOfACertificateThatIsOver()
    {
        server = ca->expired(TestCertificates::serverRequest());
        api->startTls(tls());
        QCOMPARE(health().status(), Health::Status::Degraded);
        QVERIFY2(health().reason().contains(server.chain), qPrintable(health().reason()));
        QVERIFY(!answers(client)); // the client does not trust it
        ca->server();              // the same files anew
        QVERIFY(answers(client));
        QCOMPARE(health().status(), Health::Status::Ready);
    }

    void saysThatItsOwnAuthorityIsDamaged()
    {
        api->startTls();
        QVERIFY(answers(api->ownClient()));
        const QString file = api->ownClient().authorities;
        api->restart([&] { writePlain(file, readPlain(file).left(100)); });
        QCOMPARE(api->tcpAddress(), QString());
        QVERIFY2(health().reason().contains(file), qPrintable(health().reason()));
        QVERIFY(answers(api->connect()));
    }
};

QTEST_GUILESS_MAIN(ApiCertificatesTest)
#include "ApiCertificatesTest.moc"
