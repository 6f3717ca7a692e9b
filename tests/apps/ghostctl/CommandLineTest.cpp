// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "CommandTable.h"
#include "Ghostctl.h"

class CommandLineTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void refusesWhatIsWrong_data();
    void refusesWhatIsWrong();
    void refusesAnEmptyPlace_data();
    void refusesAnEmptyPlace();
    void everyCommandHasHelp_data();
    void everyCommandHasHelp();
    void helpDocumentsTheExitCodes();
    void saysItsVersion();
    void refusesAPrivateKey();
};

void CommandLineTest::refusesWhatIsWrong_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QString>("why");
    const auto row = [](const char *arguments, const char *why) {
        QTest::newRow(arguments) << QString(arguments).split(' ', Qt::SkipEmptyParts) << QString(why);
    };
    row("", "a word is missing: vm image operation plugin cloud agents vms command history events status destroy-all "
            "version completion");
    row("wm", "ghostctl: 'wm' is not known; did you mean 'vm'?");
    row("vm",
        "ghostctl vm: a word is missing: create list status start stop restart pause resume forward delete console");
    row("vm lst", "ghostctl vm: 'lst' is not known; did you mean 'list'?");
    row("vm xyzzy", "'xyzzy' is not known; there are: create list");
    row("vm list extra", "ghostctl vm list: 'extra' was not expected");
    row("--root", "ghostctl: --root needs DIR\n");
    row("-o", "ghostctl: --output needs one of table, json, yaml\n");
    row("vm list --timeout", "ghostctl vm list: --timeout needs DURATION\n");
    row("--timeout vm list", "ghostctl: --timeout needs DURATION; 'vm' was taken for it\n");
    row("--root vm list", "ghostctl: --root needs DIR; 'vm' was taken for it\n");
    row("--root vm wm", "'wm' is not known; did you mean 'vm'?");
    row("vm create", "--name is required");
    row("vm create my-vm", "'my-vm' was not expected; did you mean '--name my-vm'?");
    row("vm create my-vm --name my-vm", "'my-vm' was not expected\n");
    row("vm create --name x --memmory 4GiB", "'--memmory' is not known; did you mean '--memory'?");
    row("vm create --name x --memory 4gb", "did you mean 'GB'?");
    row("vm create --name x --memory -1GiB", "negative");
    row("vm create --name x --memory 0", "it is zero");
    row("vm create --name x --disk 99999999TiB", "too big");
    row("vm create --name x --cpus two", "'two' is not a whole number");
    row("vm create --name x --cpus 99999999999", "not a whole number");
    row("vm create --name x --accel fast", "'fast' is not one of auto, kvm, tcg");
    row("vm create --name x -O cache", "'cache' is not KEY=VALUE");
    row("vm create --name x -O =1", "'=1' is not KEY=VALUE");
    row("vm stop", "VM is required");
    row("vm stop x --grace 60", "unit is missing");
    row("vm stop x --force --force-after", "excludes");
    row("vm forward", "ghostctl vm forward: a word is missing: list add remove");
    row("vm forward lst", "ghostctl vm forward: 'lst' is not known; did you mean 'list'?");
    row("vm forward add", "VM is required");
    row("vm forward add x", "FORWARD is required");
    row("vm forward add x 80", "forward '80': it is none");
    row("vm forward add x 8080:80 70000:80", "ports go from 1 to 65535");
    row("vm pause", "VM is required");
    row("cloud", "ghostctl cloud: a word is missing: status pause resume leave");
    row("--timeout soon vm list", "not a duration");
    row("vm list -o xml", "'xml' is not one of table, json, yaml");
    row("--root /a --socket /b vm list", "excludes");
    row("events --since -1", "not a whole number");
    row("events --kind vm.creatd", "--kind: 'vm.creatd' is no kind of event (did you mean 'vm.created'?)");
    row("events --kind vm. --kind foo", "'foo' is no kind of event (there are: vm.created ");
    row("image import disk.qcow2", "--name is required");
}

