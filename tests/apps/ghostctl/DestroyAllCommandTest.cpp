// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include <csignal>

#include "FakeServer.h"
#include "Ghostctl.h"

namespace v1 = ghost::agent::v1;

class DestroyAllCommandTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void removesEveryVmThenTheNetworks();
    void interruptCancelsTheDeleteAndTouchesNothingMore();
    void interruptThatCameTooLateLeavesTheNextVm();
    void interruptAtTheLastVmLeavesTheNetworks();

private:
    /// Two VMs, of which the first is deleted when ghostctl is interrupted.
    static void fill(FakeServer &server)
    {
        for (const char *name : {"first", "second"})
            *server.vms.add_vms() = FakeServer::vm(name);
        server.vms.mutable_vms(0)->set_id("id-of-first");
        server.vms.mutable_vms(1)->set_id("id-of-second");
        server.operation = {FakeServer::step("remove")};
    }
    static Ghostctl::Outcome interrupted(const FakeServer &server)
    {
        Ghostctl ghostctl({"--root", server.root(), "destroy-all", "--yes"});
        if (!ghostctl.waitForError("remove"))
            return {};
        ghostctl.signal(SIGINT);
        return ghostctl.finish();
    }
};

void DestroyAllCommandTest::removesEveryVmThenTheNetworks()
{
    FakeServer server;
    fill(server);
    server.operation = {FakeServer::ended(v1::OPERATION_STATUS_SUCCEEDED)};
    const auto outcome = Ghostctl::run({"--root", server.root(), "destroy-all", "--yes"});
    QCOMPARE(outcome.exitCode, 0);
    QCOMPARE(outcome.out, QString("removed: 2 VMs, and the agent's networks\n"));
    QCOMPARE(server.deleted(), (std::vector<std::string>{"id-of-first", "id-of-second"}));
    QVERIFY(server.networksRemoved());
}

void DestroyAllCommandTest::interruptCancelsTheDeleteAndTouchesNothingMore()
{
    FakeServer server;
    fill(server);
    const auto outcome = interrupted(server);
    QCOMPARE(outcome.exitCode, 130);
    QCOMPARE(outcome.out, QString());
    QVERIFY2(outcome.err.contains("\ncancelled: stopped at 'first'; 0 VMs removed before it\n"),
             qPrintable(outcome.err));
    QCOMPARE(server.cancelled().size(), size_t(1));
    QCOMPARE(server.deleted(), std::vector<std::string>{"id-of-first"});
    QVERIFY(!server.networksRemoved());
}

// A delete that has gone too far to be cancelled is no leave to go on with the next.
void DestroyAllCommandTest::interruptThatCameTooLateLeavesTheNextVm()
{
    FakeServer server;
    fill(server);
    server.afterCancel = FakeServer::ended(v1::OPERATION_STATUS_SUCCEEDED);
    const auto outcome = interrupted(server);
    QCOMPARE(outcome.exitCode, 130);
    QVERIFY2(outcome.err.contains("stopped before 'second'; 1 VM removed"), qPrintable(outcome.err));
    QCOMPARE(server.deleted(), std::vector<std::string>{"id-of-first"});
    QVERIFY(!server.networksRemoved());
}

void DestroyAllCommandTest::interruptAtTheLastVmLeavesTheNetworks()
{
    FakeServer server;
    fill(server);
    server.vms.mutable_vms()->RemoveLast();
    server.afterCancel = FakeServer::ended(v1::OPERATION_STATUS_SUCCEEDED);
    const auto outcome = interrupted(server);
    QCOMPARE(outcome.exitCode, 130);
    QVERIFY2(outcome.err.contains("the agent's networks are still there"), qPrintable(outcome.err));
    QVERIFY(!server.networksRemoved());
}

QTEST_GUILESS_MAIN(DestroyAllCommandTest)
#include "DestroyAllCommandTest.moc"
