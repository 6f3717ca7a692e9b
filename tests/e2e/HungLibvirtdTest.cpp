// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <QtCore/QCoreApplication>
#include <QtCore/QDateTime>
#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtTest/QTest>

#include "support/RealHost.h"

using namespace ghost::e2e;

namespace {

const QString holdStarts = "/run/hold-starts"; // own-world

QByteArray bothHypervisors()
{
    return QByteArray(realConfig()).replace("hypervisor-libvirt,", "hypervisor-libvirt, hypervisor-fake,");
}

// Both speak with libvirt; which of them notices first is no matter.
bool namesPluginAndReason(const QByteArray &told)
{
    const qsizetype plugin = std::max(told.indexOf("network-nat: "), told.indexOf("hypervisor-libvirt: "));
    return plugin >= 0 && (told.contains("keepalive") || told.contains("libvirtd"));
}

} // namespace

/// A libvirtd that hangs, is away or goes away: clear answers at once, everything else goes on, and nothing is left.
class HungLibvirtdTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanup();
    void aFrozenOneIsKnownAndNothingElseWaits();
    void whatFailedMeanwhileAndHappensLaterIsTakenBack();
    void anAbsentOneIsWaitedForAfterTheAgentsStart();
    void oneThatIsKilledDuringCreateLeavesNothing();

private:
    bool isReady(const QString &plugin) const;
    /// Milliseconds until libvirt's plugins are ready and @p vm starts.
    qint64 untilBack(const QString &vm) const;
    QStringList ourDomains() const;
    /// From its submission to its end, as the agent has noted; -1: it has not ended.
    qint64 lastOperationMilliseconds() const;

    RealHost m_host;
};

void HungLibvirtdTest::initTestCase()
{
    GHOST_E2E_NEEDS(m_host);
    QCOMPARE(m_host.agent().terminate(), 0);
    m_host.agent().writeConfig(bothHypervisors());
    QVERIFY2(m_host.agent().start(), m_host.agent().standardError().constData());
    QCOMPARE(m_host.ctl().run("vm create --name real --stopped").exitCode, 0);
    QCOMPARE(m_host.ctl().run("vm create --name fake --hypervisor hypervisor-fake").exitCode, 0);
}

void HungLibvirtdTest::cleanup()
{
    QFile::remove(holdStarts);
    m_host.libvirtd().thaw();
}

bool HungLibvirtdTest::isReady(const QString &plugin) const
{
    return m_host.ctl().run("plugin info -o json " + plugin).object()["health"] == "ready";
}

qint64 HungLibvirtdTest::untilBack(const QString &vm) const
{
    QElapsedTimer clock;
    clock.start();
    const bool back = waitUntil(seconds(30), [&] {
        return isReady("hypervisor-libvirt") && isReady("network-nat") &&
               m_host.ctl().run("vm start --no-wait " + vm).exitCode == 0;
    });
    return back ? clock.elapsed() : -1;
}

qint64 HungLibvirtdTest::lastOperationMilliseconds() const
{
    const QJsonObject operation = m_host.ctl().run("operation list --all --limit 1 -o json").array().first().toObject();
    const auto at = [&](const char *field) {
        return QDateTime::fromString(operation[QLatin1String(field)].toString(), Qt::ISODateWithMs);
    };
    return at("ended_at").isValid() ? at("created_at").msecsTo(at("ended_at")) : -1;
}

QStringList HungLibvirtdTest::ourDomains() const
{
    QStringList expected;
    for (const QJsonValue &vm : m_host.ctl().list("vm"))
        if (vm["hypervisor"] == "hypervisor-libvirt")
            expected.append(m_host.domainOf(vm["name"].toString()));
    expected.sort();
    return expected;
}

