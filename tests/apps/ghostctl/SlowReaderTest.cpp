// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QDeadlineTimer>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTest>

#include <array>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "FakeServer.h"
#include "ghost/UniqueFd.h"

using ghost::UniqueFd;

namespace {

constexpr int patienceMs = 20'000;

/// A pipe of one page whose writers do not block: as one is that another program, such as ssh, has made so.
struct NonBlockingPipe
{
    NonBlockingPipe()
    {
        std::array<int, 2> ends = {-1, -1};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0)
            qFatal("no pipe");
        reading = UniqueFd(ends[0]);
        writing = UniqueFd(ends[1]);
        ::fcntl(writing.get(), F_SETPIPE_SZ, 4096);
        ::fcntl(writing.get(), F_SETFL, O_NONBLOCK);
    }
    bool isFull() const
    {
        pollfd end = {writing.get(), POLLOUT, 0};
        return ::poll(&end, 1, 0) == 0;
    }
    /// All that comes until the last writer has closed it; less when that takes too long.
    QByteArray readAll()
    {
        writing = UniqueFd();
        QByteArray all;
        std::array<char, 1024> piece = {};
        const QDeadlineTimer deadline(patienceMs);
        pollfd end = {reading.get(), POLLIN, 0};
        while (::poll(&end, 1, int(deadline.remainingTime())) == 1) {
            const ssize_t got = ::read(reading.get(), piece.data(), piece.size());
            if (got <= 0)
                break;
            all.append(piece.data(), got);
        }
        return all;
    }

    UniqueFd reading;
    UniqueFd writing;
};

} // namespace

class SlowReaderTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void getsEverythingThroughANonBlockingPipe();
};

void SlowReaderTest::getsEverythingThroughANonBlockingPipe()
{
    FakeServer server;
    for (int number = 0; number < 200; ++number)
        *server.vms.add_vms() = FakeServer::vm(qPrintable(QStringLiteral("vm-%1").arg(number)));

    NonBlockingPipe pipe;
    QProcess ghostctl;
    ghostctl.setProcessChannelMode(QProcess::ForwardedChannels);
    ghostctl.setChildProcessModifier([fd = pipe.writing.get()] { ::dup2(fd, STDOUT_FILENO); });
    ghostctl.start(qEnvironmentVariable("GHOST_BIN_DIR") + "/ghostctl",
                   {"--root", server.root(), "vm", "list", "-o", "json"});
    QVERIFY(ghostctl.waitForStarted(patienceMs));
    QTRY_VERIFY_WITH_TIMEOUT(pipe.isFull(), patienceMs);
    QCOMPARE(ghostctl.state(), QProcess::Running); // it waits rather than give up or lose something

    const QByteArray out = pipe.readAll();
    QVERIFY(ghostctl.waitForFinished(patienceMs));
    QCOMPARE(ghostctl.exitCode(), 0);
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(out, &error);
    QVERIFY2(error.error == QJsonParseError::NoError, qPrintable(error.errorString()));
    QCOMPARE(out.count("\"name\""), 200);
}

QTEST_GUILESS_MAIN(SlowReaderTest)
#include "SlowReaderTest.moc"
