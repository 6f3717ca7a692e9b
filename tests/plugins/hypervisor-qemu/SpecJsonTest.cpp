// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "SpecJson.h"

#include <QtCore/QJsonDocument>
#include <QtTest/QTest>

using namespace ghost;

class SpecJsonTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void losesNothing();
    void refusesWhatIsNotWhole_data();
    void refusesWhatIsNotWhole();

private:
    static StoredVm full();
};

StoredVm SpecJsonTest::full()
{
    StoredVm vm;
    vm.machine = {QStringLiteral("pc-q35-7.2"), QStringLiteral("Nehalem"), Accelerator::Tcg};
    vm.spec.setId(VmId::create());
    vm.spec.setName(QStringLiteral("Zoë's \"VM\""));
    vm.spec.setCpus(3);
    vm.spec.setMemoryBytes(qint64(6) << 30);
    vm.spec.setAccelerator(Accelerator::Auto);
    DiskSource disk;
    disk.setVolume(VolumeId::create());
    disk.setPath(QStringLiteral("/var/lib/a, b.qcow2"));
    disk.setFormat(QStringLiteral("qcow2"));
    DiskSource seed = disk;
    seed.setReadOnly(true);
    seed.setFormat(QStringLiteral("raw"));
    vm.spec.setDisks({disk, seed});
    PortForward forward;
    forward.setProtocol(PortForward::Protocol::Udp);
    forward.setHostAddress(QStringLiteral("127.0.0.1"));
    forward.setHostPort(5353);
    forward.setGuestPort(53);
    NicSource nic;
    nic.setKind(NicSource::Kind::User);
    nic.setMac(QStringLiteral("52:54:00:12:34:56"));
    nic.setTarget(QStringLiteral("/usr/bin/passt"));
    nic.setReservedIp(QStringLiteral("10.0.2.15"));
    nic.setForwards({forward});
    vm.spec.setNics({nic});
    vm.spec.setOptions({{QStringLiteral("cache"), QStringLiteral("none")}});
    vm.spec.setPinned(vm.machine.toJson());
    return vm;
}

void SpecJsonTest::losesNothing()
{
    const StoredVm vm = full();
    const auto read = storedVmFromJson(QJsonDocument::fromJson(QJsonDocument(toJson(vm)).toJson()).object());
    QVERIFY2(read, qPrintable(read ? QString() : read.error().text()));
    QCOMPARE(read->spec, vm.spec);
    QCOMPARE(read->machine.toJson(), vm.machine.toJson());
}

void SpecJsonTest::refusesWhatIsNotWhole_data()
{
    QTest::addColumn<QString>("field");
    for (const char *field : {"format", "id", "cpus", "memory_bytes", "pinned"})
        QTest::newRow(field) << QString::fromLatin1(field);
}

void SpecJsonTest::refusesWhatIsNotWhole()
{
    QFETCH(QString, field);
    QJsonObject json = toJson(full());
    json.remove(field);
    const auto read = storedVmFromJson(json);
    QVERIFY(!read);
    QCOMPARE(read.error().code(), Code::FailedPrecondition);
}

QTEST_GUILESS_MAIN(SpecJsonTest)
#include "SpecJsonTest.moc"