void HungLibvirtdTest::aFrozenOneIsKnownAndNothingElseWaits()
{
    const Ghostctl ctl = m_host.ctl();
    m_host.libvirtd().freeze();
    const auto first = ctl.start("vm start --no-wait real");
    qint64 slowestList = 0;
    qint64 slowestFake = 0;
    for (int round = 0; round < 5; ++round) {
        const Outcome listed = ctl.run("vm list");
        QVERIFY2(listed.exitCode == 0 && listed.out.contains("real"), listed.text().constData());
        slowestList = std::max(slowestList, listed.elapsedMilliseconds);
        const Outcome fake = ctl.run(round % 2 ? "vm start fake" : "vm stop fake");
        QVERIFY2(fake.exitCode == 0, fake.text().constData());
        slowestFake = std::max(slowestFake, fake.elapsedMilliseconds);
    }
    const Outcome failed = first->finish(seconds(30));
    QVERIFY2(failed.exitCode == 19 && namesPluginAndReason(failed.err), failed.text().constData());
    QList<qint64> times;
    for (int round = 0; round < 10; ++round) {
        const Outcome refused = ctl.run("vm start --no-wait real");
        QVERIFY2(refused.exitCode == 19 && namesPluginAndReason(refused.err), refused.text().constData());
        times.append(lastOperationMilliseconds());
    }
    std::sort(times.begin(), times.end());
    QVERIFY(times.first() >= 0);
    m_host.libvirtd().thaw();
    const qint64 back = untilBack("real");
    qInfo("known dead after %lld ms (target 6000); then refused in %lld ms at the median, %lld at most (target 100); "
          "vm list %lld ms, fake VM %lld ms at most; back %lld ms after SIGCONT (target 5000)",
          failed.elapsedMilliseconds, times.at(times.size() / 2), times.last(), slowestList, slowestFake, back);
    QVERIFY(failed.elapsedMilliseconds < 12'000);
    QVERIFY(times.at(times.size() / 2) < 1'000);
    QVERIFY(slowestList < 2'000 && slowestFake < 2'000);
    QVERIFY(back >= 0 && back < 15'000);
    QCOMPARE(ctl.run("vm stop --force real").exitCode, 0);
}

void HungLibvirtdTest::whatFailedMeanwhileAndHappensLaterIsTakenBack()
{
    const Ghostctl ctl = m_host.ctl();
    const QStringList before = domains();
    // One start is caught within libvirt: it will happen although its caller has long given up.
    QVERIFY(QFile(holdStarts).open(QIODevice::WriteOnly));
    std::vector<std::unique_ptr<RunningGhostctl>> creating;
    creating.push_back(ctl.start("vm create --no-wait --name late-1"));
    QVERIFY(creating.front()->waitForStep("power on"));
    QVERIFY(waitUntil(seconds(10), [] { return QFile::exists("/run/held-start"); }));
    m_host.libvirtd().freeze();
    for (int number = 2; number <= 8; ++number)
        creating.push_back(ctl.start(QString("vm create --stopped --name late-%1").arg(number)));
    QElapsedTimer frozen;
    frozen.start();
    int failed = 0;
    QSet<QString> made;
    for (int number = 1; number <= 8; ++number) {
        const Outcome outcome = creating.at(size_t(number - 1))->finish(seconds(60));
        QVERIFY2(outcome.exitCode == 0 || outcome.exitCode == 19 || outcome.exitCode == 20, outcome.text().constData());
        if (outcome.exitCode == 0)
            made.insert(QString("late-%1").arg(number));
        else
            ++failed;
    }
    qInfo("%d of 8 creates failed, the last one after %lld ms", failed, frozen.elapsed());
    QVERIFY(failed > 0);
    const auto onlyTheMadeAreShown = [&] {
        for (const QJsonValue &vm : ctl.list("vm"))
            if (vm["name"].toString().startsWith("late-") && !made.contains(vm["name"].toString()))
                return false;
        return true;
    };
    bool neverShown = true;
    waitUntil(milliseconds(std::max<qint64>(0, 20'000 - frozen.elapsed())), [&] {
        neverShown = neverShown && onlyTheMadeAreShown();
        return false;
    });
    QVERIFY(QFile::remove(holdStarts));
    m_host.libvirtd().thaw();
    QElapsedTimer thawed;
    thawed.start();
    qint64 goneAfter = 0; // the last moment at which there was more than there should be
    int late = 0;
    waitUntil(seconds(14), [&] {
        const int more = int(domains().size() - before.size() - made.size());
        late = std::max(late, more);
        goneAfter = more > 0 ? thawed.elapsed() : goneAfter;
        neverShown = neverShown && onlyTheMadeAreShown();
        return false;
    });
    qInfo("%d domains came late; the last of them was gone %lld ms after SIGCONT (target 10000)", late, goneAfter);
    QVERIFY(late > 0 && goneAfter < 12'000);
    QVERIFY(neverShown);
    for (const QString &name : made)
        QCOMPARE(ctl.run("vm delete --force " + name).exitCode, 0);
    QStringList left = domains();
    left.sort();
    QCOMPARE(left, ourDomains());
    QCOMPARE(QDir(m_host.agent().path("disks")).entryList(QDir::Files).filter("late").size(), 0);
}

void HungLibvirtdTest::anAbsentOneIsWaitedForAfterTheAgentsStart()
{
    const Ghostctl ctl = m_host.ctl();
    QCOMPARE(m_host.agent().terminate(), 0);
    m_host.libvirtd().stopHard();
    QElapsedTimer clock;
    clock.start();
    QVERIFY2(m_host.agent().start(), m_host.agent().standardError().constData());
    qInfo("without libvirtd the agent takes connections after %lld ms", clock.elapsed());
    QCOMPARE(ctl.list("vm").size(), 2);
    QCOMPARE(ctl.vm("real")["state"].toString(), "unknown");
    QCOMPARE(ctl.vm("fake")["hypervisor"].toString(), "hypervisor-fake");
    const Outcome refused = ctl.run("vm create --name early");
    QVERIFY2(refused.exitCode == 19, refused.text().constData());
    QCOMPARE(ctl.list("vm").size(), 2);
    QVERIFY(!isReady("hypervisor-libvirt"));
    QVERIFY(m_host.libvirtd().startAgain());
    qInfo("back %lld ms after libvirtd", untilBack("real"));
    QVERIFY(waitUntil(seconds(10), [&] { return ctl.vm("real")["state"] == "running"; }));
    QCOMPARE(ctl.run("vm stop --force real").exitCode, 0);
}

void HungLibvirtdTest::oneThatIsKilledDuringCreateLeavesNothing()
{
    const Ghostctl ctl = m_host.ctl();
    const QByteArray before = m_host.everythingThere();
    const auto creating = ctl.start("vm create --name short");
    QVERIFY(creating->waitForStep("create the VM"));
    m_host.libvirtd().stopHard();
    const Outcome failed = creating->finish();
    QVERIFY2(failed.exitCode == 19, failed.text().constData());
    QCOMPARE(ctl.list("vm").size(), 2);
    QVERIFY(m_host.libvirtd().startAgain());
    QElapsedTimer clock;
    clock.start();
    waitUntil(seconds(25), [&] { return m_host.everythingThere() == before; });
    QCOMPARE(difference(before, m_host.everythingThere()), QByteArray());
    qInfo("nothing is left %lld ms after libvirtd's return", clock.elapsed());
}

GHOST_E2E_MAIN(HungLibvirtdTest)
#include "HungLibvirtdTest.moc"
