// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <future>

#include <QtCore/QCborArray>
#include <QtTest/QTest>

#include "RouterFixture.h"
#include "WorkerPool.h"
#include "commands/Queries.h"

using namespace ghost;
using namespace std::chrono_literals;

namespace {

/// A driver's root object with live counters.
class CountingObject : public QObject, public VmStats
{
    Q_OBJECT
    Q_INTERFACES(ghost::VmStats)
public:
    Result<QList<VmUsage>> usage(Call &) override { return answer; }

    Result<QList<VmUsage>> answer = QList<VmUsage>();
};

/// One hypervisor, `counting`, and nothing else.
class CountingDrivers : public Drivers
{
public:
    Result<Driver<Hypervisor>> hypervisor(const QString &id) const override
    {
        if (id != QStringLiteral("counting"))
            return Error(Code::Unavailable, QStringLiteral("plugin '%1' is not active").arg(id));
        return Driver<Hypervisor>{id, nullptr, object, &m_pool, &m_pool, {}};
    }
    Result<Driver<Network>> network(const QString &) const override { return none(); }
    Result<Driver<Storage>> storage(const QString &) const override { return none(); }
    Result<Driver<ImageSource>> imageSource(const QString &) const override { return none(); }
    Result<Driver<CloudLink>> cloudLink() const override { return none(); }

    QObject *object = nullptr;

private:
    static Error none() { return Error(Code::Unavailable, QStringLiteral("none")); }
    mutable WorkerPool m_pool{QStringLiteral("questions"), 1};
};

const QCborMap ofA{{QStringLiteral("vm"), QStringLiteral("a")}};

class Reply : public ReplySink
{
public:
    // As bytes: of a QCborMap both threads would hold a share, whose count tsan does not see within Qt.
    void answered(const Result<QCborMap> &reply) override
    {
        m_reply.set_value(reply ? Result<QByteArray>(reply->toCborValue().toCbor())
                                : Result<QByteArray>(reply.error()));
    }
    Result<QCborMap> wait()
    {
        auto future = m_reply.get_future();
        if (future.wait_for(20s) != std::future_status::ready)
            return Error(Code::DeadlineExceeded, QStringLiteral("no answer"));
        const Result<QByteArray> reply = future.get();
        return reply ? Result<QCborMap>(QCborValue::fromCbor(*reply).toMap()) : Result<QCborMap>(reply.error());
    }

private:
    std::promise<Result<QByteArray>> m_reply;
};

} // namespace

class QueriesTest : public QObject
{
    Q_OBJECT

    RouterFixture m_fixture;
    CountingDrivers m_drivers;
    CountingObject m_object;

    Result<QCborMap> usage(const QCborMap &arguments)
    {
        m_drivers.object = m_drivers.object ? m_drivers.object : &m_object;
        Services services{m_fixture->store, m_drivers, m_fixture->ledger, m_fixture->config, *m_fixture->log};
        Queries queries(services, *m_fixture->archive);
        const auto reply = std::make_shared<Reply>();
        queries.ask(Query(QStringLiteral("GetVMUsage"), arguments), reply);
        return reply->wait();
    }

    static Result<QCborMap> ask(RouterFixture &fixture, const QString &query, const QCborMap &arguments)
    {
        Queries queries(fixture->services(), *fixture->archive);
        const auto reply = std::make_shared<Reply>();
        queries.ask(Query(query, arguments), reply);
        return reply->wait();
    }

private Q_SLOTS:
    void init() { m_drivers.object = nullptr; }

    void tellsTheUsageOfAHypervisorsVms()
    {
        VmUsage vm;
        vm.setVm(VmId::create());
        vm.setCpuTimeNanoseconds(1);
        vm.setMemoryBytes(2);
        vm.setDiskReadBytes(3);
        vm.setDiskWrittenBytes(4);
        vm.setNetworkReceivedBytes(5);
        vm.setNetworkSentBytes(6);
        m_object.answer = QList<VmUsage>{vm};
        const auto reply = usage({{QStringLiteral("hypervisor"), QStringLiteral("counting")}});
        QVERIFY(reply);
        const QCborMap expected{
            {QStringLiteral("vm"), vm.vm().toString()}, {QStringLiteral("cpu_time_nanoseconds"), 1},
            {QStringLiteral("memory_bytes"), 2},        {QStringLiteral("disk_read_bytes"), 3},
            {QStringLiteral("disk_written_bytes"), 4},  {QStringLiteral("network_received_bytes"), 5},
            {QStringLiteral("network_sent_bytes"), 6}};
        QCOMPARE(reply->value(QStringLiteral("usages")).toArray(), QCborArray{expected});
    }