void CommandLineTest::refusesWhatIsWrong()
{
    QFETCH(QStringList, arguments);
    QFETCH(QString, why);
    const auto outcome = Ghostctl::run(arguments);
    QCOMPARE(outcome.exitCode, 2);
    QCOMPARE(outcome.out, QString());
    QVERIFY2(outcome.err.contains(why), qPrintable(outcome.err));
    QVERIFY2(outcome.err.contains("see: ghostctl"), qPrintable(outcome.err));
    QVERIFY(outcome.err.endsWith(" --help\n"));
}

void CommandLineTest::refusesAnEmptyPlace_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QString>("why");
    const auto row = [](const QStringList &arguments, const char *why) {
        QTest::newRow(qPrintable(arguments.join(' '))) << arguments << QString(why);
    };
    row({"--root", "", "vm", "list"}, "--root: the root is empty");
    row({"vm", "list", "--socket", ""}, "--socket: the path is empty");
    row({"--agent", "", "vm", "list"}, "--agent: the address is empty");
    row({"--cloud", "", "agents"}, "--cloud: the address is empty");
    row({"--tls-ca", "", "vm", "list"}, "--tls-ca: the path is empty");
    row({"image", "import", "--name", "x", ""}, "FILE: the path is empty");
    row({"events", "--subject", ""}, "--subject: the subject is empty");
}

// What a script's unset variable leaves behind must not be this machine's agent.
void CommandLineTest::refusesAnEmptyPlace()
{
    QFETCH(QStringList, arguments);
    QFETCH(QString, why);
    const auto outcome = Ghostctl::run(arguments);
    QCOMPARE(outcome.exitCode, 2);
    QVERIFY2(outcome.err.contains(why), qPrintable(outcome.err));
}

void CommandLineTest::everyCommandHasHelp_data()
{
    QTest::addColumn<QStringList>("words");
    for (const auto &entry : ghost::ctl::commandTable()) {
        const QStringList words = QString("%1 %2").arg(entry.noun, entry.verb).split(' ', Qt::SkipEmptyParts);
        QTest::newRow(qPrintable(words.join(' '))) << words;
    }
}

void CommandLineTest::everyCommandHasHelp()
{
    QFETCH(QStringList, words);
    const auto outcome = Ghostctl::run(words + QStringList{"--help"});
    QCOMPARE(outcome.exitCode, 0);
    QCOMPARE(outcome.err, QString());
    QVERIFY(outcome.out.contains("Usage: ghostctl " + words.join(' ')));
    const auto top = Ghostctl::run(words.first(words.size() - 1) + QStringList{"--help"});
    QVERIFY(top.out.contains("  " + words.last() + ' '));
}

void CommandLineTest::helpDocumentsTheExitCodes()
{
    const auto outcome = Ghostctl::run({"--help"});
    QCOMPARE(outcome.exitCode, 0);
    for (const char *expected : {"ResourceExhausted", "130", "--timeout", "GHOST_SOCKET"})
        QVERIFY2(outcome.out.contains(expected), expected);
}

void CommandLineTest::saysItsVersion()
{
    const auto outcome = Ghostctl::run({"--version"});
    QCOMPARE(outcome.exitCode, 0);
    QVERIFY(outcome.out.startsWith("ghostctl 0."));
}

void CommandLineTest::refusesAPrivateKey()
{
    QTemporaryDir folder;
    QFile key(folder.filePath("id"));
    QVERIFY(key.open(QIODevice::WriteOnly));
    key.write("-----BEGIN OPENSSH PRIVATE KEY-----\n");
    key.close();
    const auto outcome = Ghostctl::run({"vm", "create", "--name", "x", "--ssh-key", key.fileName()});
    QCOMPARE(outcome.exitCode, 2);
    QVERIFY2(outcome.err.contains("it is a private key"), qPrintable(outcome.err));
}

QTEST_GUILESS_MAIN(CommandLineTest)
#include "CommandLineTest.moc"
