// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include <QtCore/QCborArray>
#include <QtTest/QtTest>

#include "commands/CreateVmRequest.h"

using namespace ghost;

namespace {

Result<CreateVmRequest> parsed(QCborMap fields)
{
    if (!fields.contains(QStringLiteral("name")))
        fields.insert(QStringLiteral("name"), QStringLiteral("my-vm"));
    return CreateVmRequest::parse(Command(QStringLiteral("CreateVM"), fields));
}

} // namespace

class CreateVmRequestTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void takesEveryField()
    {
        const auto request =
            parsed({{QStringLiteral("cpus"), 3},
                    {QStringLiteral("memory_bytes"), qint64(1) << 33},
                    {QStringLiteral("disk_bytes"), qint64(1) << 40},
                    {QStringLiteral("image"), QStringLiteral("mini")},
                    {QStringLiteral("hypervisor"), QStringLiteral("h")},
                    {QStringLiteral("network"), QStringLiteral("n")},
                    {QStringLiteral("accelerator"), QStringLiteral("tcg")},
                    {QStringLiteral("options"), QCborMap{{QStringLiteral("a"), QStringLiteral("b")}}},
                    {QStringLiteral("ssh_keys"), QCborArray{QStringLiteral("ssh-ed25519 AAAA me@here")}},
                    {QStringLiteral("stopped"), true},
                    {QStringLiteral("no_wait"), true}});
        QVERIFY2(request, request ? "" : qPrintable(request.error().text()));
        QCOMPARE(request->name, QString("my-vm"));
        QCOMPARE(request->cpus, std::optional<int>(3));
        QCOMPARE(request->memoryBytes, std::optional<qint64>(qint64(1) << 33));
        QCOMPARE(request->diskBytes, std::optional<qint64>(qint64(1) << 40));
        QCOMPARE(request->image, QString("mini"));
        QCOMPARE(request->accelerator, Accelerator::Tcg);
        QCOMPARE(request->options.value("a").toString(), QString("b"));
        QCOMPARE(request->sshKeys.size(), qsizetype(1));
        QVERIFY(request->stopped);
        QVERIFY(request->noWait);
    }

    void whatIsNotSaidIsUnset()
    {
        const auto request = parsed({});
        QVERIFY(request);
        QVERIFY(!request->cpus && !request->memoryBytes && !request->diskBytes);
        QCOMPARE(request->accelerator, Accelerator::Unspecified);
        QVERIFY(!request->stopped && !request->noWait);
    }

    void takesGoodNames_data()
    {
        QTest::addColumn<QString>("name");
        QTest::newRow("one letter") << "a";
        QTest::newRow("digits") << "42";
        QTest::newRow("hyphens inside") << "a--b-c";
        QTest::newRow("63 characters") << QString(63, 'a');
    }
    void takesGoodNames()
    {
        QFETCH(QString, name);
        QVERIFY(parsed({{QStringLiteral("name"), name}}));
    }

    void refusesBadNames_data()
    {
        QTest::addColumn<QString>("name");
        QTest::newRow("empty") << "";
        QTest::newRow("64 characters") << QString(64, 'a');
        QTest::newRow("a million") << QString(1'000'000, 'a');
        QTest::newRow("a path upwards") << "../x";
        QTest::newRow("a path") << "a/b";
        QTest::newRow("dots") << "..";
        QTest::newRow("space inside") << "my vm";
        QTest::newRow("space behind") << "vm ";
        QTest::newRow("upper case") << "MyVm";
        QTest::newRow("hyphen first") << "-vm";
        QTest::newRow("hyphen last") << "vm-";
        QTest::newRow("underscore") << "my_vm";
        QTest::newRow("line end") << "vm\n";
        QTest::newRow("null character") << QString("a") + QChar(0) + QString("b");
        QTest::newRow("the id of a VM") << "274ac1bf-6202-4df7-bdae-ac77f4daf67b";
        QTest::newRow("other letters") << QStringLiteral("väm");
        QTest::newRow("other digits") << QStringLiteral("vm٣");
    }
    void refusesBadNames()
    {
        QFETCH(QString, name);
        const auto request = parsed({{QStringLiteral("name"), name}});
        QVERIFY(!request);
        QCOMPARE(request.error().code(), Code::InvalidArgument);
        QCOMPARE(request.error().field(), QString("name"));
        QVERIFY(request.error().message().size() < 200);
    }

    void refuses_data()
    {
        QTest::addColumn<QString>("field");
        QTest::addColumn<QCborValue>("value");
        QTest::newRow("no CPUs") << "cpus" << QCborValue(0);
        QTest::newRow("negative CPUs") << "cpus" << QCborValue(-1);
        QTest::newRow("more CPUs than a number holds") << "cpus" << QCborValue(std::numeric_limits<qint64>::max());
        QTest::newRow("CPUs as text") << "cpus" << QCborValue(QStringLiteral("2"));
        QTest::newRow("memory with a fraction") << "memory_bytes" << QCborValue(1.5);
        QTest::newRow("unknown accelerator") << "accelerator" << QCborValue(QStringLiteral("xen"));
        QTest::newRow("accelerator unspecified") << "accelerator" << QCborValue(QStringLiteral("unspecified"));
        QTest::newRow("unknown field") << "colour" << QCborValue(QStringLiteral("red"));
        QTest::newRow("no key") << "ssh_keys" << QCborValue(QCborArray{QStringLiteral("hello")});
        QTest::newRow("a key of two lines")
            << "ssh_keys" << QCborValue(QCborArray{QStringLiteral("ssh-rsa AAAA\nruncmd: [reboot]")});
        QTest::newRow("a key with a line end")
            << "ssh_keys" << QCborValue(QCborArray{QStringLiteral("ssh-rsa AAAA\n")});
        QTest::newRow("a private key") << "ssh_keys"
                                       << QCborValue(QCborArray{QStringLiteral("-----BEGIN OPENSSH PRIVATE KEY-----")});
        QTest::newRow("a huge key") << "ssh_keys"
                                    << QCborValue(QCborArray{QStringLiteral("ssh-rsa ") + QString(20'000, 'A')});
        QCborArray many;
        for (int number = 0; number < 33; ++number)
            many.append(QStringLiteral("ssh-rsa AAAA"));
        QTest::newRow("33 keys") << "ssh_keys" << QCborValue(many);
    }
    void refuses()
    {
        QFETCH(QString, field);
        QFETCH(QCborValue, value);
        const auto request = parsed({{field, value}});
        QVERIFY(!request);
        QCOMPARE(request.error().code(), Code::InvalidArgument);
        QCOMPARE(request.error().field(), field);
    }
};

QTEST_GUILESS_MAIN(CreateVmRequestTest)
#include "CreateVmRequestTest.moc"
