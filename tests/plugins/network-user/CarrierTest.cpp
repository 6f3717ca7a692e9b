// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QStandardPaths>
#include <QtTest/QTest>

#include "Carrier.h"

using namespace ghost;
using namespace ghost::user;

class CarrierTest : public QObject
{
    Q_OBJECT

    static Carrier find(const char *backend)
    {
        Call call({}, Call::Clock::now() + std::chrono::seconds(20));
        return Carrier::find(QString::fromLatin1(backend), call);
    }

private Q_SLOTS:
    void knowsADatedRelease_data()
    {
        QTest::addColumn<QByteArray>("version");
        QTest::addColumn<bool>("dated");
        QTest::newRow("upstream") << QByteArray("passt 2024_12_11.09478d5\nCopyright Red Hat\n") << true;
        QTest::newRow("Debian 13") << QByteArray("passt 0.0~git20250503.587980c-2\nCopyright Red Hat\n") << true;
        QTest::newRow("Debian 12") << QByteArray("passt unknown version\nCopyright Red Hat\n") << false;
        QTest::newRow("nothing") << QByteArray() << false;
        QTest::newRow("another program") << QByteArray("slirp4netns 1.2.0 2024_12_11\n") << false;
    }
    void knowsADatedRelease()
    {
        QFETCH(QByteArray, version);
        QTEST(Carrier::isDated(version), "dated");
    }

    void slirpNeedsNothing()
    {
        const Carrier carrier = find("slirp");
        QCOMPARE(carrier.program + carrier.problem + carrier.note, QString());
    }

    void passtIsTakenByNameOrMissedByName()
    {
        const Carrier carrier = find("passt");
        if (QStandardPaths::findExecutable("passt").isEmpty()) {
            QVERIFY2(carrier.problem.contains("passt"), qPrintable(carrier.problem));
            QVERIFY(carrier.program.isEmpty());
        } else {
            QVERIFY2(carrier.program.endsWith("/passt"), qPrintable(carrier.program));
            QCOMPARE(carrier.problem, QString());
        }
    }

    void autoHasNoProblemWhateverIsInstalled()
    {
        const Carrier carrier = find("auto");
        QCOMPARE(carrier.problem, QString());
        QVERIFY(carrier.program.isEmpty() || carrier.note.isEmpty());
    }
};

QTEST_GUILESS_MAIN(CarrierTest)
#include "CarrierTest.moc"
