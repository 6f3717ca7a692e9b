// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QTemporaryDir>

#include "UplinkFixture.h"
#include "tls/TestCertificates.h"

using namespace ghost;
using namespace std::chrono_literals;

class UplinkTlsTest : public QObject
{
    Q_OBJECT

    std::unique_ptr<UplinkFixture> m_link;
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<TestCertificates> m_authority;

    void serve(const CertificateFiles &files)
    {
        m_link->core.stop();
        m_link->core.start(files);
    }

private Q_SLOTS:
    void init()
    {
        m_link = std::make_unique<UplinkFixture>();
        m_folder = std::make_unique<QTemporaryDir>();
        m_authority = std::make_unique<TestCertificates>(m_folder->path());
        m_link->options.tls = m_authority->client("host-1");
        serve(m_authority->server());
    }
    void cleanup() { m_link.reset(); }

    void trustsTheCloudThatItsOwnerTrusts()
    {
        m_link->start();
        EVENTUALLY(m_link->isConnected());
    }

    void wantsNoOtherCloud_data()
    {
        QTest::addColumn<bool>("isExpired");
        QTest::newRow("of another authority") << false;
        QTest::newRow("whose certificate has ended") << true;
    }
    void wantsNoOtherCloud()
    {
        QFETCH(bool, isExpired);
        const TestCertificates other(m_folder->filePath("other"));
        serve(isExpired ? m_authority->expired(TestCertificates::serverRequest()) : other.server());
        m_link->start();
        EVENTUALLY(m_link->state() == "refused");
        QVERIFY(m_link->core.registrations().empty());
        QVERIFY(m_link->status("problem").toString().contains("tls.ca"));
        serve(m_authority->server());
        EVENTUALLY(m_link->isConnected());
    }

    void isToldThatTheCloudDoesNotWantIt()
    {
        auto stranger = TestCertificates(m_folder->filePath("other")).client("host-1");
        stranger.authorities = m_authority->authorityFile();
        m_link->options.tls = stranger;
        m_link->start();
        EVENTUALLY(m_link->state() == "refused");
        QVERIFY(m_link->core.registrations().empty());
    }

    void saysThatItsCertificateHasEnded()
    {
        m_link->options.tls = m_authority->expired(TestCertificates::clientRequest("host-1"));
        m_link->start();
        EVENTUALLY(m_link->state() == "refused");
        QVERIFY2(m_link->status("problem").toString().contains("has ended on"),
                 qPrintable(m_link->status("problem").toString()));
    }

    void takesANewCertificateWithoutARestart()
    {
        const CertificateFiles old = m_authority->expired(TestCertificates::clientRequest("old"));
        const CertificateFiles good = m_authority->client("good");
        m_link->options.tls = old;
        m_link->start();
        EVENTUALLY(m_link->state() == "refused");
        writePlain(old.key, readPlain(good.key));
        writePlain(old.chain, readPlain(good.chain));
        EVENTUALLY(m_link->isConnected());
        QVERIFY(m_link->context.logText().contains("took the new certificate"));
    }

    void tellsAnAbsentCloudFromARefusal()
    {
        m_link->core.stop();
        m_link->start();
        EVENTUALLY(m_link->status("last_attempt").toInteger() > 0);
        QCOMPARE(m_link->state(), "registering");
    }

    void needsFilesThatAreThere()
    {
        m_link->options.tls.key = m_folder->filePath("none.key");
        const auto started = m_link->tryStart();
        QVERIFY(!started);
        QVERIFY(started.error().text().contains("none.key"));
    }
};

QTEST_GUILESS_MAIN(UplinkTlsTest)
#include "UplinkTlsTest.moc"
