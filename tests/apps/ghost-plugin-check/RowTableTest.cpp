// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QFile>
#include <QtCore/QRegularExpression>
#include <QtCore/QSet>
#include <QtTest/QTest>

#include "RowTable.h"

using namespace ghost::kit;

/// Each row says where its rule is written; an author looks there.
class RowTableTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void namesAreUnique();
    void quotesStandWhereTheyAreSaidToStand_data();
    void quotesStandWhereTheyAreSaidToStand();
};

namespace {

/// As one line, without the marks of comments. Null: no such file.
QString textOf(const QString &name)
{
    static const QRegularExpression lineEnd(QStringLiteral("\\s*\\n\\s*(///<?|//|\\*)?\\s*"));
    for (const char *folder : {"sdk/include", "share/doc/reference", "share/schema", "sdk/cmake"}) {
        QFile file(
            QStringLiteral("%1/%2/%3").arg(qEnvironmentVariable("GHOST_SOURCE_DIR"), QLatin1String(folder), name));
        if (file.open(QIODevice::ReadOnly))
            return QString::fromUtf8(file.readAll()).replace(lineEnd, QStringLiteral(" "));
    }
    return {};
}

} // namespace

void RowTableTest::namesAreUnique()
{
    QSet<QString> names;
    for (const Suite &suite : suites())
        for (const Row &row : suite.rows) {
            QVERIFY2(!names.contains(row.name), row.name);
            names.insert(row.name);
        }
}

void RowTableTest::quotesStandWhereTheyAreSaidToStand_data()
{
    QTest::addColumn<QString>("where");
    for (const Suite &suite : suites())
        for (const Row &row : suite.rows)
            QTest::newRow(row.name) << QString::fromUtf8(row.where);
}

void RowTableTest::quotesStandWhereTheyAreSaidToStand()
{
    QFETCH(QString, where);
    static const QRegularExpression word(QStringLiteral("([\\w/.-]+\\.(?:h|md|json|cmake|map))|\"([^\"]*)\""));
    QString text;
    for (auto found = word.globalMatch(where); found.hasNext();) {
        const auto match = found.next();
        if (!match.captured(1).isEmpty()) {
            text = textOf(match.captured(1));
            QVERIFY2(!text.isEmpty(), qPrintable(match.captured(1) + " is not there"));
        } else {
            QVERIFY2(text.contains(match.captured(2)), qPrintable(match.captured(2)));
        }
    }
    QVERIFY2(!text.isEmpty(), "names no file");
}

QTEST_GUILESS_MAIN(RowTableTest)
#include "RowTableTest.moc"
