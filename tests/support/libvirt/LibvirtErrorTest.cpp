// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "libvirt/LibvirtError.h"

#include <QtTest/QTest>
#include <libvirt/libvirt.h>

using namespace ghost;

class LibvirtErrorTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void mapsEachKindOfFailure_data();
    void mapsEachKindOfFailure();
    void carriesLibvirtsWords();
};

void LibvirtErrorTest::mapsEachKindOfFailure_data()
{
    QTest::addColumn<int>("number");
    QTest::addColumn<int>("domain");
    QTest::addColumn<int>("code");
    const auto row = [](const char *name, int number, int domain, Code code) {
        QTest::newRow(name) << number << domain << static_cast<int>(code);
    };
    row("no domain", VIR_ERR_NO_DOMAIN, VIR_FROM_QEMU, Code::NotFound);
    row("no tag", VIR_ERR_NO_DOMAIN_METADATA, VIR_FROM_QEMU, Code::NotFound);
    row("no network", VIR_ERR_NO_NETWORK, VIR_FROM_NETWORK, Code::NotFound);
    row("no filter", VIR_ERR_NO_NWFILTER, VIR_FROM_NWFILTER, Code::NotFound);
    row("wrong state", VIR_ERR_OPERATION_INVALID, VIR_FROM_QEMU, Code::FailedPrecondition);
    row("no guest agent", VIR_ERR_AGENT_UNRESPONSIVE, VIR_FROM_QEMU, Code::FailedPrecondition);
    row("locked by a job", VIR_ERR_OPERATION_TIMEOUT, VIR_FROM_QEMU, Code::Busy);
    row("socket closed", VIR_ERR_INTERNAL_ERROR, VIR_FROM_RPC, Code::Unavailable);
    row("connection reset", VIR_ERR_SYSTEM_ERROR, VIR_FROM_RPC, Code::Unavailable);
    row("keepalive", VIR_ERR_RPC, VIR_FROM_RPC, Code::Unavailable);
    row("invalid connection", VIR_ERR_INVALID_CONN, VIR_FROM_NONE, Code::Unavailable);
    row("no daemon", VIR_ERR_NO_CONNECT, VIR_FROM_RPC, Code::Unavailable);
    row("qemu's own trouble", VIR_ERR_INTERNAL_ERROR, VIR_FROM_QEMU, Code::Internal);
    row("polkit", VIR_ERR_AUTH_UNAVAILABLE, VIR_FROM_POLKIT, Code::PermissionDenied);
    row("bad definition", VIR_ERR_XML_INVALID_SCHEMA, VIR_FROM_DOMAIN, Code::InvalidArgument);
    row("not supported", VIR_ERR_CONFIG_UNSUPPORTED, VIR_FROM_QEMU, Code::Unsupported);
    row("unheard of", 9999, VIR_FROM_NONE, Code::Internal);
}

void LibvirtErrorTest::mapsEachKindOfFailure()
{
    QFETCH(int, number);
    QFETCH(int, domain);
    QTEST(static_cast<int>(libvirt::codeOf(number, domain)), "code");
}

void LibvirtErrorTest::carriesLibvirtsWords()
{
    virSetErrorFunc(nullptr, [](void *, virErrorPtr) {});
    const virConnectPtr connection = virConnectOpen("test:///default");
    QVERIFY(connection);
    QVERIFY(!virDomainLookupByName(connection, "nobody"));
    const Error error = libvirt::lastError(QStringLiteral("cannot look"));
    QCOMPARE(error.code(), Code::NotFound);
    QVERIFY2(error.message().startsWith(QStringLiteral("cannot look: Domain not found")), qPrintable(error.message()));
    QCOMPARE(libvirt::lastErrorNumber(), static_cast<int>(VIR_ERR_NO_DOMAIN));
    virConnectClose(connection);
}

QTEST_GUILESS_MAIN(LibvirtErrorTest)
#include "LibvirtErrorTest.moc"
