// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <functional>

#include <QtCore/QFile>
#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>
#include <QtTest/QtTest>

#include "RouterFixture.h"

using namespace ghost;

namespace {

void edit(const QString &file, const std::function<void(QJsonObject &)> &change)
{
    QFile json(file);
    QVERIFY(json.open(QIODevice::ReadWrite));
    QJsonObject root = QJsonDocument::fromJson(json.readAll()).object();
    change(root);
    QVERIFY(json.resize(0) && json.seek(0));
    QVERIFY(json.write(QJsonDocument(root).toJson()) > 0);
}

/// Writes @p changes into the only VM's record; null takes a field away. With @p asLeftover it is being removed.
void changeRecord(const QString &file, const QJsonObject &changes, bool asLeftover)
{
    edit(file, [&](QJsonObject &root) {
        QJsonObject record = root.value("vms").toArray().first().toObject();
        for (auto at = changes.begin(); at != changes.end(); ++at)
            record.insert(at.key(), at->isNull() ? QJsonValue(QJsonValue::Undefined) : at.value());
        root.insert("vms", asLeftover ? QJsonArray() : QJsonArray{record});
        if (asLeftover)
            root.insert("removing", QJsonArray{QJsonObject{{"record", record}, {"since_ms", 1}}});
    });
}

} // namespace

/// What commands make of entries of vms.json that cannot be read.
class QuarantinedRecordsTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void anImageOfARecordInQuarantineStays_data()
    {
        QTest::addColumn<QJsonObject>("change");
        QTest::addColumn<bool>("isLeftover");
        QTest::addColumn<bool>("isRefused");
        const QJsonObject bad{{"phase", "a later one"}};
        const auto with = [&](const QJsonValue &image) {
            QJsonObject change = bad;
            change.insert("image", image);
            return change;
        };
        QTest::newRow("its own") << bad << false << true;
        QTest::newRow("unreadable") << with(7) << false << true;
        QTest::newRow("missing") << with(QJsonValue::Null) << false << true;
        QTest::newRow("another") << with("debian-12") << false << false;
        QTest::newRow("none") << with("") << false << false;
        QTest::newRow("its own, being removed") << bad << true << true;
        QTest::newRow("another, being removed") << with("debian-12") << true << false;
    }
    void anImageOfARecordInQuarantineStays()
    {
        QFETCH(QJsonObject, change);
        QFETCH(bool, isLeftover);
        QFETCH(bool, isRefused);
        RouterFixture fixture;
        const VmId id = fixture->created("a", stopped());
        const QString folder = fixture->folder;
        fixture.agent.reset();
        changeRecord(folder + "/vms.json", change, isLeftover);
        fixture.agent = std::make_unique<TestAgent>(folder, fixture.world);
        QVERIFY(!fixture->store.record(id));
        const Operation operation = fixture->run("RemoveImage", {{QStringLiteral("name"), "ubuntu-22.04"}});
        QCOMPARE(operation.status(), isRefused ? Operation::Status::Failed : Operation::Status::Succeeded);
        if (isRefused) {
            QCOMPARE(operation.error().code(), Code::FailedPrecondition);
            QVERIFY2(operation.error().message().contains("'a'"), qPrintable(operation.error().message()));
        }
        QCOMPARE(fixture.world->images.isEmpty(), !isRefused);
    }

    void aVmWhoseRecordIsInQuarantineIsShownAndLeftAlone_data()
    {
        QTest::addColumn<QString>("command");
        for (const char *command : {"StartVM", "StopVM", "RestartVM", "DeleteVM"})
            QTest::newRow(command) << command;
    }
    void aVmWhoseRecordIsInQuarantineIsShownAndLeftAlone()
    {
        QFETCH(QString, command);
        RouterFixture fixture;
        const VmId id = fixture->created("a");
        const QStringList things = fixture.world->things();
        const QString folder = fixture->folder;
        fixture.agent.reset();
        changeRecord(folder + "/vms.json", {{"phase", QJsonValue::Null}}, false);
        fixture.agent = std::make_unique<TestAgent>(folder, fixture.world);
        fixture->observer.resync("hypervisor");
        const Error error = fixture->run(command, {{QStringLiteral("vm"), "a"}}).error();
        QCOMPARE(error.code(), Code::FailedPrecondition);
        QVERIFY2(error.message().contains("cannot be read: 'phase'"), qPrintable(error.message()));
        QVERIFY(fixture->drivers.close(std::chrono::seconds(20)));
        QCOMPARE(fixture->vm("a")->id(), id);
        QCOMPARE(fixture->vm("a")->state(), VmState::Unknown);
        QCOMPARE(fixture.world->things(), things);
        for (const QStringList warnings = fixture->store.state()->warnings(); const QString &warning : warnings)
            QVERIFY2(!warning.contains("no record here"), qPrintable(warning));
    }

    void anOperationInQuarantineHoldsNoImage()
    {
        RouterFixture fixture;
        const QString folder = fixture->folder;
        fixture.agent.reset();
        edit(folder + "/vms.json", [](QJsonObject &root) {
            root.insert("operations", QJsonArray{QJsonObject{{"operation", ""}, {"command", "StopVM"}}});
        });
        fixture.agent = std::make_unique<TestAgent>(folder, fixture.world);
        QCOMPARE(fixture->store.state()->warnings().size(), qsizetype(1));
        QCOMPARE(fixture->run("RemoveImage", {{QStringLiteral("name"), "ubuntu-22.04"}}).status(),
                 Operation::Status::Succeeded);
    }
};

QTEST_GUILESS_MAIN(QuarantinedRecordsTest)
#include "QuarantinedRecordsTest.moc"
