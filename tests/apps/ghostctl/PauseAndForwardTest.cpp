// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include "FakeServer.h"
#include "Ghostctl.h"
#include "ghost/proto/Status.h"

using ghost::Code;
using ghost::Error;
namespace v1 = ghost::agent::v1;

/// vm pause, resume and forward; plugin info.
class PauseAndForwardTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void pauseAndResumeSayWhatIs();
    void whatTheHypervisorCannotIsSaid();
    void listShowsTheForwards();
    void addKeepsThoseThatAreThere();
    void addOfWhatIsThereSaysSo_data();
    void addOfWhatIsThereSaysSo();
    void addDoesNotWaitWhenAsync();
    void removeTakesAwayWhatIsMeant_data();
    void removeTakesAwayWhatIsMeant();
    void removeOfWhatIsNotThereRemovesNothing();
    void infoShowsTheFacets();
    void statusShowsWhatTheVmsPluginsSupport_data();
    void statusShowsWhatTheVmsPluginsSupport();

private:
    static v1::PortForward forward(int hostPort, int guestPort, const char *address = "127.0.0.1");
    static QString sent(const FakeServer &server);
};

v1::PortForward PauseAndForwardTest::forward(int hostPort, int guestPort, const char *address)
{
    v1::PortForward forward;
    forward.set_protocol(v1::PORT_PROTOCOL_TCP);
    forward.set_host_address(address);
    forward.set_host_port(hostPort);
    forward.set_guest_port(guestPort);
    return forward;
}

/// `127.0.0.1:8080:80 :0:22`
QString PauseAndForwardTest::sent(const FakeServer &server)
{
    QStringList texts;
    const v1::SetVMForwardsRequest request = server.forwardsSet();
    for (const v1::PortForward &one : request.forwards())
        texts << QString("%1:%2:%3").arg(one.host_address().c_str()).arg(one.host_port()).arg(one.guest_port());
    return texts.join(' ');
}

void PauseAndForwardTest::pauseAndResumeSayWhatIs()
{
    FakeServer server;
    v1::Vm vm = FakeServer::vm("my-vm");
    vm.set_state(v1::VM_STATE_PAUSED);
    server.operation = {FakeServer::succeeded(vm)};
    const QStringList root{"--root", server.root()};
    auto outcome = Ghostctl::run(root + QStringList{"vm", "pause", "my-vm"});
    QCOMPARE(outcome.exitCode, 0);
    QCOMPARE(outcome.out, QString("paused\n"));
    outcome = Ghostctl::run(root + QStringList{"vm", "pause", "my-vm", "-o", "json"});
    QCOMPARE(QJsonDocument::fromJson(outcome.out.toUtf8())["state"].toString(), "paused");
    outcome = Ghostctl::run(root + QStringList{"vm", "resume", "my-vm"});
    QCOMPARE(outcome.exitCode, 0);
    QCOMPARE(outcome.out, QString("resumed\n"));
    server.operation = {FakeServer::step("pause the VM")};
    outcome = Ghostctl::run(root + QStringList{"vm", "pause", "my-vm", "--async"});
    QCOMPARE(outcome.out, QString("operation 0b9e2f57-0000-4000-8000-000000000001\n"));
}

void PauseAndForwardTest::whatTheHypervisorCannotIsSaid()
{
    FakeServer server;
    server.refusal = ghost::toStatus(Error(Code::Unsupported, "hypervisor-x cannot pause VMs"));
    const auto outcome = Ghostctl::run({"--root", server.root(), "vm", "pause", "my-vm"});
    QCOMPARE(outcome.exitCode, 17);
    QCOMPARE(outcome.err, QString("ghostctl: vm pause: hypervisor-x cannot pause VMs\n"));
}

void PauseAndForwardTest::listShowsTheForwards()
{
    FakeServer server;
    const QStringList list{"--root", server.root(), "vm", "forward", "list", "my-vm"};
    QCOMPARE(Ghostctl::run(list).out, QString("PROTOCOL  HOST  GUEST\n"));
    *server.forwards.add_forwards() = forward(8080, 80);
    *server.forwards.add_forwards() = forward(2222, 22, "::1");
    const auto outcome = Ghostctl::run(list);
    QCOMPARE(outcome.exitCode, 0);
    QCOMPARE(outcome.out, QString("PROTOCOL  HOST            GUEST\n"
                                  "tcp       127.0.0.1:8080  80\n"
                                  "tcp       [::1]:2222      22\n"));
    const QJsonArray json =
        QJsonDocument::fromJson(Ghostctl::run(list + QStringList{"-o", "json"}).out.toUtf8()).array();
    QCOMPARE(json.size(), 2);
    QCOMPARE(json[0]["host_port"].toInt(), 8080);
    QCOMPARE(json[0]["protocol"].toString(), "tcp");
    QVERIFY(Ghostctl::run(list + QStringList{"-o", "yaml"}).out.contains("guest_port: 80\n"));
    server.refusal = ghost::toStatus(Error(Code::Unsupported, "network-nat cannot forward ports"));
    QCOMPARE(Ghostctl::run(list).err, QString("ghostctl: vm forward list: network-nat cannot forward ports\n"));
}

