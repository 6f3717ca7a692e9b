// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtTest/QtTest>

#include "state/SavedState.h"

using namespace ghost;

namespace {

VmRecord record(const QString &name)
{
    VmRecord made;
    made.id = VmId::create();
    made.name = name;
    made.phase = VmRecord::Phase::Present;
    made.desired = DesiredState::Running;
    made.createdAtMs = 1'700'000'000'123;
    made.cpus = 2;
    made.memoryBytes = (qint64(1) << 53) + 1; // more than a double keeps
    made.diskBytes = 50'000'000'000;
    made.accelerator = Accelerator::Kvm;
    made.image = "mini";
    made.options = {{"cache", "none"}};
    made.pinned = {{"machine", "pc-q35-7.2"}};
    made.hypervisor = "hypervisor-libvirt";
    made.network = "network-nat";
    made.storage = "storage-qcow2";
    made.disk = VolumeId::create();
    made.seed = VolumeId::create();
    return made;
}

SavedState fullState()
{
    SavedState state;
    state.agentId = AgentId::create();
    state.vms = {record("a"), record("b")};
    state.leftovers = {{record("gone"), 5}};
    state.networks = {{"network-nat", NetworkId::create()}};
    JournalEntry entry;
    entry.operation.setId(OperationId::create());
    entry.operation.setStatus(Operation::Status::Running);
    entry.command = Command("CreateVM", {{QStringLiteral("memory_bytes"), (qint64(1) << 53) + 1},
                                         {QStringLiteral("blob"), QByteArray("\0\xff", 2)}});
    entry.command.setRequestId("request-1");
    entry.command.setTimeoutMs(1234);
    entry.steps = {"create disk", "build the seed"};
    state.journal = {entry};
    Operation ended = entry.operation;
    ended.setId(OperationId::create());
    ended.setStatus(Operation::Status::Failed);
    ended.setError(Error(Code::NotFound, "no such image"));
    state.ended = {ended};
    return state;
}

/// @p json with one member of its first VM changed.
QByteArray withBadVm(const QByteArray &json, const QString &key, const QJsonValue &value)
{
    QJsonObject root = QJsonDocument::fromJson(json).object();
    QJsonArray vms = root.value("vms").toArray();
    QJsonObject vm = vms[0].toObject();
    vm.insert(key, value);
    vms[0] = vm;
    root.insert("vms", vms);
    return QJsonDocument(root).toJson();
}

QByteArray with(const QByteArray &json, const QString &key, const QJsonValue &value)
{
    QJsonObject root = QJsonDocument::fromJson(json).object();
    root.insert(key, value);
    return QJsonDocument(root).toJson();
}

} // namespace

class SavedStateTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void survivesItsJson()
    {
        const SavedState state = fullState();
        const auto read = SavedState::fromJson(state.toJson());
        QVERIFY2(read, read ? "" : qPrintable(read.error().text()));
        QCOMPARE(read->toJson(), state.toJson());
        QCOMPARE(read->agentId, state.agentId);
        QCOMPARE(read->vms[0].memoryBytes, (qint64(1) << 53) + 1);
        QCOMPARE(read->vms[1].name, QString("b"));
        QCOMPARE(read->vms[0].disk, state.vms[0].disk);
        QCOMPARE(read->leftovers[0].sinceMs, qint64(5));
        QVERIFY(read->quarantined.isEmpty());
        const JournalEntry &entry = read->journal[0];
        QCOMPARE(entry.command.name(), QString("CreateVM"));
        QVERIFY(entry.command.arguments() == state.journal[0].command.arguments());
        QCOMPARE(entry.command.timeoutMs(), qint64(1234));
        QCOMPARE(entry.steps, state.journal[0].steps);
        QVERIFY(read->ended == state.ended);
    }

    void aFileOfBeforeThatHasNoEndsIsRead()
    {
        QJsonObject root = QJsonDocument::fromJson(fullState().toJson()).object();
        root.remove("ended");
        const auto read = SavedState::fromJson(QJsonDocument(root).toJson());
        QVERIFY(read && read->ended.isEmpty());
        const auto bad = SavedState::fromJson(with(fullState().toJson(), "ended", QJsonArray{"x", 7, QJsonObject()}));
        QVERIFY(bad && bad->ended.isEmpty());
    }

    void aRecordBeforeItsReservationSurvives()
    {
        SavedState state = fullState();
        state.vms[0].phase = VmRecord::Phase::Creating;
        state.vms[0].cpus = 0;
        state.vms[0].memoryBytes = 0;
        state.leftovers[0].record = state.vms[0];
        const auto read = SavedState::fromJson(state.toJson());
        QVERIFY(read);
        QVERIFY(read->quarantined.isEmpty());
        QCOMPARE(read->vms.size(), qsizetype(2));
        QCOMPARE(read->leftovers.size(), qsizetype(1));
    }

    void aBadRecordIsQuarantinedNotDropped_data()
    {
        QTest::addColumn<QString>("key");
        QTest::addColumn<QJsonValue>("value");
        QTest::newRow("no id") << "id" << QJsonValue("");
        QTest::newRow("bad id") << "id" << QJsonValue("x");
        QTest::newRow("no name") << "name" << QJsonValue("");
        QTest::newRow("name of another type") << "name" << QJsonValue(7);
        QTest::newRow("phase of tomorrow") << "phase" << QJsonValue("migrating");
        QTest::newRow("phase unspecified") << "phase" << QJsonValue("unspecified");
        QTest::newRow("no CPUs") << "cpus" << QJsonValue(0);
        QTest::newRow("negative memory") << "memory_bytes" << QJsonValue(-1);
        QTest::newRow("memory as text") << "memory_bytes" << QJsonValue("1");
        QTest::newRow("no hypervisor") << "hypervisor" << QJsonValue("");
        QTest::newRow("bad disk") << "disk" << QJsonValue("x");
    }
    void aBadRecordIsQuarantinedNotDropped()
    {
        QFETCH(QString, key);
        QFETCH(QJsonValue, value);
        const SavedState state = fullState();
        const auto read = SavedState::fromJson(withBadVm(state.toJson(), key, value));
        QVERIFY(read);
        QCOMPARE(read->vms.size(), qsizetype(1));
        QCOMPARE(read->vms[0].name, QString("b"));
        QCOMPARE(read->quarantined.size(), qsizetype(1));
        QCOMPARE(read->quarantined[0].first.value("image").toString(), QString("mini"));
        QVERIFY2(read->quarantined[0].second.contains(key), qPrintable(read->quarantined[0].second));
        // And it stays so over the next write.
        const auto again = SavedState::fromJson(read->toJson());
        QCOMPARE(again->quarantined, read->quarantined);
    }

    void whatIsNotOursIsRefusedWhole_data()
    {
        QTest::addColumn<QByteArray>("json");
        const QByteArray good = fullState().toJson();
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("garbage") << QByteArray("\xff\xfe garbage");
        QTest::newRow("cut off") << good.left(good.size() / 2);
        QTest::newRow("an array") << QByteArray("[]");
        QTest::newRow("an empty object") << QByteArray("{}");
        QTest::newRow("schema of tomorrow") << with(good, "schema", 2);
        QTest::newRow("schema as text") << with(good, "schema", "1");
        QTest::newRow("no agent id") << with(good, "agent_id", "");
        QTest::newRow("VMs that are no list") << with(good, "vms", QJsonObject());
        QTest::newRow("no VMs") << with(good, "vms", QJsonValue());
        QTest::newRow("operations that are no list") << with(good, "operations", "x");
    }
    void whatIsNotOursIsRefusedWhole()
    {
        QFETCH(QByteArray, json);
        const auto read = SavedState::fromJson(json);
        QVERIFY(!read);
        QVERIFY(!read.error().message().isEmpty());
    }

    void aBadOperationIsQuarantined()
    {
        const QByteArray json = with(fullState().toJson(), "operations", QJsonArray{QJsonObject{{"command", "X"}}});
        const auto read = SavedState::fromJson(json);
        QVERIFY(read);
        QVERIFY(read->journal.isEmpty());
        QCOMPARE(read->quarantined.size(), qsizetype(1));
    }
};

QTEST_GUILESS_MAIN(SavedStateTest)
#include "SavedStateTest.moc"
