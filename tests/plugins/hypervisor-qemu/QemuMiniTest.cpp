// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <sys/socket.h>

#include <QtCore/QFile>
#include <QtCore/QProcess>
#include <QtTest/QTest>

#include "QemuFixture.h"
#include "e2e/support/Eventually.h"

using namespace ghost;

/// The little guest with a real kernel: its disk, its address from the user network, and ssh through a forwarded port.
class QemuMiniTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void answersThroughAForwardedPort_data();
    void answersThroughAForwardedPort();

private:
    static QByteArray greetingAt(int port);
    QString m_image;
};

void QemuMiniTest::initTestCase()
{
    if (const QString why = QemuFixture::missing(); !why.isEmpty())
        QSKIP(qPrintable(why));
    m_image = qEnvironmentVariable("GHOST_MINI_IMAGE");
    if (!QFile::exists(m_image))
        QSKIP("no GHOST_MINI_IMAGE: make it with share/images/build-mini");
}

/// What an ssh server says; empty as long as none answers. As every client does, it speaks first: Debian 12's passt
/// reaches for the guest only then.
QByteArray QemuMiniTest::greetingAt(int port)
{
    const UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const timeval patience{1, 0};
    ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    char buffer[64] = {};
    if (::connect(socket.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0)
        return {};
    constexpr char hello[] = "SSH-2.0-test\r\n";
    ::send(socket.get(), hello, sizeof hello - 1, MSG_NOSIGNAL);
    const ssize_t count = ::recv(socket.get(), buffer, sizeof buffer, 0);
    return count > 0 ? QByteArray(buffer, count) : QByteArray();
}

void QemuMiniTest::answersThroughAForwardedPort_data()
{
    QTest::addColumn<QString>("carrier");
    QTest::newRow("QEMU's own network") << QString();
    QTest::newRow("passt") << QStringLiteral("/usr/bin/passt");
}

void QemuMiniTest::answersThroughAForwardedPort()
{
    QFETCH(QString, carrier);
    if (!carrier.isEmpty() && !QFile::exists(carrier))
        QSKIP("no passt on this machine");
    PlainCall call(std::chrono::seconds(120));
    QemuFixture fixture;
    VmSpec spec = fixture.echoSpec();
    spec.setMemoryBytes(128 << 20);
    DiskSource disk = spec.disks().first();
    disk.setPath(fixture.context.folder(Folder::Disks) + QStringLiteral("/mini.qcow2"));
    disk.setFormat(QStringLiteral("qcow2"));
    QCOMPARE(QProcess::execute(QStringLiteral("qemu-img"),
                               {QStringLiteral("create"), QStringLiteral("-q"), QStringLiteral("-f"),
                                QStringLiteral("qcow2"), QStringLiteral("-F"), QStringLiteral("qcow2"),
                                QStringLiteral("-b"), m_image, disk.path()}),
             0);
    spec.setDisks({disk});
    PortForward ssh;
    ssh.setProtocol(PortForward::Protocol::Tcp);
    ssh.setHostAddress(QStringLiteral("127.0.0.1"));
    ssh.setHostPort(freePort());
    ssh.setGuestPort(22);
    NicSource nic;
    nic.setKind(NicSource::Kind::User);
    nic.setTarget(carrier);
    nic.setMac(QStringLiteral("52:54:00:12:34:56"));
    nic.setForwards({ssh});
    spec.setNics({nic});

    QVERIFY(fixture.driver->create(spec, call));
    const auto on = fixture.driver->powerOn(spec.id(), call);
    QVERIFY2(on, qPrintable(on ? QString() : on.error().text()));
    QByteArray greeting;
    QVERIFY(e2e::waitUntil(std::chrono::seconds(90), [&] {
        greeting = greetingAt(ssh.hostPort());
        return greeting.startsWith("SSH-2.0-");
    }));
    const auto usage = fixture.driver->usage(call);
    QVERIFY(usage);
    QVERIFY(usage->first().diskReadBytes() > (1 << 20));

    const auto off = fixture.driver->powerOff(spec.id(), {.graceSeconds = 60}, call);
    QVERIFY2(off, qPrintable(off ? QString() : off.error().text()));
    QCOMPARE(off->stoppedBy(), StopMethod::Acpi);
    QCOMPARE(off->reason(), StateReason::Requested);
}

QTEST_GUILESS_MAIN(QemuMiniTest)
#include "QemuMiniTest.moc"
