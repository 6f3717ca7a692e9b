// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "HostForwards.h"

#include <future>

#include <QtCore/QProcess>
#include <QtCore/QTemporaryDir>
#include <QtTest/QTest>

#include "PlayedQmp.h"
#include "VmFolder.h"

using namespace ghost;

namespace {

struct Listener : QmpListener
{
    void qmpEvent(const QString &, const QJsonObject &) override {}
    void qmpConnected(const QString &) override {}
    void qmpProblem(const QString &) override {}
    void qmpHeardAgain() override {}
    void processEnded() override {}
};

} // namespace

class HostForwardsTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void readsTheRulesOfOnePort();
    void findsNoneInOtherWords();
    void takesBackWhatItGotNoAnswerTo();
};

void HostForwardsTest::readsTheRulesOfOnePort()
{
    const QString answer =
        QStringLiteral("Hub -1 (net0):\r\n"
                       "  Protocol[State]    FD  Source Address  Port   Dest. Address  Port RecvQ SendQ\r\n"
                       "  TCP[ESTABLISHED]   14       127.0.0.1 40000       10.0.2.15    22     0     0\r\n"
                       "  TCP[HOST_FORWARD]  11       127.0.0.1 22322       10.0.2.15    22     0     0\r\n"
                       "  UDP[HOST_FORWARD]  10               *  5353       10.0.2.15    53     0     0\r\n"
                       "Hub -1 (net1):\r\n"
                       "  Protocol[State]    FD  Source Address  Port   Dest. Address  Port RecvQ SendQ\r\n"
                       "  TCP[HOST_FORWARD]  15       127.0.0.1 22323       10.0.2.15    23     0     0\r\n");
    QCOMPARE(rulesIn(answer, QStringLiteral("net0")),
             QStringList({QStringLiteral("tcp:127.0.0.1:22322-:22"), QStringLiteral("udp:0.0.0.0:5353-:53")}));
    QCOMPARE(rulesIn(answer, QStringLiteral("net1")), QStringList({QStringLiteral("tcp:127.0.0.1:22323-:23")}));
    QCOMPARE(rulesIn(answer, QStringLiteral("net2")), QStringList());
}

void HostForwardsTest::findsNoneInOtherWords()
{
    QCOMPARE(rulesIn(QStringLiteral("unknown command: 'info usernet'"), QStringLiteral("net0")), QStringList());
}

/// QEMU has the command and will do it, late: no port may stay open that no record names.
void HostForwardsTest::takesBackWhatItGotNoAnswerTo()
{
    const VmId vm = VmId::create();
    const QTemporaryDir folder;
    const VmFolder files(folder.path());
    QProcess process;
    process.start(QStringLiteral("sleep"), {QStringLiteral("100")});
    QVERIFY(process.waitForStarted());
    std::promise<void> goOn;
    std::mutex mutex;
    QStringList told;
    const PlayedQmp qemu(*files.listen(qmpSocket), vm, QStringLiteral("running"),
                         [&, hung = goOn.get_future().share()](const QString &, const QJsonObject &arguments) {
                             const QString line = arguments.value(QStringLiteral("command-line")).toString();
                             if (line.startsWith(QStringLiteral("hostfwd_add")))
                                 hung.wait();
                             const std::lock_guard lock(mutex);
                             told.append(line);
                             return QJsonValue(QString());
                         });
    Listener listener;
    QmpMonitor monitor(
        GuestProcess::own(*ProcessMark::of(static_cast<pid_t>(process.processId()))), vm,
        [files] { return files.connect(qmpSocket); }, listener);
    PortForward forward;
    forward.setProtocol(PortForward::Protocol::Tcp);
    forward.setHostAddress(QStringLiteral("127.0.0.1"));
    forward.setHostPort(2222);
    forward.setGuestPort(22);
    Call call(OperationId(), Call::Clock::now() + std::chrono::seconds(30));
    const auto changed = HostForwards(monitor, QStringLiteral("net0")).become({forward}, call);
    goOn.set_value();
    QVERIFY(!changed);
    QCOMPARE(changed.error().code(), Code::Unavailable);
    const auto last = [&] {
        const std::lock_guard lock(mutex);
        return told.value(told.size() - 1);
    };
    QTRY_COMPARE(last(), QStringLiteral("hostfwd_remove net0 tcp:127.0.0.1:2222"));
    process.kill();
    QVERIFY(process.waitForFinished());
}

QTEST_GUILESS_MAIN(HostForwardsTest)
#include "HostForwardsTest.moc"
