// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <type_traits>

#include <QtCore/QSet>
#include <QtTest/QtTest>

#include "ghost/Ids.h"

using namespace ghost;

static_assert(!std::is_convertible_v<VmId, VolumeId> && !std::is_convertible_v<QUuid, VmId>,
              "an id names one kind of thing");

class IdsTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void anIdSurvivesItsText()
    {
        const VmId id = VmId::create();
        QVERIFY(!id.isNull());
        QCOMPARE(id.toString().size(), qsizetype(36));
        QCOMPARE(id.toString(), id.toString().toLower());
        QCOMPARE(VmId::fromString(id.toString()), id);
        QCOMPARE(VmId::fromString(id.toString().toUpper()), id);
        QCOMPARE(id.shortString(), id.toString().left(8));
    }

    void whatIsNoIdIsNull_data()
    {
        QTest::addColumn<QString>("text");
        QTest::newRow("empty") << "";
        QTest::newRow("a name") << "my-vm";
        QTest::newRow("in braces") << "{a9a3b6c0-0000-4000-8000-000000000001}";
        QTest::newRow("without hyphens") << "a9a3b6c000004000800000000000000001";
        QTest::newRow("36 other characters") << QString(36, 'x');
        QTest::newRow("one too many") << "a9a3b6c0-0000-4000-8000-0000000000011";
    }
    void whatIsNoIdIsNull()
    {
        QFETCH(QString, text);
        QVERIFY(VmId::fromString(text).isNull());
    }

    void idsAreDifferentAndCanBeKeys()
    {
        QSet<VmId> ids;
        for (int number = 0; number < 100; ++number)
            ids.insert(VmId::create());
        QCOMPARE(ids.size(), qsizetype(100));
        const VmId a = VmId::create();
        const VmId b = VmId::create();
        QVERIFY((a < b) != (b < a));
        QVERIFY(!(a < a));
    }
};

QTEST_GUILESS_MAIN(IdsTest)
#include "IdsTest.moc"
