// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <mutex>
#include <thread>
#include <unistd.h>

#include <QtCore/QElapsedTimer>
#include <QtCore/QFile>

#include "CoreProcess.h"
#include "StatusCheck.h"
#include "TestAgent.h"
#include "TestCore.h"
#include "TestOperator.h"

using namespace ghost::cloud;

namespace {

constexpr int agentCount = 1000;
constexpr int connectionCount = 50;
constexpr int threadCount = 4;

/// A line of /proc/PID/status in kB.
qint64 kilobytes(qint64 pid, const QByteArray &key)
{
    QFile file(QStringLiteral("/proc/%1/status").arg(pid));
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    for (const QByteArray &line : file.readAll().split('\n'))
        if (line.startsWith(key + ':'))
            return line.mid(key.size() + 1).trimmed().split(' ').first().toLongLong();
    return 0;
}

/// Time on a processor so far.
qint64 cpuMilliseconds(qint64 pid)
{
    QFile file(QStringLiteral("/proc/%1/stat").arg(pid));
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    const QByteArrayList words = file.readAll().split(')').last().simplified().split(' ');
    return (words.value(11).toLongLong() + words.value(12).toLongLong()) * 1000 / ::sysconf(_SC_CLK_TCK);
}

} // namespace

/// A thousand agents, each with a stream that stays open.
class GhostCloudScaleTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void servesAThousandAgentsAtOnce();

private:
    /// Does @p work for every agent, on some threads; milliseconds of each, sorted.
    template <class Work>
    std::vector<double> forAll(const Work &work);

    std::vector<std::unique_ptr<TestAgent>> m_agents;
};

template <class Work>
std::vector<double> GhostCloudScaleTest::forAll(const Work &work)
{
    std::mutex mutex;
    std::vector<double> times;
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < threadCount; ++thread)
        threads.emplace_back([&, thread] {
            for (size_t index = size_t(thread); index < m_agents.size(); index += threadCount) {
                QElapsedTimer clock;
                clock.start();
                work(*m_agents[index]);
                const std::lock_guard lock(mutex);
                times.push_back(double(clock.nsecsElapsed()) / 1e6);
            }
        });
    threads.clear();
    std::sort(times.begin(), times.end());
    return times;
}

void GhostCloudScaleTest::servesAThousandAgentsAtOnce()
{
    CoreProcess core;
    QVERIFY2(core.start(), core.standardError().constData());
    const qint64 pid = core.process().processId();
    const qint64 memoryBefore = kilobytes(pid, "VmRSS");
    std::vector<std::shared_ptr<grpc::Channel>> channels;
    for (int connection = 0; connection < connectionCount; ++connection)
        channels.push_back(ownChannel(core.place()));
    for (int number = 0; number < agentCount; ++number) {
        m_agents.push_back(
            std::make_unique<TestAgent>(channels[size_t(number % connectionCount)], "agent-" + std::to_string(number)));
        for (const char *vm : {"a", "b"})
            *m_agents.back()->picture.add_vms() = TestAgent::vm(vm, ghost::agent::v1::VM_STATE_RUNNING);
    }
    std::atomic<int> failed = 0;
    const auto check = [&failed](const grpc::Status &status) { failed += status.ok() ? 0 : 1; };
    const auto registrations = forAll([&](TestAgent &agent) { check(agent.enter()); });
    forAll([](TestAgent &agent) { agent.watch(); });
    const auto firstBeats = forAll([&](TestAgent &agent) { check(agent.beat()); });
    const qint64 cpuBefore = cpuMilliseconds(pid);
    const auto beats = forAll([&](TestAgent &agent) { check(agent.beat()); });
    const qint64 cpuOfBeats = cpuMilliseconds(pid) - cpuBefore;
    QCOMPARE(failed.load(), 0);

    TestOperator cloud(ownChannel(core.place()));
    QCOMPARE(cloud.agents().size(), size_t(agentCount));
    for (int number = 0; number < agentCount; number += 100)
        cloud.start("agent-" + std::to_string(number), "11111111-2222-3333-4444-555555555555");
    for (int number = 0; number < agentCount; number += 100)
        QCOMPARE(m_agents[size_t(number)]->commands(1).size(), size_t(1));

    const auto p99 = [](const std::vector<double> &times) { return times[times.size() * 99 / 100]; };
    qInfo(
        "p99 of %d: register %.1f ms, first beat %.1f ms, beat %.1f ms; %.3f ms of processor a beat; %.1f kB an agent",
        agentCount, p99(registrations), p99(firstBeats), p99(beats), double(cpuOfBeats) / agentCount,
        double(kilobytes(pid, "VmRSS") - memoryBefore) / agentCount);
    QVERIFY(p99(beats) < 1000);
    m_agents.clear();
    QCOMPARE(core.terminate(), 0);
}

QTEST_GUILESS_MAIN(GhostCloudScaleTest)
#include "GhostCloudScaleTest.moc"