void PauseAndForwardTest::addKeepsThoseThatAreThere()
{
    FakeServer server;
    *server.forwards.add_forwards() = forward(2222, 22);
    server.operation = {FakeServer::succeeded(FakeServer::vm("my-vm"))};
    const auto outcome =
        Ghostctl::run({"--root", server.root(), "vm", "forward", "add", "my-vm", "8080:80", "udp:0.0.0.0::53"});
    QCOMPARE(outcome.err, QString());
    QCOMPARE(outcome.exitCode, 0);
    QCOMPARE(sent(server), QString("127.0.0.1:2222:22 :8080:80 0.0.0.0:0:53"));
    const v1::SetVMForwardsRequest request = server.forwardsSet();
    QCOMPARE(request.vm(), std::string("my-vm"));
    QCOMPARE(int(request.forwards(2).protocol()), int(v1::PORT_PROTOCOL_UDP));
    QVERIFY(request.async() && !request.request_id().empty());
    QVERIFY2(outcome.out.startsWith("PROTOCOL  HOST"), qPrintable(outcome.out)); // as the agent has them now
}

void PauseAndForwardTest::addOfWhatIsThereSaysSo_data()
{
    QTest::addColumn<QString>("wanted");
    QTest::addColumn<QString>("told");
    const QString same = "the VM has the forward 28080:80 already\n";
    QTest::newRow("the same") << "28080:80" << same;
    QTest::newRow("with its address") << "127.0.0.1:28080:80" << same;
    QTest::newRow("to another port")
        << "28080:22"
        << "port 28080 of the host leads to port 80 of the VM already (choose another one, or "
           "first ghostctl vm forward remove my-vm 28080:80)\n";
    QTest::newRow("another protocol") << "udp:28080:80" << QString();
    QTest::newRow("another address") << "127.0.0.2:28080:80" << QString();
    QTest::newRow("a free port to the same") << ":80" << QString();
    QTest::newRow("a free port, written out") << "0:80" << QString();
}

void PauseAndForwardTest::addOfWhatIsThereSaysSo()
{
    QFETCH(QString, wanted);
    QFETCH(QString, told);
    FakeServer server;
    *server.forwards.add_forwards() = forward(28080, 80);
    server.operation = {FakeServer::succeeded(FakeServer::vm("my-vm"))};
    const auto outcome = Ghostctl::run({"--root", server.root(), "vm", "forward", "add", "my-vm", wanted});
    QCOMPARE(outcome.err, told.isEmpty() ? QString() : "ghostctl: vm forward add: " + told);
    QCOMPARE(outcome.exitCode, told.isEmpty() ? 0 : 12);
    QCOMPARE(server.forwardsSet().forwards_size(), told.isEmpty() ? 2 : 0);
}

void PauseAndForwardTest::addDoesNotWaitWhenAsync()
{
    FakeServer server;
    server.operation = {FakeServer::step("set the forwards")};
    const auto outcome = Ghostctl::run({"--root", server.root(), "vm", "forward", "add", "my-vm", ":80", "--async"});
    QCOMPARE(outcome.exitCode, 0);
    QCOMPARE(outcome.out, QString("operation 0b9e2f57-0000-4000-8000-000000000001\n"));
}

void PauseAndForwardTest::removeTakesAwayWhatIsMeant_data()
{
    QTest::addColumn<QStringList>("which");
    QTest::addColumn<QString>("rest");
    QTest::newRow("one") << QStringList{"8080:80"} << "127.0.0.1:8081:80 127.0.0.1:2222:22";
    QTest::newRow("all of a port") << QStringList{":80"} << "127.0.0.1:2222:22";
    QTest::newRow("by address") << QStringList{"127.0.0.1:2222:22"} << "127.0.0.1:8080:80 127.0.0.1:8081:80";
    QTest::newRow("several") << QStringList{":22", "8081:80"} << "127.0.0.1:8080:80";
}

