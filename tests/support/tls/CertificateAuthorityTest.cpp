// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtTest/QTest>
#include <openssl/x509v3.h>

#include "tls/CertificateAuthority.h"

using namespace ghost;
using std::chrono::days;

class CertificateAuthorityTest : public QObject
{
    Q_OBJECT

    const WallTime m_now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const CertificateAuthority m_ca =
        CertificateAuthority::create(QStringLiteral("CA"), m_now - days(1), m_now + days(100)).value();
    const PrivateKey m_key = PrivateKey::make().value();

    CertificateRequest request(CertificateRequest::Purpose purpose) const
    {
        return {purpose, QStringLiteral("somebody"), {}, m_now, m_now + days(10)};
    }

private Q_SLOTS:
    void signsWhatIsAsked()
    {
        auto asked = request(CertificateRequest::Purpose::Server);
        asked.names = QStringList{"::1", "127.0.0.1", "localhost", "my-pc.example.org"};
        const auto made = m_ca.issue(m_key, asked);
        QVERIFY(made);
        QCOMPARE(made->commonName(), QString("somebody"));
        QCOMPARE(made->names(), (QStringList{"127.0.0.1", "::1", "localhost", "my-pc.example.org"}));
        QVERIFY(made->validFrom() == m_now);
        QVERIFY(made->validUntil() == m_now + days(10));
        QVERIFY(made->isSignedBy(m_ca.certificate()));
        QVERIFY(made->belongsTo(m_key));
        QVERIFY(!made->isAuthority());
    }

    void keepsServersAndClientsApart()
    {
        const auto server = m_ca.issue(m_key, request(CertificateRequest::Purpose::Server));
        const auto client = m_ca.issue(m_key, request(CertificateRequest::Purpose::Client));
        QVERIFY(server && client);
        QCOMPARE(X509_check_purpose(server->handle(), X509_PURPOSE_SSL_SERVER, 0), 1);
        QCOMPARE(X509_check_purpose(server->handle(), X509_PURPOSE_SSL_CLIENT, 0), 0);
        QCOMPARE(X509_check_purpose(client->handle(), X509_PURPOSE_SSL_CLIENT, 0), 1);
        QCOMPARE(X509_check_purpose(client->handle(), X509_PURPOSE_SSL_SERVER, 0), 0);
    }

    void leavesOutWhatIsNoName()
    {
        auto asked = request(CertificateRequest::Purpose::Server);
        asked.names = QStringList{"a,DNS:evil.example.org", "", "-", "10", "good"};
        const auto made = m_ca.issue(m_key, asked);
        QVERIFY(made);
        QCOMPARE(made->names(), QStringList{"good"});
    }

    void signsForNoLongerThanItLives()
    {
        auto asked = request(CertificateRequest::Purpose::Client);
        asked.until = m_now + days(1000);
        const auto made = m_ca.issue(m_key, asked);
        QVERIFY(made && made->validUntil() == m_now + days(100));
    }

    void comesBackFromItsText()
    {
        const auto certificate = Certificate::fromPem(m_ca.certificate().toPem().value());
        const auto key = PrivateKey::fromPem(m_ca.key().toPem().value());
        QVERIFY(certificate && key);
        const auto again = CertificateAuthority::of(*certificate, *key);
        QVERIFY(again);
        const auto made = again->issue(m_key, request(CertificateRequest::Purpose::Client));
        QVERIFY(made && made->isSignedBy(m_ca.certificate()));
    }

    void refusesWhatIsNoAuthority()
    {
        const auto end = m_ca.issue(m_key, request(CertificateRequest::Purpose::Client)).value();
        QVERIFY(!CertificateAuthority::of(end, m_key));
        QVERIFY(!CertificateAuthority::of(m_ca.certificate(), m_key));
        const auto namesake = CertificateAuthority::create(QStringLiteral("CA"), m_now, m_now + days(1)).value();
        QVERIFY(!end.isSignedBy(namesake.certificate()));
    }

    void tellsWhatIsWrongWithAText()
    {
        const QByteArray pem = m_ca.certificate().toPem().value();
        QVERIFY(Certificate::listFromPem(pem + "some words\n" + pem)->size() == 2);
        for (const QByteArray &text : {QByteArray(), QByteArray("x"), m_key.toPem().value()})
            QVERIFY2(Certificate::fromPem(text).error().message().contains("no certificate"), text.constData());
        // At least one line is there, and the end is not.
        for (qsizetype size = 100; size < pem.size() - 2; size += 50) {
            const auto cut = Certificate::listFromPem(pem + pem.left(size));
            QVERIFY2(!cut && cut.error().message().contains("number 2"), qPrintable(QString::number(size)));
        }
        QVERIFY(PrivateKey::fromPem(pem).error().message().contains("no private key"));
        const QByteArray secret = "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
                                  "MIGjMF8GCSqGSIb3DQEFDTBSMDEGCSqGSIb3DQEFDDAkBBDS\n"
                                  "-----END ENCRYPTED PRIVATE KEY-----\n";
        QVERIFY(PrivateKey::fromPem(secret).error().message().contains("passphrase"));
    }
};

QTEST_GUILESS_MAIN(CertificateAuthorityTest)
#include "CertificateAuthorityTest.moc"
