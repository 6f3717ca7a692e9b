// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtTest/QtTest>

#include "ghost/Result.h"

using namespace ghost;

namespace {

Result<int> half(int number)
{
    if (number % 2 != 0)
        return Error(Code::InvalidArgument, QStringLiteral("odd"));
    return number / 2;
}

} // namespace

class ResultTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void everyCodeHasItsName_data()
    {
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("name");
        const QStringList names{
            "Unspecified",       "InvalidArgument",  "NotFound",        "AlreadyExists", "FailedPrecondition",
            "ResourceExhausted", "PermissionDenied", "Unauthenticated", "Unsupported",   "Busy",
            "Unavailable",       "DeadlineExceeded", "Cancelled",       "Internal"};
        QCOMPARE(names.size(), qsizetype(Code::Internal) + 1);
        for (int code = 0; code < names.size(); ++code)
            QTest::newRow(qPrintable(names[code])) << code << names[code];
    }
    void everyCodeHasItsName()
    {
        QFETCH(int, code);
        QFETCH(QString, name);
        QCOMPARE(codeName(Code(code)), name);
        QCOMPARE(codeFromName(name), Code(code));
    }

    void strangeCodesAndNamesAreUnspecified()
    {
        QCOMPARE(codeName(Code(99)), QString("Unspecified"));
        QCOMPARE(codeName(Code(-1)), QString("Unspecified"));
        QCOMPARE(codeFromName(QStringLiteral("notfound")), Code::Unspecified);
        QCOMPARE(codeFromName(QString()), Code::Unspecified);
    }

    void textShowsTheHint()
    {
        const Error error(Code::NotFound, "no VM 'a'");
        QCOMPARE(error.text(), QString("no VM 'a'"));
        QCOMPARE(error.withHint("see the list").text(), QString("no VM 'a' (see the list)"));
        QCOMPARE(error.text(), QString("no VM 'a'")); // a copy had it
    }

    void withinKeepsTheRest()
    {
        const Error error = Error(Code::NotFound, "none").withField("vm").withHint("look");
        const Error outer = error.within("start");
        QCOMPARE(outer.message(), QString("start: none"));
        QCOMPARE(outer.code(), Code::NotFound);
        QCOMPARE(outer.field(), QString("vm"));
        QCOMPARE(outer.hint(), QString("look"));
        QCOMPARE(error.message(), QString("none"));
    }

    void percentSignsInTextsAreText()
    {
        QCOMPARE(Error(Code::Internal, "50 %1").withHint("%2").text(), QString("50 %1 (%2)"));
    }

    void equalErrorsAreEqual()
    {
        QVERIFY(Error(Code::Busy, "a") == Error(Code::Busy, "a"));
        QVERIFY(!(Error(Code::Busy, "a") == Error(Code::Busy, "b")));
        QVERIFY(!(Error(Code::Busy, "a") == Error(Code::Busy, "a").withField("f")));
        QVERIFY(Error() == Error());
    }

    void carriesAValueOrAnError()
    {
        QCOMPARE(half(4).value(), 2);
        QVERIFY(!half(3));
        QCOMPARE(half(3).error().message(), QString("odd"));
        QVERIFY(Result<void>());
        const Result<void> failed = Error(Code::Internal, "x");
        QVERIFY(!failed);
        QCOMPARE(failed.error().code(), Code::Internal);
    }
};

QTEST_GUILESS_MAIN(ResultTest)
#include "ResultTest.moc"
