// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "ServerCertificates.h"

#include <thread>

#include <QtCore/QSaveFile>
#include <QtCore/QTemporaryDir>
#include <QtTest/QTest>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include "ApiFixture.h"
#include "TlsClient.h"
#include "TlsCredentials.h"
#include "tls/CertificateAuthority.h"
#include "tls/TestCertificates.h"

using namespace ghost;
using namespace std::chrono_literals;
using std::chrono::days;

namespace {

WallTime now()
{
    return std::chrono::system_clock::now();
}

/// A gRPC server with these certificates and nothing else.
class Server
{
public:
    explicit Server(const api::ServerCertificates &certificates)
        : m_credentials(api::tlsCredentials(certificates.live()))
    {
        grpc::ServerBuilder builder;
        builder.RegisterAsyncGenericService(&m_service);
        m_queue = builder.AddCompletionQueue();
        builder.AddListeningPort("127.0.0.1:0", m_credentials, &m_port);
        m_server = builder.BuildAndStart();
        m_polling = std::jthread([this] { // who waits there does the server's work
            void *tag = nullptr;
            bool ok = false;
            while (m_queue->Next(&tag, &ok))
                ;
        });
    }
    ~Server()
    {
        m_server->Shutdown(std::chrono::system_clock::now());
        m_queue->Shutdown();
        m_polling.join();
    }

    /// When the certificate ends that it shows now.
    WallTime shownUntil(const CertificateFiles &client) const
    {
        TlsClient connection(QStringLiteral("127.0.0.1:%1").arg(m_port));
        return connection.handshake(client) ? connection.shownUntil() : WallTime();
    }

private:
    const std::shared_ptr<grpc::ServerCredentials> m_credentials;
    grpc::AsyncGenericService m_service;
    std::unique_ptr<grpc::ServerCompletionQueue> m_queue;
    int m_port = 0;
    std::unique_ptr<grpc::Server> m_server;
    std::jthread m_polling;
};

} // namespace

class ServerCertificatesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void renewsAndShowsItsOwnWhileItRuns()
    {
        const QTemporaryDir folder;
        FakeContext context(folder.path());
        HealthReasons health(context);
        const auto certificates = api::ServerCertificates::open({{}, {}, 20ms}, context, health);
        QVERIFY2(certificates, certificates ? "" : qPrintable(certificates.error().text()));
        const Server server(**certificates);
        const auto file = [&](const char *name) { return folder.filePath(QStringLiteral("tls/") + name); };
        const CertificateFiles client{file("ca.crt"), file("client.crt"), file("client.key")};
        QVERIFY(server.shownUntil(client) > now() + days(300));

        // Time passes: a week is left.
        const auto certificateIn = [&](const char *name) {
            return Certificate::fromPem(readPlain(file(name))).value();
        };
        const auto keyIn = [&](const char *name) { return PrivateKey::fromPem(readPlain(file(name))).value(); };
        const auto authority = CertificateAuthority::of(certificateIn("ca.crt"), keyIn("ca.key")).value();
        const Certificate present = certificateIn("server.crt");
        const CertificateRequest request{CertificateRequest::Purpose::Server, present.commonName(), present.names(),
                                         now() - days(358), now() + days(7)};
        const QByteArray nearlyOver = authority.issue(keyIn("server.key"), request)->toPem().value();
        QSaveFile replaced(file("server.crt")); // at once: half of one would be renewed for that
        QVERIFY(replaced.open(QIODevice::WriteOnly) && replaced.write(nearlyOver) > 0 && replaced.commit());

        QVERIFY(QTest::qWaitFor([&] { return context.lines().filter("nearly over").size() == 1; }, 20'000));
        QVERIFY(server.shownUntil(client) > now() + days(300));
        QVERIFY(readPlain(file("server.crt")) != nearlyOver);
        QVERIFY(!context.lines().filter("took the new certificate").isEmpty());
    }
};

QTEST_GUILESS_MAIN(ServerCertificatesTest)
#include "ServerCertificatesTest.moc"
