// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>
#include <QtTest/QTest>

#include <sys/stat.h>

#include "tls/OwnCertificates.h"
#include "tls/TestCertificates.h"

using namespace ghost;
using std::chrono::days;

class OwnCertificatesTest : public QObject
{
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_parent;
    WallTime m_now = std::chrono::system_clock::now();
    QStringList m_names{"localhost", "127.0.0.1", "::1", "my-pc"};

    QString folder() const { return m_parent->filePath("tls"); }
    QString path(const char *name) const { return folder() + '/' + name; }
    QByteArray text(const char *name) const { return readPlain(path(name)); }
    int mode(const char *name) const
    {
        struct stat status = {};
        ::stat(QFile::encodeName(path(name)).constData(), &status);
        return int(status.st_mode & 0777);
    }
    Result<QStringList> refresh(WallTime when) const
    {
        return OwnCertificates(folder(), {"Ghost Agent 12345678", "ghost-agent", "local", m_names}).refresh(when);
    }
    Result<QStringList> refresh() const { return refresh(m_now); }
    Certificate certificate(const char *name) const { return Certificate::fromPem(text(name)).value(); }

private Q_SLOTS:
    void init()
    {
        m_parent = std::make_unique<QTemporaryDir>();
        const auto done = refresh();
        QVERIFY2(done, done ? "" : qPrintable(done.error().text()));
        QCOMPARE(done->size(), 3);
    }

    void makesAllAtTheFirstStart()
    {
        QCOMPARE(QDir(folder()).entryList(QDir::Files),
                 (QStringList{"ca.crt", "ca.key", "client.crt", "client.key", "server.crt", "server.key"}));
        for (const char *key : {"ca.key", "client.key", "server.key"})
            QCOMPARE(mode(key), 0600);
        QCOMPARE(mode(""), 0700);
        const OwnCertificates own(folder(), {});
        QVERIFY(own.serverFiles().read() && own.clientFiles().read());
        QCOMPARE(certificate("server.crt").names(), (QStringList{"127.0.0.1", "::1", "localhost", "my-pc"}));
        QCOMPARE(certificate("client.crt").commonName(), QString("local"));
        QVERIFY(certificate("ca.crt").validUntil() > m_now + days(19 * 365));
        for (const char *name : {"server.crt", "client.crt"}) {
            QVERIFY(certificate(name).isSignedBy(certificate("ca.crt")));
            QVERIFY(certificate(name).validUntil() > m_now + days(364));
        }
    }

    void leavesWellAlone()
    {
        const QByteArray before = text("server.crt") + text("client.crt") + text("ca.crt");
        const auto done = refresh(m_now + days(334));
        QVERIFY(done && done->isEmpty());
        QCOMPARE(text("server.crt") + text("client.crt") + text("ca.crt"), before);
    }

    // Each written otherwise than a certificate shows it, or fit for none: no reason to make a new one every hour.
    void leavesAloneWhatIsOnlyWrittenOtherwise()
    {
        m_names = QStringList{"localhost", "127.0.0.1", "0:0:0:0:0:0:0:1", "my-pc", "ab c", "10", "b\u00fcro"};
        const auto done = refresh();
        QVERIFY2(done && done->isEmpty(), done ? qPrintable(done->join(u' ')) : qPrintable(done.error().text()));
        m_names = QStringList{"localhost", "127.0.0.1", "::1", "my-pc"};
    }

    void renewsAMonthBeforeTheEndWithTheSameKey()
    {
        const QByteArray keys = text("server.key") + text("client.key");
        const QByteArray ca = text("ca.crt");
        const auto done = refresh(m_now + days(336));
        QVERIFY(done);
        QCOMPARE(done->size(), 2);
        QVERIFY(certificate("server.crt").validUntil() > m_now + days(336 + 364));
        QVERIFY(certificate("client.crt").validUntil() > m_now + days(336 + 364));
        QCOMPARE(text("server.key") + text("client.key"), keys);
        QCOMPARE(text("ca.crt"), ca);
    }

    void mendsWhatWasMadeWithAWrongClock_data()
    {
        QTest::addColumn<int>("wrongByDays");
        QTest::newRow("two days ahead") << 2;
        QTest::newRow("ten years ahead") << 3650;
        QTest::newRow("since 1970") << -int(std::chrono::floor<days>(m_now.time_since_epoch()).count());
    }
    void mendsWhatWasMadeWithAWrongClock()
    {
        QFETCH(const int, wrongByDays);
        m_parent = std::make_unique<QTemporaryDir>();
        QVERIFY(refresh(m_now + days(wrongByDays)));
        const QByteArray ca = text("ca.crt");
        const auto done = refresh();
        QVERIFY2(done, done ? "" : qPrintable(done.error().text()));
        QCOMPARE(done->size(), 2);
        QVERIFY(certificate("server.crt").isValidAt(m_now) && certificate("client.crt").isValidAt(m_now));
        QCOMPARE(text("ca.crt"), ca);
    }

