// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QTemporaryDir>
#include <QtTest/QtTest>

#include "qemu-img/DiskSpace.h"

using namespace ghost;

namespace {

const QString setting = QStringLiteral("settings.images-local.reserve_bytes");
constexpr qint64 petabyte = qint64(1) << 50;

} // namespace

class DiskSpaceTest : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;

private Q_SLOTS:
    // The reserve may be more than all that is free: it is no part of it.
    void namesTheSettingThatKeepsTheRoom()
    {
        const auto room = requireFreeBytes(m_folder.path(), 1, petabyte, setting);
        QVERIFY(!room);
        QCOMPARE(room.error().code(), Code::ResourceExhausted);
        const QString message = room.error().message();
        QVERIFY2(message.startsWith("too little space on the disk of " + m_folder.path() + ": 1 "),
                 qPrintable(message));
        QVERIFY2(message.endsWith(" free, and " + setting + " wants 1.00 PiB to stay free for the owner"),
                 qPrintable(message));
        QCOMPARE(room.error().hint(), "make room there, or lower " + setting);
    }

    void blamesNoSettingForAFullDisk()
    {
        const auto room = requireFreeBytes(m_folder.path(), petabyte, petabyte, setting);
        QVERIFY(!room);
        QCOMPARE(room.error().code(), Code::ResourceExhausted);
        const QString text = room.error().text();
        QVERIFY2(text.startsWith("no space left on the disk of " + m_folder.path() + ": 1.00 PiB needed, "),
                 qPrintable(text));
        QVERIFY2(!text.contains(setting), qPrintable(text));
    }
};

QTEST_GUILESS_MAIN(DiskSpaceTest)
#include "DiskSpaceTest.moc"
