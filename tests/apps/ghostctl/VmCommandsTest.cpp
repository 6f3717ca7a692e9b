// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QTest>

#include <csignal>

#include "FakeServer.h"
#include "Ghostctl.h"
#include "ghost/proto/Status.h"

using ghost::Code;
using ghost::Error;
namespace v1 = ghost::agent::v1;

class VmCommandsTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void createPrintsExactlyTheFiveLines();
    void createPrintsTheRecordAsJson();
    void createSendsWhatWasAsked();
    void createSaysWhyTheOperationFailed();
    void createSaysWhyItWasRefused();
    void createDoesNotWaitWhenAsync();
    void interruptCancelsAndExits130_data();
    void interruptCancelsAndExits130();
    void interruptSaysWhatIsLeft_data();
    void interruptSaysWhatIsLeft();
    void interruptThatCameTooLateReportsTheVm();
    void secondInterruptLeavesAtOnce();
    void stopSaysHow();
    void longPatienceWithAGuestIsALongerLimit();
    void listShowsATableAndItsProblems();
    void listWritesJsonAndYaml();
    void globalOptionsMayFollowTheVerb();
    void anEmptyListOfOperationsSaysWhereTheEndedOnesAre();
    void statusSaysWhyAPluginIsNotReady();
};

void VmCommandsTest::createPrintsExactlyTheFiveLines()
{
    FakeServer server;
    v1::Operation done = FakeServer::succeeded(FakeServer::vm("my-vm"));
    done.add_notes("memory capped to 2 GiB");
    server.operation = {FakeServer::step("create disk"), FakeServer::step("create disk", 50),
                        FakeServer::step("power on"), done};
    const auto outcome = Ghostctl::run({"--root", server.root(), "vm", "create", "--name", "my-vm"});
    QCOMPARE(outcome.exitCode, 0);
    static const QRegularExpression expected("\\A✅ VM created!\n"
                                             "name     my-vm\n"
                                             "id       5e1c4bb2-0000-4000-8000-00000000000a\n"
                                             "address  192\\.168\\.77\\.2\n"
                                             "took     [0-9]+\\.[0-9] s\n\\z");
    QVERIFY2(expected.match(outcome.out).hasMatch(), qPrintable(outcome.out));
    QCOMPARE(outcome.err, QString("create disk\npower on\nnote: memory capped to 2 GiB\n"));
}

void VmCommandsTest::createPrintsTheRecordAsJson()
{
    FakeServer server;
    v1::Operation done = FakeServer::succeeded(FakeServer::vm("my-vm"));
    done.add_notes("capped");
    server.operation = {done};
    const auto outcome = Ghostctl::run({"--root", server.root(), "vm", "create", "--name", "my-vm", "-o", "json"});
    QCOMPARE(outcome.exitCode, 0);
    const QJsonObject record = QJsonDocument::fromJson(outcome.out.toUtf8()).object();
    QCOMPARE(record["name"].toString(), "my-vm");
    QCOMPARE(record["address"].toString(), "192.168.77.2");
    QCOMPARE(record["state"].toString(), "running");
    QCOMPARE(record["memory_bytes"].toInteger(), 4LL << 30);
    QCOMPARE(record["notes"].toArray(), QJsonArray{"capped"});
    QVERIFY(record["took_ms"].isDouble());
    QVERIFY(!record["operation_id"].toString().isEmpty());
}