void PauseAndForwardTest::removeTakesAwayWhatIsMeant()
{
    QFETCH(QStringList, which);
    QFETCH(QString, rest);
    FakeServer server;
    for (const auto &[host, guest] : {std::pair{8080, 80}, {8081, 80}, {2222, 22}})
        *server.forwards.add_forwards() = forward(host, guest);
    server.operation = {FakeServer::succeeded(FakeServer::vm("my-vm"))};
    const auto outcome =
        Ghostctl::run(QStringList{"--root", server.root(), "vm", "forward", "remove", "my-vm"} + which);
    QCOMPARE(outcome.err, QString());
    QCOMPARE(sent(server), rest);
}

void PauseAndForwardTest::removeOfWhatIsNotThereRemovesNothing()
{
    FakeServer server;
    *server.forwards.add_forwards() = forward(8080, 80);
    const auto outcome =
        Ghostctl::run({"--root", server.root(), "vm", "forward", "remove", "my-vm", "8080:80", "9090:80"});
    QCOMPARE(outcome.exitCode, 11);
    QCOMPARE(outcome.err, QString("ghostctl: vm forward remove: no such forward to port 80 of the guest; nothing is "
                                  "removed (`ghostctl vm forward list my-vm` shows them)\n"));
    QVERIFY(server.forwardsSet().vm().empty());
}

void PauseAndForwardTest::infoShowsTheFacets()
{
    FakeServer server;
    v1::Plugin *plugin = server.plugins.add_plugins();
    plugin->set_id("hypervisor-fake");
    plugin->set_stage(v1::PLUGIN_STAGE_ACTIVE);
    plugin->add_facets("VmPause");
    plugin->add_facets("VmNicUpdate");
    const QStringList info{"--root", server.root(), "plugin", "info", "hypervisor-fake"};
    const auto outcome = Ghostctl::run(info);
    QVERIFY2(outcome.out.contains("VmPause, VmNicUpdate\n"), qPrintable(outcome.out));
    const QJsonDocument json = QJsonDocument::fromJson(Ghostctl::run(info + QStringList{"-o", "json"}).out.toUtf8());
    QCOMPARE(json["facets"].toArray(), (QJsonArray{"VmPause", "VmNicUpdate"}));
}

void PauseAndForwardTest::statusShowsWhatTheVmsPluginsSupport_data()
{
    QTest::addColumn<QStringList>("hypervisor");
    QTest::addColumn<QStringList>("network");
    QTest::addColumn<QStringList>("supported");
    const QStringList all{"VmConsole", "VmStats", "VmPause", "VmNicUpdate"};
    QTest::newRow("all") << all << QStringList{"PortForwards"} << QStringList{"console", "pause", "forward"};
    QTest::newRow("a network that forwards nothing") << all << QStringList() << QStringList{"console", "pause"};
    QTest::newRow("a port that cannot change")
        << QStringList{"VmPause"} << QStringList{"PortForwards"} << QStringList{"pause"};
    QTest::newRow("nothing") << QStringList() << QStringList() << QStringList();
}

// Of a stopped VM, too: it is about its plugins.
void PauseAndForwardTest::statusShowsWhatTheVmsPluginsSupport()
{
    QFETCH(QStringList, hypervisor);
    QFETCH(QStringList, network);
    QFETCH(QStringList, supported);
    FakeServer server;
    v1::Vm vm = FakeServer::vm("my-vm");
    vm.set_state(v1::VM_STATE_STOPPED);
    vm.set_network("network-x");
    *server.vms.add_vms() = vm;
    for (const auto &[id, facets] : {std::pair{"hypervisor-fake", hypervisor}, {"network-x", network}}) {
        v1::Plugin *plugin = server.plugins.add_plugins();
        plugin->set_id(id);
        for (const QString &facet : facets)
            plugin->add_facets(facet.toStdString());
    }
    const QStringList status{"--root", server.root(), "vm", "status", "my-vm"};
    const auto outcome = Ghostctl::run(status);
    QCOMPARE(outcome.exitCode, 0);
    const QString row = supported.isEmpty() ? QString() : "supports    " + supported.join(", ") + '\n';
    QVERIFY2(outcome.out.contains("network     network-x\n" + row), qPrintable(outcome.out));
    QCOMPARE(outcome.out.contains("\nsupports "), !supported.isEmpty());
    const QJsonDocument json = QJsonDocument::fromJson(Ghostctl::run(status + QStringList{"-o", "json"}).out.toUtf8());
    QCOMPARE(json["supports"].toArray(), QJsonArray::fromStringList(supported));
    QCOMPARE(json["name"].toString(), "my-vm");
}

QTEST_GUILESS_MAIN(PauseAndForwardTest)
#include "PauseAndForwardTest.moc"
