// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "output/Printable.h"
#include "output/Table.h"

using ghost::ctl::displayWidth;
using ghost::ctl::printable;
using ghost::ctl::Table;

class TableTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void alignsColumnsWithoutBlanksAtTheEnd();
    void alignsWideAndCombinedCharacters();
    void needsNoHeader();
    void writesOutWhatATerminalWouldObey_data();
    void writesOutWhatATerminalWouldObey();
    void leavesOrdinaryTextAlone();
};

void TableTest::alignsColumnsWithoutBlanksAtTheEnd()
{
    Table table({"NAME", "STATE", "X"});
    table.addRow({"a", "running", ""});
    table.addRow({"longer-name", "off", "y"});
    QCOMPARE(table.toText(), QString("NAME         STATE    X\n"
                                     "a            running  -\n"
                                     "longer-name  off      y\n"));
}

void TableTest::alignsWideAndCombinedCharacters()
{
    QCOMPARE(displayWidth(QString("äöü")), 3);
    QCOMPARE(displayWidth(QString("a\u0308")), 1);
    QCOMPARE(displayWidth(QString("仮想")), 4);
    QCOMPARE(displayWidth(QString("🚀")), 2);
    Table table;
    table.addRow({"仮想", "x"});
    table.addRow({"äöü", "y"});
    QCOMPARE(table.toText(), QString("仮想  x\näöü   y\n"));
}

void TableTest::needsNoHeader()
{
    Table table;
    table.addRow({"name", "my-vm"});
    table.addRow({"address", ""});
    QCOMPARE(table.toText(), QString("name     my-vm\naddress  -\n"));
}

void TableTest::writesOutWhatATerminalWouldObey_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("shown");
    QTest::newRow("escape sequence") << QString("a\x1b[31mb") << QString("a\\x1b[31mb");
    QTest::newRow("carriage return") << QString("a\rb") << QString("a\\x0db");
    QTest::newRow("line feed") << QString("a\nb") << QString("a\\nb");
    QTest::newRow("C1 control") << QString("a\u009bb") << QString("a\\x9bb");
    QTest::newRow("delete") << QString("a\x7f") << QString("a\\x7f");
    QTest::newRow("right-to-left override") << QString("a\u202e") << QString("a\\u202e");
    QTest::newRow("NUL") << QString(QChar(u'\0')) << QString("\\x00");
}

void TableTest::writesOutWhatATerminalWouldObey()
{
    QFETCH(QString, text);
    QTEST(printable(text), "shown");
    Table table;
    table.addRow({text});
    QTEST(table.toText().chopped(1), "shown");
}

void TableTest::leavesOrdinaryTextAlone()
{
    const QString text("my-vm ä 仮想 🚀 «x»");
    QCOMPARE(printable(text), text);
}

QTEST_APPLESS_MAIN(TableTest)
#include "TableTest.moc"
