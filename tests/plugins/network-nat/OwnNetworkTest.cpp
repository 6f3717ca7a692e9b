// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "OwnNetwork.h"

#include <QtCore/QDateTime>
#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>
#include <QtTest/QTest>

using namespace ghost;
using namespace ghost::nat;

namespace {

constexpr int leaseSeconds = 3600;

class NoContext : public PluginContext
{
public:
    void publish(const DriverEvent &) override {}
    void setHealth(const Health &) override {}
    void log(LogLevel, const QString &) override {}
    QString folder(Folder) const override { return {}; }
    AgentId agentId() const override { return {}; }
};

} // namespace

/// What a network knows without asking libvirt: its ports and their addresses.
class OwnNetworkTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void aNewAgentKnowsWhenALeaseBegan_data();
    void aNewAgentKnowsWhenALeaseBegan();
    void aFormerHoldersLeaseIsNoAddress();

private:
    /// As an agent that was just started finds it.
    std::unique_ptr<OwnNetwork> load(int configuredSeconds = leaseSeconds);
    void writeLease(const OwnNetwork &network, const Port &port, qint64 expirySeconds) const;
    static bool refresh(OwnNetwork &network)
    {
        return network.refreshLeases([] { return QList<DhcpLease>(); }).has_value();
    }

    NoContext m_context;
    HealthReasons m_health{m_context};
    NetworkOptions m_options;
    std::unique_ptr<QTemporaryDir> m_folder;
    VmId m_vm;
};

void OwnNetworkTest::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_options.agent = AgentId::create();
    m_options.leaseFolder = m_folder->path();
    m_vm = VmId::create();
    PortTable table(m_folder->filePath(QStringLiteral("ports.json")),
                    {.id = NetworkId::create(), .name = QStringLiteral("n"), .subnet = *Subnet::parse(u"10.1.2.0/24")});
    PortSpec spec;
    spec.setVm(m_vm);
    spec.setName(QStringLiteral("vm"));
    QVERIFY(table.plug(spec));
}

std::unique_ptr<OwnNetwork> OwnNetworkTest::load(int configuredSeconds)
{
    auto table = PortTable::load(m_folder->filePath(QStringLiteral("ports.json")));
    if (!table)
        qFatal("%s", qPrintable(table.error().text()));
    m_options.leaseSeconds = configuredSeconds;
    return std::make_unique<OwnNetwork>(m_options, std::move(*table), m_health);
}

void OwnNetworkTest::writeLease(const OwnNetwork &network, const Port &port, qint64 expirySeconds) const
{
    const NicSource nic = network.nic(port);
    QFile file(m_folder->filePath(network.leaseFileName()));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(QStringLiteral(R"([{"ip-address": "%1", "mac-address": "%2", "expiry-time": %3}])")
                   .arg(nic.reservedIp(), nic.mac())
                   .arg(expirySeconds)
                   .toUtf8());
}

void OwnNetworkTest::aNewAgentKnowsWhenALeaseBegan_data()
{
    QTest::addColumn<int>("grantedSeconds");
    QTest::addColumn<int>("secondsOfTheNewAgent");
    QTest::addColumn<int>("renewedAfterSeconds");
    QTest::newRow("the guest asked for less") << 300 << leaseSeconds << 0;
    QTest::newRow("lease_seconds was raised meanwhile") << leaseSeconds << 10 * leaseSeconds << 0;
    QTest::newRow("renewed while no agent ran") << 300 << leaseSeconds << 150;
}

void OwnNetworkTest::aNewAgentKnowsWhenALeaseBegan()
{
    QFETCH(const int, grantedSeconds);
    QFETCH(const int, secondsOfTheNewAgent);
    QFETCH(const int, renewedAfterSeconds);
    qint64 sinceMs = 0;
    const qint64 expirySeconds = QDateTime::currentSecsSinceEpoch() + grantedSeconds;
    {
        const auto network = load();
        const Port port = *network->ports().find(m_vm);
        QVERIFY(refresh(*network)); // none yet
        writeLease(*network, port, expirySeconds);
        QVERIFY(refresh(*network));
        const auto address = network->address(port);
        QVERIFY(address);
        sinceMs = address->sinceMs();
    }
    const auto network = load(secondsOfTheNewAgent);
    const Port port = *network->ports().find(m_vm);
    writeLease(*network, port, expirySeconds + renewedAfterSeconds);
    const auto changed = network->refreshLeases([] { return QList<DhcpLease>(); });
    QVERIFY(changed);
    QCOMPARE(*changed, QList<VmId>{m_vm}); // the core of a new agent has not heard of it
    const auto address = network->address(port);
    QVERIFY(address);
    QCOMPARE(address->sinceMs(), sinceMs);
}

void OwnNetworkTest::aFormerHoldersLeaseIsNoAddress()
{
    const auto network = load();
    const Port port = *network->ports().find(m_vm);
    writeLease(*network, port, port.pluggedAtMs / 1000 + leaseSeconds - 10);
    QVERIFY(refresh(*network));
    QVERIFY(!network->address(port));
    QVERIFY(refresh(*network));
    QVERIFY(!load()->address(port));
}

QTEST_GUILESS_MAIN(OwnNetworkTest)
#include "OwnNetworkTest.moc"