    void passesOnWhatTheDriverSays()
    {
        m_object.answer = Error(Code::Unavailable, QStringLiteral("no libvirtd"));
        const auto reply = usage({{QStringLiteral("hypervisor"), QStringLiteral("counting")}});
        QCOMPARE(reply.error().code(), Code::Unavailable);
    }

    void saysThatADriverHasNoCounters()
    {
        QObject bare;
        m_drivers.object = &bare;
        const auto reply = usage({{QStringLiteral("hypervisor"), QStringLiteral("counting")}});
        QCOMPARE(reply.error().code(), Code::Unsupported);
    }

    void tellsAVmsForwards()
    {
        RouterFixture fixture;
        const VmId vm = fixture->created("a");
        PortForward forward;
        forward.setProtocol(PortForward::Protocol::Udp);
        forward.setGuestPort(53);
        forward.setHostAddress("127.0.0.1");
        forward.setHostPort(5353);
        fixture.world->forwards[vm] = {forward};
        const QCborMap expected{{QStringLiteral("protocol"), "udp"},
                                {QStringLiteral("guest_port"), 53},
                                {QStringLiteral("host_address"), "127.0.0.1"},
                                {QStringLiteral("host_port"), 5353}};
        const auto reply = ask(fixture, "GetVMForwards", ofA);
        QVERIFY(reply);
        QCOMPARE(reply->value(QStringLiteral("forwards")).toArray(), QCborArray{expected});
        fixture.world->before("forwards", [](Call &) -> Result<void> { throw std::runtime_error("bad network"); });
        QCOMPARE(ask(fixture, "GetVMForwards", ofA).error().code(), Code::Internal);
    }

    void saysWhyAVmHasNoForwards()
    {
        RouterFixture fixture;
        QCOMPARE(ask(fixture, "GetVMForwards", ofA).error().code(), Code::NotFound);
        QCOMPARE(ask(fixture, "GetVMForwards", {{QStringLiteral("wm"), "a"}}).error().code(), Code::InvalidArgument);
        fixture->created("a");
        fixture->drivers.setBare("network");
        QCOMPARE(ask(fixture, "GetVMForwards", ofA).error().message(), QString("network cannot forward ports"));
        fixture->drivers.setAbsent("network");
        QCOMPARE(ask(fixture, "GetVMForwards", ofA).error().code(), Code::Unavailable);
    }

    void tellsHowItStandsWithTheCloud()
    {
        RouterFixture fixture;
        QCOMPARE(ask(fixture, "GetCloudStatus", {}).error().code(), Code::FailedPrecondition);
        fixture->drivers.setCloud(true);
        const auto reply = ask(fixture, "GetCloudStatus", {});
        QVERIFY(reply);
        QCOMPARE(reply->value(QStringLiteral("status")).toMap().value(QStringLiteral("state")).toString(),
                 QString("connected"));
        QCOMPARE(ask(fixture, "GetCloudStatus", ofA).error().code(), Code::InvalidArgument);
        fixture.world->before("cloudStatus", failing(Code::Internal));
        QCOMPARE(ask(fixture, "GetCloudStatus", {}).error().code(), Code::Internal);
    }

    void refusesWhatItCannotAnswer()
    {
        QCOMPARE(usage({{QStringLiteral("hypervisor"), QStringLiteral("none")}}).error().code(), Code::Unavailable);
        QCOMPARE(usage({{QStringLiteral("vm"), QStringLiteral("a")}}).error().code(), Code::InvalidArgument);
        QCOMPARE(usage({{QStringLiteral("hypervisor"), 3}}).error().code(), Code::InvalidArgument);
    }
};

QTEST_GUILESS_MAIN(QueriesTest)
#include "QueriesTest.moc"