    void saysThatTheAuthoritysTimeIsOver()
    {
        const auto late = refresh(m_now + days(8000));
        QVERIFY(!late);
        QVERIFY2(late.error().text().contains("ca.crt: not valid"), qPrintable(late.error().text()));
    }

    void followsTheHostsName()
    {
        const QByteArray key = text("server.key");
        const QByteArray client = text("client.crt");
        m_names = QStringList{"localhost", "new-name"};
        const auto done = refresh();
        m_names = QStringList{"localhost", "127.0.0.1", "::1", "my-pc"};
        QVERIFY(done);
        QCOMPARE(done->size(), 1);
        QCOMPARE(certificate("server.crt").names(), (QStringList{"localhost", "new-name"}));
        QCOMPARE(text("server.key"), key);
        QCOMPARE(text("client.crt"), client);
    }

    void makesADamagedFileAnew_data()
    {
        QTest::addColumn<QByteArray>("name");
        for (const char *name : {"server.crt", "server.key", "client.crt", "client.key"})
            QTest::newRow(name) << QByteArray(name);
    }
    void makesADamagedFileAnew()
    {
        QFETCH(const QByteArray, name);
        const QByteArray ca = text("ca.crt");
        for (const QByteArray &content : {QByteArray(), text(name.constData()).left(60), QByteArray(5000, 'x')}) {
            writePlain(path(name.constData()), content);
            const auto done = refresh();
            QVERIFY(done);
            QCOMPARE(done->size(), 1);
            const OwnCertificates own(folder(), {});
            QVERIFY(own.serverFiles().read() && own.clientFiles().read());
        }
        QVERIFY(QFile::remove(path(name.constData())));
        QVERIFY(refresh());
        QVERIFY(QFile::exists(path(name.constData())));
        QCOMPARE(text("ca.crt"), ca);
    }

    void neverReplacesTheAuthority()
    {
        const QByteArray crt = text("ca.crt");
        const QByteArray key = text("ca.key");
        writePlain(path("ca.crt"), crt.left(80));
        auto result = refresh();
        QVERIFY(!result);
        QCOMPARE(result.error().code(), Code::FailedPrecondition);
        QVERIFY2(result.error().text().contains("ca.crt") && result.error().hint().contains(folder()),
                 qPrintable(result.error().text()));

        QVERIFY(QFile::remove(path("ca.crt")));
        QVERIFY(!refresh());

        writePlain(path("ca.crt"), crt);
        writePlain(path("ca.key"), "rubbish");
        result = refresh(); // nothing to sign
        QVERIFY(result && result->isEmpty());
        result = refresh(m_now + days(350));
        QVERIFY(!result);
        QVERIFY2(result.error().text().contains("ca.key"), qPrintable(result.error().text()));

        writePlain(path("ca.key"), key);
        QVERIFY(refresh(m_now + days(350)));
        QCOMPARE(text("ca.crt"), crt);
    }

    void goesOnAfterAKillInTheMiddle()
    {
        // The key was written, the certificate not yet.
        for (const char *name : {"ca.crt", "server.crt", "server.key", "client.crt", "client.key"})
            QVERIFY(QFile::remove(path(name)));
        const auto done = refresh();
        QVERIFY(done);
        QCOMPARE(done->size(), 3);
        const OwnCertificates own(folder(), {});
        QVERIFY(own.serverFiles().read() && own.clientFiles().read());
    }

    void closesKeysThatOthersMayRead()
    {
        ::chmod(QFile::encodeName(path("client.key")).constData(), 0644);
        const auto done = refresh();
        QVERIFY(done);
        QVERIFY2(done->join(' ').contains("client.key"), qPrintable(done->join(' ')));
        QCOMPARE(mode("client.key"), 0600);
    }

    void saysWhereItCannotWrite()
    {
        const OwnCertificates nowhere(m_parent->filePath("no/such"), {"a", "b", "c", {}});
        const auto done = OwnCertificates(nowhere).refresh(m_now);
        QVERIFY(!done);
        QVERIFY(done.error().message().contains("no/such"));
    }
};

QTEST_GUILESS_MAIN(OwnCertificatesTest)
#include "OwnCertificatesTest.moc"
