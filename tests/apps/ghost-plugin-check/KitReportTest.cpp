// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QFile>
#include <QtCore/QMap>
#include <QtCore/QTemporaryDir>
#include <QtCore/QXmlStreamReader>
#include <QtTest/QTest>

#include "KitRun.h"

using namespace ghost;

/// What people and machines get to read.
class KitReportTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void tellsRuleSightAndPlace();
    void saysWhatItSkipped();
    void writesJUnit();
    void listsItsRows();
    void refusesAFileThatIsNoPlugin();
    void refusesUnknownSettings();
    void refusesAPatternThatMatchesNothing();

private:
    QString write(const QString &name, const QByteArray &text);

    QTemporaryDir m_folder;
};

QString KitReportTest::write(const QString &name, const QByteArray &text)
{
    QFile file(m_folder.filePath(name));
    return file.open(QIODevice::WriteOnly) && file.write(text) == text.size() ? file.fileName() : QString();
}

void KitReportTest::tellsRuleSightAndPlace()
{
    const QString config = write(QStringLiteral("c.json"), R"({"fault": "unknown-id"})");
    const KitRun run = KitRun::of({fakePlugin(), "--config", config, "--only", "unknown-id"});
    QCOMPARE(run.exitCode, 1);
    QVERIFY2(run.output.contains("inspect of an unknown id: wanted NotFound, got FailedPrecondition 'nothing to see'"),
             qPrintable(run.output));
    QVERIFY(run.output.contains("written  ghost/Hypervisor.h"));
    QVERIFY(run.output.contains("\n0 passed, 1 failed, 0 skipped in "));
}

void KitReportTest::saysWhatItSkipped()
{
    const KitRun run = KitRun::of({fakePlugin(), "--only", "disks-stay"});
    QCOMPARE(run.exitCode, 0);
    QVERIFY2(run.output.contains("its VMs have no disks"), qPrintable(run.output));
    QVERIFY(run.output.contains("\n0 passed, 0 failed, 1 skipped in "));
}

void KitReportTest::writesJUnit()
{
    const QString config = write(QStringLiteral("c.json"), R"({"fault": "unknown-id"})");
    const QString junit = m_folder.filePath(QStringLiteral("junit.xml"));
    KitRun::of({fakePlugin(), "--config", config, "--only", "unknown-id", "--only", "list-exact", "--only",
                "disks-stay", "--junit", junit});
    QFile file(junit);
    QVERIFY(file.open(QIODevice::ReadOnly));
    QXmlStreamReader xml(&file);
    QMap<QString, QString> results; // of each row: what its element says of the end
    QString row;
    while (!xml.atEnd()) {
        if (xml.readNext() != QXmlStreamReader::StartElement)
            continue;
        const auto is = [&xml](const char *name) { return xml.name() == QLatin1String(name); };
        const auto attribute = [&xml](const char *name) {
            return xml.attributes().value(QLatin1String(name)).toString();
        };
        if (is("testsuite")) {
            QCOMPARE(attribute("name"), QString("hypervisor-fake"));
            QCOMPARE(attribute("tests") + ' ' + attribute("failures") + ' ' + attribute("skipped"), QString("3 1 1"));
        } else if (is("testcase")) {
            row = attribute("name");
            QCOMPARE(attribute("classname"), QString("hypervisor"));
            QVERIFY(attribute("time").toDouble() > 0);
            results[row] = "passed";
        } else if (is("failure")) {
            const QString message = attribute("message");
            results[row] = "failure: " + message + '\n' + xml.readElementText();
        } else {
            QVERIFY2(is("skipped"), qPrintable(xml.name().toString()));
            results[row] = "skipped: " + attribute("message");
        }
    }
    QVERIFY2(!xml.hasError(), qPrintable(xml.errorString()));
    QCOMPARE(results.keys(), (QStringList{"disks-stay", "list-exact", "unknown-id"}));
    QCOMPARE(results["list-exact"], QString("passed"));
    QCOMPARE(results["disks-stay"], QString("skipped: its VMs have no disks"));
    QVERIFY2(
        results["unknown-id"].startsWith("failure: inspect of an unknown id: wanted NotFound, got FailedPrecondition "
                                         "'nothing to see'\nrule: inspect, powerOn and powerOff of an unknown id are "
                                         "NotFound\nwritten: ghost/Hypervisor.h, inspect, powerOn, powerOff: \"Unknown "
                                         "id: NotFound\"\n"),
        qPrintable(results["unknown-id"]));
}

void KitReportTest::listsItsRows()
{
    const KitRun run = KitRun::of({"--list"});
    QCOMPARE(run.exitCode, 0);
    QVERIFY(run.output.contains("create-ten-times"));
}

void KitReportTest::refusesAFileThatIsNoPlugin()
{
    const KitRun run = KitRun::of({write(QStringLiteral("no.so"), "no plugin")});
    QCOMPARE(run.exitCode, 1);
    QVERIFY2(run.output.contains("is not a plugin of this Qt"), qPrintable(run.output));
}

void KitReportTest::refusesUnknownSettings()
{
    const KitRun run = KitRun::of({fakePlugin(), "--config", write(QStringLiteral("c.json"), R"({"falt": ""})")});
    QCOMPARE(run.exitCode, 64);
    QVERIFY2(run.output.contains("unknown key 'falt'"), qPrintable(run.output));
}

void KitReportTest::refusesAPatternThatMatchesNothing()
{
    const KitRun run = KitRun::of({fakePlugin(), "--only", "no-such-row"});
    QCOMPARE(run.exitCode, 64);
}

QTEST_GUILESS_MAIN(KitReportTest)
#include "KitReportTest.moc"
