// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QDirIterator>
#include <QRegularExpression>
#include <QTest>

#include "input/EventKind.h"

using ghost::ctl::eventKinds;
using ghost::ctl::parseEventKind;

class EventKindTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void knowsWhatTheAgentHas();
    void readsKindsAndFamilies_data();
    void readsKindsAndFamilies();
    void refusesTheRest_data();
    void refusesTheRest();
};

// No call tells the kinds: who adds one to the core adds it to ghostctl.
void EventKindTest::knowsWhatTheAgentHas()
{
    static const QRegularExpression kind("\"((?:vm|operation|plugin|host)\\.[a-z_]+|resync)\"");
    QStringList found;
    for (QDirIterator sources(qEnvironmentVariable("GHOST_SOURCE_DIR") + "/core", {"*.cpp"}, QDir::Files,
                              QDirIterator::Subdirectories);
         sources.hasNext();) {
        QFile source(sources.next());
        QVERIFY(source.open(QIODevice::ReadOnly));
        const QString text = QString::fromUtf8(source.readAll());
        for (auto match = kind.globalMatch(text); match.hasNext();)
            found.append(match.next().captured(1));
    }
    found.removeDuplicates();
    found.sort();
    QStringList known = eventKinds();
    known.sort();
    QCOMPARE(known, found);
}

void EventKindTest::readsKindsAndFamilies_data()
{
    QTest::addColumn<QString>("kind");
    for (const QString &kind : eventKinds())
        QTest::newRow(qPrintable(kind)) << kind;
    for (const char *family : {"vm", "operation", "plugin", "host"}) {
        QTest::newRow(family) << family + QString('.');
        QTest::addRow("%s.", family) << family + QString('.');
    }
}

void EventKindTest::readsKindsAndFamilies()
{
    QFETCH(QString, kind);
    const auto read = parseEventKind(QString(QTest::currentDataTag()));
    QVERIFY2(read, read ? "" : qPrintable(read.error().text()));
    QCOMPARE(*read, kind);
}

void EventKindTest::refusesTheRest_data()
{
    QTest::addColumn<QString>("hint");
    QTest::newRow("vm.creatd") << "did you mean 'vm.created'?";
    QTest::newRow("vm.cr") << "did you mean 'vm.created'?";
    QTest::newRow("operations.") << "did you mean 'operation.'?";
    QTest::newRow("resync.") << "did you mean 'resync'?";
    for (const char *text : {"", ".", "foo", "my-vm", "*"})
        QTest::newRow(text) << "there are: vm.created vm.changed ";
}

void EventKindTest::refusesTheRest()
{
    QFETCH(QString, hint);
    const auto read = parseEventKind(QString(QTest::currentDataTag()));
    QVERIFY(!read);
    QCOMPARE(read.error().code(), ghost::Code::InvalidArgument);
    QVERIFY2(read.error().hint().startsWith(hint), qPrintable(read.error().text()));
}

QTEST_APPLESS_MAIN(EventKindTest)
#include "EventKindTest.moc"
