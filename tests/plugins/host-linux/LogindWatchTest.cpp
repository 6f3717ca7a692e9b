// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <optional>

#include <QtTest/QTest>

#include "HostFixture.h"
#include "MockLogind.h"

using namespace ghost;

class LogindWatchTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void publishesWhatLogindAnnounces_data();
    void publishesWhatLogindAnnounces();

private:
    // One for all: libdbus reads where the system bus is once in a process.
    MockLogind m_logind;
};

void LogindWatchTest::publishesWhatLogindAnnounces_data()
{
    QTest::addColumn<QString>("signal");
    QTest::addColumn<bool>("begins");
    QTest::addColumn<int>("kind");
    const auto row = [](const char *signal, bool begins, DriverEvent::Kind kind) {
        QTest::addRow("%s(%s)", signal, begins ? "true" : "false") << QString(signal) << begins << int(kind);
    };
    row("PrepareForSleep", true, DriverEvent::Kind::HostSleeping);
    row("PrepareForSleep", false, DriverEvent::Kind::HostAwake);
    row("PrepareForShutdown", true, DriverEvent::Kind::HostShuttingDown);
    row("PrepareForShutdown", false, DriverEvent::Kind::HostShutdownCancelled);
}

void LogindWatchTest::publishesWhatLogindAnnounces()
{
    QFETCH(QString, signal);
    QFETCH(bool, begins);
    QFETCH(int, kind);
    if (!m_logind.missing().isEmpty())
        QSKIP(qPrintable(m_logind.missing()));
    HostFixture host;
    QVERIFY(QTest::qWaitFor([&] { return host.context().logText().contains("listening to logind"); }, 20'000));
    QVERIFY(m_logind.announce(signal, begins));
    QVERIFY(QTest::qWaitFor([&] { return !host.context().events().isEmpty(); }, 20'000));
    QCOMPARE(host.context().events().size(), 1);
    QCOMPARE(int(host.context().events().constFirst().kind), kind);
    QVERIFY(host.context().events().constFirst().vm.isNull());
}

QTEST_GUILESS_MAIN(LogindWatchTest)
#include "LogindWatchTest.moc"
