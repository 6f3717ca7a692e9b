// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>

#include "FakeServer.h"
#include "Ghostctl.h"

namespace v1 = ghost::agent::v1;

/// operation list --vm, of a VM that is there no more.
class OperationListTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aVmThatIsGoneKeepsItsHistory_data();
    void aVmThatIsGoneKeepsItsHistory();
    void aNameThatNoVmHadIsSaid();

private:
    static void add(FakeServer &server, const char *id, const char *subject, const char *vm,
                    v1::OperationStatus status);
    static void fill(FakeServer &server);
};

void OperationListTest::add(FakeServer &server, const char *id, const char *subject, const char *vm,
                            v1::OperationStatus status)
{
    v1::Operation operation = FakeServer::ended(status);
    operation.set_id(id);
    operation.set_subject(subject);
    operation.set_vm_id(vm);
    *server.operations.add_operations() = operation;
}

void OperationListTest::fill(FakeServer &server)
{
    add(server, "delete", "as", "1", v1::OPERATION_STATUS_RUNNING);
    add(server, "create of another", "at", "2", v1::OPERATION_STATUS_SUCCEEDED);
    add(server, "import of an image", "as", "", v1::OPERATION_STATUS_SUCCEEDED);
    add(server, "start", "as", "1", v1::OPERATION_STATUS_FAILED);
    add(server, "create", "as", "1", v1::OPERATION_STATUS_SUCCEEDED);
}

void OperationListTest::aVmThatIsGoneKeepsItsHistory_data()
{
    QTest::addColumn<QStringList>("options");
    QTest::addColumn<QStringList>("shown");
    QTest::newRow("all") << QStringList{"--all"} << QStringList{"delete", "start", "create"};
    QTest::newRow("two") << QStringList{"--all", "--limit", "2"} << QStringList{"delete", "start"};
    QTest::newRow("under way") << QStringList() << QStringList{"delete"};
}

void OperationListTest::aVmThatIsGoneKeepsItsHistory()
{
    QFETCH(QStringList, options);
    QFETCH(QStringList, shown);
    FakeServer server;
    fill(server);
    const auto outcome =
        Ghostctl::run(QStringList{"--root", server.root(), "operation", "list", "--vm", "as", "-o", "json"} + options);
    QVERIFY2(outcome.exitCode == 0, qPrintable(outcome.err));
    QStringList ids;
    const QJsonArray operations = QJsonDocument::fromJson(outcome.out.toUtf8()).array();
    for (const QJsonValue &operation : operations)
        ids.append(operation["id"].toString());
    QCOMPARE(ids, shown);
}

void OperationListTest::aNameThatNoVmHadIsSaid()
{
    FakeServer server;
    fill(server);
    const auto outcome = Ghostctl::run({"--root", server.root(), "operation", "list", "--vm", "nobody", "--all"});
    QCOMPARE(outcome.exitCode, 11);
    QCOMPARE(outcome.err, QString("ghostctl: operation list: no VM 'nobody'\n"));
}

QTEST_GUILESS_MAIN(OperationListTest)
#include "OperationListTest.moc"
