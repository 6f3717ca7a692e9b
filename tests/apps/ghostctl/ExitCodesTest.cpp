// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QSet>
#include <QTest>

#include "ExitCodes.h"

using namespace ghost;
using namespace ghost::ctl;

class ExitCodesTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void hasOneForEachCode();
    void isDistinct();
    void isDocumented();
};

void ExitCodesTest::hasOneForEachCode()
{
    QCOMPARE(codeExits.size(), size_t(Code::Internal));
    for (int code = int(Code::InvalidArgument); code <= int(Code::Internal); ++code)
        QCOMPARE(codeExits[size_t(code) - 1].code, Code(code));
}

void ExitCodesTest::isDistinct()
{
    QSet<int> seen{ExitCode::Ok,          ExitCode::Usage,      ExitCode::OutputFailed,
                   ExitCode::Interrupted, ExitCode::ReaderGone, 1};
    for (const CodeExit &entry : codeExits) {
        QVERIFY2(!seen.contains(entry.exit), entry.meaning);
        QVERIFY(entry.exit < 126); // the shell's own begin there
        seen.insert(entry.exit);
        QCOMPARE(exitCodeOf(entry.code), entry.exit);
    }
}

void ExitCodesTest::isDocumented()
{
    const QString text = exitCodesText();
    for (const CodeExit &entry : codeExits) {
        QVERIFY(text.contains(QString::number(entry.exit)));
        QVERIFY(text.contains(codeName(entry.code)));
    }
    QVERIFY(text.contains("130"));
}

QTEST_APPLESS_MAIN(ExitCodesTest)
#include "ExitCodesTest.moc"
