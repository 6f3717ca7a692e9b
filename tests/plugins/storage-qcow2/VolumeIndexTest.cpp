// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QDir>
#include <QtCore/QJsonObject>
#include <QtCore/QTemporaryDir>
#include <QtTest/QTest>

#include "VolumeIndex.h"
#include "files/DurableFiles.h"

using namespace ghost;

class VolumeIndexTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void keepsEveryField()
    {
        QTemporaryDir folder;
        const VolumeIndex index(folder.path());
        const VolumeRecord record{VolumeId::create(),       "a",
                                  VolumeRecord::Kind::Seed, "a-seed.img",
                                  "../images/x.qcow2",      (qint64(1) << 52) + 1};
        QVERIFY(index.write(record));
        QVERIFY(index.contains(record.id));
        const auto read = index.read(record.id);
        QVERIFY(read);
        QCOMPARE(read->id, record.id);
        QCOMPARE(read->name, record.name);
        QCOMPARE(read->kind, record.kind);
        QCOMPARE(read->file, record.file);
        QCOMPARE(read->backing, record.backing);
        QCOMPARE(read->sizeBytes, record.sizeBytes);
        QVERIFY(index.remove(record.id));
        QVERIFY(index.remove(record.id));
        QCOMPARE(index.read(record.id).error().code(), Code::NotFound);
    }

    void trustsNoDamagedRecord_data()
    {
        QTest::addColumn<QString>("key");
        QTest::addColumn<QJsonValue>("value");
        QTest::newRow("newer schema") << "schema" << QJsonValue(2);
        QTest::newRow("other id") << "id" << QJsonValue(VolumeId::create().toString());
        QTest::newRow("no kind") << "kind" << QJsonValue();
        QTest::newRow("no file") << "file" << QJsonValue("");
        QTest::newRow("file elsewhere") << "file" << QJsonValue("../images/mini.qcow2");
        QTest::newRow("folder itself") << "file" << QJsonValue("..");
    }
    void trustsNoDamagedRecord()
    {
        QFETCH(QString, key);
        QFETCH(QJsonValue, value);
        QTemporaryDir folder;
        const VolumeIndex index(folder.path());
        const VolumeRecord record{VolumeId::create(), "a", VolumeRecord::Kind::Disk, "a.qcow2", {}, 1};
        QVERIFY(index.write(record));
        const QString path = folder.filePath(record.id.toString() + ".json");
        QJsonObject object = *readJson(path);
        object[key] = value;
        QVERIFY(writeJson(path, object));
        QCOMPARE(index.read(record.id).error().code(), Code::FailedPrecondition);
        QCOMPARE(index.readAll().records.size(), 0);
        QCOMPARE(index.readAll().problems.size(), 1);
    }
};

QTEST_GUILESS_MAIN(VolumeIndexTest)
#include "VolumeIndexTest.moc"
