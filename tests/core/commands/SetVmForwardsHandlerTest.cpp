// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <atomic>

#include <QtCore/QCborArray>
#include <QtTest/QtTest>

#include "RouterFixture.h"

using namespace ghost;

namespace {

QCborMap forward(int guestPort, int hostPort = 0)
{
    QCborMap map{{QStringLiteral("guest_port"), guestPort}};
    if (hostPort != 0)
        map.insert(QStringLiteral("host_port"), hostPort);
    return map;
}

QCborMap forwardsOf(const QString &vm, const QCborArray &forwards)
{
    return {{QStringLiteral("vm"), vm}, {QStringLiteral("forwards"), forwards}};
}

/// `8080:80 40000:22`, as the network has them.
QString ports(const QList<PortForward> &forwards)
{
    QStringList texts;
    for (const PortForward &one : forwards)
        texts << QString("%1:%2").arg(one.hostPort()).arg(one.guestPort());
    return texts.join(' ');
}

/// The undo does not meet it.
FakeWorld::Hook failingOnce(Code code)
{
    const auto calls = std::make_shared<std::atomic<int>>(0);
    return [calls, code](Call &call) { return (*calls)++ == 0 ? failing(code)(call) : Result<void>(); };
}

} // namespace

class SetVmForwardsHandlerTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theNetworkChoosesAndTheHypervisorIsTold()
    {
        RouterFixture fixture;
        const VmId vm = fixture->created("a");
        const Operation operation = fixture->run("SetVMForwards", forwardsOf("a", {forward(80, 8080), forward(22)}));
        QCOMPARE(operation.error().text(), QString());
        QCOMPARE(networks(fixture, vm), QString("8080:80 40000:22"));
        QCOMPARE(hypervisors(fixture, vm), QString("8080:80 40000:22"));
        const PortForward first = fixture.world->forwards[vm].first();
        QCOMPARE(first.protocol(), PortForward::Protocol::Tcp);
        QCOMPARE(first.hostAddress(), QString("127.0.0.1"));
        QCOMPARE(operation.result().value(QStringLiteral("vm")).toMap().value(QStringLiteral("name")).toString(),
                 QString("a"));

        QCOMPARE(fixture->run("SetVMForwards", forwardsOf("a", {})).status(), Operation::Status::Succeeded);
        QCOMPARE(networks(fixture, vm), QString());
        QCOMPARE(hypervisors(fixture, vm), QString());
    }

    void aStoppedVmHasForwardsToo()
    {
        RouterFixture fixture;
        const VmId vm = fixture->created("a", {{QStringLiteral("stopped"), true}});
        QCOMPARE(fixture->run("SetVMForwards", forwardsOf("a", {forward(80)})).error().text(), QString());
        QCOMPARE(hypervisors(fixture, vm), QString("40000:80"));
    }

    void aPortThatWasChosenIsKept()
    {
        RouterFixture fixture;
        const VmId vm = fixture->created("a");
        QCOMPARE(fixture->run("SetVMForwards", forwardsOf("a", {forward(22), forward(80)})).error().text(), QString());
        QCOMPARE(networks(fixture, vm), QString("40000:22 40001:80"));
        QCOMPARE(fixture->run("SetVMForwards", forwardsOf("a", {forward(443), forward(80), forward(22, 2222)}))
                     .error()
                     .text(),
                 QString());
        QCOMPARE(networks(fixture, vm), QString("40002:443 40001:80 2222:22"));
    }

    void aHypervisorThatRefusesLeavesAllAsItWas()
    {
        RouterFixture fixture;
        const VmId vm = fixture->created("a");
        QCOMPARE(fixture->run("SetVMForwards", forwardsOf("a", {forward(22, 2222)})).error().text(), QString());
        fixture.world->before("updateNic", failing(Code::FailedPrecondition));
        const Error refused = fixture->run("SetVMForwards", forwardsOf("a", {forward(80)})).error();
        QCOMPARE(refused.code(), Code::FailedPrecondition);
        QVERIFY2(refused.message().startsWith("hypervisor: "), qPrintable(refused.message()));
        QCOMPARE(networks(fixture, vm), QString("2222:22"));
        QCOMPARE(hypervisors(fixture, vm), QString("2222:22"));
        QCOMPARE(fixture.world->count("updateNic"), 2); // it had refused: nothing to take back from it
    }

    void aHypervisorThatMayHaveTakenThemIsToldTheEarlierOnes_data()
    {
        QTest::addColumn<int>("code");
        for (const Code code : {Code::Unavailable, Code::DeadlineExceeded, Code::Internal})
            QTest::newRow(qPrintable(codeName(code))) << int(code);
    }
    void aHypervisorThatMayHaveTakenThemIsToldTheEarlierOnes()
    {
        QFETCH(int, code);
        RouterFixture fixture;
        const VmId vm = fixture->created("a");
        fixture.world->after("updateNic", failingOnce(Code(code)));
        QCOMPARE(fixture->run("SetVMForwards", forwardsOf("a", {forward(80)})).error().code(), Code(code));
        QCOMPARE(networks(fixture, vm), QString());
        QCOMPARE(hypervisors(fixture, vm), QString());
        QCOMPARE(fixture.world->count("updateNic"), 2);
    }

    void aNetworkThatFailsKeepsTheHypervisorOutOfIt_data()
    {
        QTest::addColumn<int>("code");
        for (const Code code : {Code::AlreadyExists, Code::Unavailable, Code::Cancelled})
            QTest::newRow(qPrintable(codeName(code))) << int(code);
    }
    void aNetworkThatFailsKeepsTheHypervisorOutOfIt()
    {
        QFETCH(int, code);
        RouterFixture fixture;
        const VmId vm = fixture->created("a");
        fixture.world->after("setForwards", failingOnce(Code(code)));
        const Error error = fixture->run("SetVMForwards", forwardsOf("a", {forward(80)})).error();
        QCOMPARE(error.code(), Code(code));
        QVERIFY2(error.message().startsWith("network: "), qPrintable(error.message()));
        QCOMPARE(networks(fixture, vm), QString());
        QCOMPARE(fixture.world->count("updateNic"), 0);
    }

    void aCancelBetweenTheTwoGivesTheEarlierOnesBack()
    {
        RouterFixture fixture;
        const VmId vm = fixture->created("a");
        fixture.world->after("setForwards", [&](Call &call) -> Result<void> {
            static_cast<void>(fixture->router.cancel(call.operation())); // the undo comes by here, too
            return {};
        });
        QCOMPARE(fixture->run("SetVMForwards", forwardsOf("a", {forward(80)})).status(), Operation::Status::Cancelled);
        QCOMPARE(networks(fixture, vm), QString());
        QCOMPARE(hypervisors(fixture, vm), QString());
    }

    void whatIsAbsentIsSaidAndNeverTried_data()
    {
        QTest::addColumn<QString>("plugin");
        QTest::addColumn<QString>("message");
        QTest::newRow("network") << "network"
                                 << "network cannot forward ports";
        QTest::newRow("hypervisor") << "hypervisor"
                                    << "hypervisor cannot change a VM's network port";
    }
    void whatIsAbsentIsSaidAndNeverTried()
    {
        QFETCH(QString, plugin);
        QFETCH(QString, message);
        RouterFixture fixture;
        fixture->created("a");
        fixture->drivers.setBare(plugin);
        const auto refused = fixture->submit("SetVMForwards", forwardsOf("a", {forward(80)}));
        QCOMPARE(refused.error().code(), Code::Unsupported);
        QCOMPARE(refused.error().message(), message);
        QCOMPARE(fixture.world->count("setForwards"), 0);
    }

    void aVmWithoutANetworkHasNoForwards()
    {
        RouterFixture fixture;
        fixture->drivers.setUses(true, false);
        fixture->created("a");
        const auto refused = fixture->submit("SetVMForwards", forwardsOf("a", {forward(80)}));
        QCOMPARE(refused.error().code(), Code::FailedPrecondition);
        QCOMPARE(refused.error().message(), QString("VM 'a' has no network"));
    }

    void aDriverThatIsNotThereIsRefusedAtOnce()
    {
        RouterFixture fixture;
        fixture->created("a");
        for (const char *plugin : {"network", "hypervisor"}) {
            fixture->drivers.setAbsent(plugin);
            QCOMPARE(fixture->submit("SetVMForwards", forwardsOf("a", {})).error().code(), Code::Unavailable);
            fixture->drivers.setAbsent(plugin, false);
        }
        QCOMPARE(fixture->submit("SetVMForwards", forwardsOf("none", {})).error().code(), Code::NotFound);
    }

    void aPortOfTheHostIsNamedOnlyOnce()
    {
        RouterFixture fixture;
        fixture->created("a");
        const auto refused = fixture->submit("SetVMForwards", forwardsOf("a", {forward(80, 8080), forward(81, 8080)}));
        QCOMPARE(refused.error().code(), Code::InvalidArgument);
        QCOMPARE(refused.error().field(), QString("forwards[1].host_port"));
    }

    void whatWasKilledHalfWayIsDoneWithThePortsThatWereChosen_data()
    {
        QTest::addColumn<QString>("call");
        for (const char *call : {"setForwards", "setForwards/after", "updateNic", "updateNic/after"})
            QTest::newRow(call) << call;
    }
    void whatWasKilledHalfWayIsDoneWithThePortsThatWereChosen()
    {
        QFETCH(QString, call);
        RouterFixture fixture;
        const VmId vm = fixture->created("a");
        Gate gate;
        fixture.world->before(call, gate.hook(Error(Code::Internal, "killed")));
        const auto id = fixture->submit("SetVMForwards", forwardsOf("a", {forward(80)}));
        QVERIFY(id);
        QVERIFY(gate.waitUntilReached());
        const auto next = fixture.killed();
        fixture.world->before(call, {});
        next->observer.resync("hypervisor");
        QVERIFY(next->reaches("a", VmState::Running));
        next->recover();
        const Operation operation = next->ended(*id);
        QCOMPARE(operation.error().text(), QString());
        QCOMPARE(networks(fixture, vm), QString("40000:80"));
        QCOMPARE(hypervisors(fixture, vm), QString("40000:80"));
        fixture->router.stop();
        gate.open();
        fixture->ended(*id);
    }

    void afterAKillARefusalLeavesTheNewOnesForTheNextStart()
    {
        RouterFixture fixture;
        const VmId vm = fixture->created("a");
        Gate gate;
        fixture.world->before("updateNic", gate.hook(Error(Code::FailedPrecondition, "not while it runs")));
        const auto id = fixture->submit("SetVMForwards", forwardsOf("a", {forward(80)}));
        QVERIFY(gate.waitUntilReached());
        const auto next = fixture.killed();
        fixture.world->before("updateNic", failing(Code::FailedPrecondition));
        next->observer.resync("hypervisor");
        QVERIFY(next->reaches("a", VmState::Running));
        next->recover();
        const Operation operation = next->ended(*id);
        QCOMPARE(operation.error().code(), Code::FailedPrecondition);
        QVERIFY2(operation.error().hint().contains("when it starts again"), qPrintable(operation.error().text()));
        QCOMPARE(networks(fixture, vm), QString("40000:80"));
        fixture->router.stop();
        gate.open();
        fixture->ended(*id);
    }

private:
    static QString networks(const RouterFixture &fixture, VmId vm)
    {
        const std::scoped_lock lock(fixture.world->mutex);
        return ports(fixture.world->forwards[vm]);
    }
    static QString hypervisors(const RouterFixture &fixture, VmId vm)
    {
        const std::scoped_lock lock(fixture.world->mutex);
        return ports(fixture.world->specs.at(vm).nics().value(0).forwards());
    }
};

QTEST_GUILESS_MAIN(SetVmForwardsHandlerTest)
#include "SetVmForwardsHandlerTest.moc"