void VmCommandsTest::createSendsWhatWasAsked()
{
    QTemporaryDir folder;
    QFile key(folder.filePath("id.pub"));
    QVERIFY(key.open(QIODevice::WriteOnly));
    key.write("# mine\nssh-ed25519 AAAA me\n\n");
    key.close();
    FakeServer server;
    server.operation = {FakeServer::succeeded(FakeServer::vm("my-vm"))};
    const auto outcome = Ghostctl::run({"vm",         "create",    "--name",   "my-vm",     "--cpus",
                                        "3",          "--memory",  "1.5GiB",   "--disk",    "20GB",
                                        "--image",    "mini",      "--accel",  "tcg",       "-O",
                                        "cache=none", "-O",        "args=a=b", "--ssh-key", key.fileName(),
                                        "--no-wait",  "--timeout", "90s",      "--socket",  server.socket()});
    QCOMPARE(outcome.exitCode, 0);
    const v1::CreateVMRequest request = server.created();
    QCOMPARE(request.cpus(), 3);
    QCOMPARE(request.memory_bytes(), 1'610'612'736);
    QCOMPARE(request.disk_bytes(), 20'000'000'000);
    QCOMPARE(request.image(), std::string("mini"));
    QCOMPARE(request.accelerator(), v1::ACCELERATOR_TCG);
    QCOMPARE(request.options().at("cache"), std::string("none"));
    QCOMPARE(request.options().at("args"), std::string("a=b"));
    QCOMPARE(request.ssh_keys_size(), 1);
    QCOMPARE(request.ssh_keys(0), std::string("ssh-ed25519 AAAA me"));
    QCOMPARE(request.timeout_milliseconds(), 90'000);
    QVERIFY(request.no_wait() && request.async() && !request.request_id().empty());
    QVERIFY(!request.stopped());
}

void VmCommandsTest::createSaysWhyTheOperationFailed()
{
    FakeServer server;
    v1::Operation failed = FakeServer::ended(v1::OPERATION_STATUS_FAILED);
    failed.mutable_error()->set_code(v1::ERROR_CODE_RESOURCE_EXHAUSTED);
    failed.mutable_error()->set_message("disk 'my-vm.qcow2': no space left");
    failed.mutable_error()->set_hint("free 3 GiB");
    server.operation = {FakeServer::step("create disk"), failed};
    const auto outcome = Ghostctl::run({"--root", server.root(), "vm", "create", "--name", "my-vm"});
    QCOMPARE(outcome.exitCode, 14);
    QCOMPARE(outcome.out, QString());
    QCOMPARE(outcome.err,
             QString("create disk\nghostctl: vm create: disk 'my-vm.qcow2': no space left (free 3 GiB)\n"));
}

void VmCommandsTest::createSaysWhyItWasRefused()
{
    FakeServer server;
    server.refusal =
        ghost::toStatus(Error(Code::AlreadyExists, "a VM named 'my-vm' is there\x1b[2J").withHint("delete it"));
    const auto outcome = Ghostctl::run({"--root", server.root(), "vm", "create", "--name", "my-vm"});
    QCOMPARE(outcome.exitCode, 12);
    QCOMPARE(outcome.err, QString("ghostctl: vm create: a VM named 'my-vm' is there\\x1b[2J (delete it)\n"));
}

void VmCommandsTest::createDoesNotWaitWhenAsync()
{
    FakeServer server;
    server.operation = {FakeServer::step("fetch image")};
    const auto outcome = Ghostctl::run({"--root", server.root(), "vm", "create", "--name", "my-vm", "--async"});
    QCOMPARE(outcome.exitCode, 0);
    QCOMPARE(outcome.out, QString("operation 0b9e2f57-0000-4000-8000-000000000001\n"));
    QVERIFY(server.cancelled().empty());
}

void VmCommandsTest::interruptCancelsAndExits130_data()
{
    QTest::addColumn<int>("signal");
    QTest::newRow("Ctrl-C") << SIGINT;
    QTest::newRow("kill") << SIGTERM;
}

void VmCommandsTest::interruptCancelsAndExits130()
{
    QFETCH(int, signal);
    FakeServer server;
    server.operation = {FakeServer::step("create disk")};
    Ghostctl ghostctl({"--root", server.root(), "vm", "create", "--name", "my-vm"});
    QVERIFY(ghostctl.waitForError("create disk"));
    ghostctl.signal(signal);
    const auto outcome = ghostctl.finish();
    QCOMPARE(outcome.exitCode, 130);
    QCOMPARE(outcome.out, QString());
    QVERIFY2(outcome.err.contains("\ncancelled: what it had made is taken back\n"), qPrintable(outcome.err));
    QCOMPARE(server.cancelled(), std::vector<std::string>{"0b9e2f57-0000-4000-8000-000000000001"});
}

void VmCommandsTest::interruptSaysWhatIsLeft_data()
{
    QTest::addColumn<QString>("command");
    QTest::addColumn<bool>("begun");
    QTest::addColumn<QString>("said");
    const QString asked = "cancelled: the guest has been asked already and may still power off\n";
    QTest::newRow("create") << "vm create --name my-vm" << true << "cancelled: what it had made is taken back\n";
    QTest::newRow("create that had not begun") << "vm create --name my-vm" << false << "cancelled\n";
    QTest::newRow("stop") << "vm stop my-vm" << true << asked;
    QTest::newRow("stop that waited") << "vm stop my-vm" << false << "cancelled\n";
    QTest::newRow("stop, and then by force") << "vm stop my-vm --force-after" << true << asked;
    QTest::newRow("stop by force") << "vm stop my-vm --force" << true << "cancelled\n";
    QTest::newRow("restart") << "vm restart my-vm" << true << asked;
    QTest::newRow("pause") << "vm pause my-vm" << true << "cancelled\n";
}

void VmCommandsTest::interruptSaysWhatIsLeft()
{
    QFETCH(QString, command);
    QFETCH(bool, begun);
    QFETCH(QString, said);
    FakeServer server;
    server.operation = {FakeServer::step("a step")};
    if (!begun)
        server.afterCancel.clear_started_at();
    Ghostctl ghostctl(QStringList{"--root", server.root()} + command.split(' '));
    QVERIFY(ghostctl.waitForError("a step"));
    ghostctl.signal(SIGINT);
    const auto outcome = ghostctl.finish();
    QCOMPARE(outcome.exitCode, 130);
    QVERIFY2(outcome.err.endsWith('\n' + said), qPrintable(outcome.err));
}

void VmCommandsTest::interruptThatCameTooLateReportsTheVm()
{
    FakeServer server;
    server.operation = {FakeServer::step("power on")};
    server.afterCancel = FakeServer::succeeded(FakeServer::vm("my-vm"));
    Ghostctl ghostctl({"--root", server.root(), "vm", "create", "--name", "my-vm"});
    QVERIFY(ghostctl.waitForError("power on"));
    ghostctl.signal(SIGINT);
    const auto outcome = ghostctl.finish();
    QCOMPARE(outcome.exitCode, 0);
    QVERIFY(outcome.out.startsWith("✅ VM created!\n"));
    QVERIFY(outcome.err.contains("note: it was done before it could be cancelled"));
}

void VmCommandsTest::secondInterruptLeavesAtOnce()
{
    FakeServer server;
    server.operation = {FakeServer::step("create disk")};
    server.afterCancel = FakeServer::step("take back disk"); // and then nothing: the undo takes its time
    Ghostctl create({"--root", server.root(), "vm", "create", "--name", "my-vm"});
    QVERIFY(create.waitForError("create disk"));
    create.signal(SIGINT);
    QVERIFY(create.waitForError("cancelling"));
    create.signal(SIGINT);
    QCOMPARE(create.finish().exitCode, 130);
}

void VmCommandsTest::stopSaysHow()
{
    FakeServer server;
    v1::Operation done = FakeServer::succeeded(FakeServer::vm("my-vm"));
    done.mutable_result()->set_how(v1::STOP_METHOD_ACPI);
    server.operation = {done};
    const QStringList stop{"--root", server.root(), "vm", "stop", "my-vm", "--grace", "2m", "--force-after"};
    auto outcome = Ghostctl::run(stop);
    QCOMPARE(outcome.exitCode, 0);
    QCOMPARE(outcome.out, QString("stopped (how: acpi)\n"));
    QCOMPARE(server.stopped().grace_seconds(), 120);
    QVERIFY(server.stopped().force_after_grace());
    outcome = Ghostctl::run(stop + QStringList{"-o", "json"});
    QCOMPARE(QJsonDocument::fromJson(outcome.out.toUtf8())["how"].toString(), "acpi");
}

void VmCommandsTest::longPatienceWithAGuestIsALongerLimit()
{
    FakeServer server;
    server.operation = {FakeServer::succeeded(FakeServer::vm("my-vm"))};
    const QStringList stop{"--root", server.root(), "vm", "stop", "my-vm", "--grace"};
    QCOMPARE(Ghostctl::run(stop + QStringList{"10m"}).exitCode, 0);
    QCOMPARE(server.stopped().timeout_milliseconds(), 21 * 60 * 1000);
    QCOMPARE(Ghostctl::run(stop + QStringList{"10m", "--timeout", "1m"}).exitCode, 0);
    QCOMPARE(server.stopped().timeout_milliseconds(), 60 * 1000);
    QCOMPARE(Ghostctl::run(stop + QStringList{"30s"}).exitCode, 0);
    QCOMPARE(server.stopped().timeout_milliseconds(), 0); // the agent's own
}

void VmCommandsTest::listShowsATableAndItsProblems()
{
    FakeServer server;
    *server.vms.add_vms() = FakeServer::vm("my-vm");
    v1::Vm lost = FakeServer::vm("lost");
    lost.set_state(v1::VM_STATE_UNKNOWN);
    lost.set_problem("libvirtd does not answer");
    lost.clear_address();
    *server.vms.add_vms() = lost;
    const auto outcome = Ghostctl::run({"--root", server.root(), "vm", "list"});
    QCOMPARE(outcome.exitCode, 0);
    QCOMPARE(outcome.out,
             QString("NAME   STATE    ADDRESS       CPUS  MEMORY  DISK   IMAGE  ACCEL  HYPERVISOR       UPTIME\n"
                     "my-vm  running  192.168.77.2  2     4 GiB   50 GB  mini   tcg    hypervisor-fake  -\n"
                     "lost   unknown  -             2     4 GiB   50 GB  mini   tcg    hypervisor-fake  -\n"));
    QCOMPARE(outcome.err, QString("note: lost: libvirtd does not answer\n"));
}

void VmCommandsTest::listWritesJsonAndYaml()
{
    FakeServer server;
    *server.vms.add_vms() = FakeServer::vm("my-vm");
    const auto json = Ghostctl::run({"--root", server.root(), "-o", "json", "vm", "list"});
    const QJsonArray list = QJsonDocument::fromJson(json.out.toUtf8()).array();
    QCOMPARE(list.size(), 1);
    QCOMPARE(list[0]["accelerator"].toString(), "tcg");
    QCOMPARE(list[0]["problem"].toString(), "");
    const auto yaml = Ghostctl::run({"--root", server.root(), "-o", "yaml", "vm", "list"});
    QVERIFY2(yaml.out.startsWith("- "), qPrintable(yaml.out));
    QVERIFY(yaml.out.contains("name: \"my-vm\"\n"));
    QVERIFY(yaml.out.contains("cpus: 2\n"));
}

void VmCommandsTest::globalOptionsMayFollowTheVerb()
{
    FakeServer server;
    const auto outcome = Ghostctl::run({"vm", "list", "-o", "json", "--socket", server.socket(), "--timeout", "10s"});
    QCOMPARE(outcome.exitCode, 0);
    QCOMPARE(outcome.out.trimmed(), QString("[\n]"));
}

void VmCommandsTest::anEmptyListOfOperationsSaysWhereTheEndedOnesAre()
{
    FakeServer server;
    const QStringList list{"--root", server.root(), "operation", "list"};
    QVERIFY(Ghostctl::run(list).err.contains("--all"));
    QCOMPARE(Ghostctl::run(list + QStringList{"--all"}).err, QString());
    QCOMPARE(Ghostctl::run(list + QStringList{"-o", "json"}).err, QString());
    *server.operations.add_operations() = FakeServer::step("power on");
    QCOMPARE(Ghostctl::run(list).err, QString());
}

void VmCommandsTest::statusSaysWhyAPluginIsNotReady()
{
    FakeServer server;
    v1::Plugin *plugin = server.status.add_plugins();
    plugin->set_id("network-nat");
    plugin->set_stage(v1::PLUGIN_STAGE_ACTIVE);
    plugin->set_health(v1::HEALTH_STATUS_DOWN);
    plugin->set_health_reason("no libvirtd");
    const auto outcome = Ghostctl::run({"--root", server.root(), "status"});
    QCOMPARE(outcome.exitCode, 0);
    QVERIFY2(outcome.out.contains("network-nat: down: no libvirtd\n"), qPrintable(outcome.out));
}

QTEST_GUILESS_MAIN(VmCommandsTest)
#include "VmCommandsTest.moc"
