// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <condition_variable>
#include <future>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <QtCore/QDir>
#include <QtCore/QScopeGuard>
#include <QtCore/QTemporaryDir>
#include <QtTest/QtTest>

#include "config/Config.h"
#include "ghost/UniqueFd.h"
#include "host/PluginHost.h"
#include "log/Log.h"

using namespace ghost;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

const QString fake = QStringLiteral("hypervisor-fake");
const QString frontend = QStringLiteral("frontend-fake");

/// A host on the plugins that a test names, and what it told.
struct Host
{
    Host(const QString &root, const QString &plugins, const QString &activate = QStringLiteral("ok"),
         int frontendActivateMs = 0)
        : config(Config::load(
                     {{},
                      false,
                      {},
                      {{QStringLiteral("plugins"), plugins},
                       {QStringLiteral("settings.hypervisor-fake.activate"), activate},
                       {QStringLiteral("settings.frontend-fake.activate_ms"), QString::number(frontendActivateMs)}}})
                     .value())
        , log(std::move(*Log::open({LogLevel::Debug, root + QStringLiteral("/log")})))
        , host(new PluginHost(config, PluginCatalogue({{root}, {qEnvironmentVariable("GHOST_PLUGIN_DIR")}}),
                              AgentId::create(), {root, root, root, root}, *log,
                              {[](const QString &, const DriverEvent &) {}, [](const PluginStatus &) {}}))
    {}

    Result<void> prepare() { return host->prepare(); }
    void start()
    {
        host->start([this](PluginRuntime &runtime) {
            const std::scoped_lock lock(mutex);
            settled << runtime.metadata().id;
            changed.notify_all();
        });
    }
    bool waitUntilSettled(qsizetype count)
    {
        std::unique_lock lock(mutex);
        return changed.wait_for(lock, seconds(20), [&] { return settled.size() >= count; });
    }
    PluginStatus status(const QString &id) const
    {
        for (const PluginStatus &one : host->statuses())
            if (one.id() == id)
                return one;
        return {};
    }

    Config config;
    std::unique_ptr<Log> log;
    std::mutex mutex;
    std::condition_variable changed;
    QStringList settled;
    std::unique_ptr<PluginHost> host;
};

/// The fake's activate does not come back before the end of this, which waits for it.
class HungActivate
{
public:
    HungActivate(Host &host, const QString &root)
        : m_host(host)
        , m_fifo(QFile::encodeName(root + QStringLiteral("/release")))
    {
        if (::mkfifo(m_fifo.constData(), 0600) != 0)
            qFatal("cannot make %s", m_fifo.constData());
    }
    ~HungActivate()
    {
        const UniqueFd released(::open(m_fifo.constData(), O_RDWR | O_CLOEXEC));
        if (PluginRuntime *runtime = m_host.host->find(fake); runtime && !runtime->closeWorkers(seconds(20)))
            qFatal("activate has not come back");
    }
    HungActivate(const HungActivate &) = delete;
    HungActivate &operator=(const HungActivate &) = delete;

private:
    Host &m_host;
    const QByteArray m_fifo;
};

} // namespace

class PluginHostTest : public QObject
{
    Q_OBJECT

    QTemporaryDir m_root;
    QString m_folder;

    static void write(const QString &path, const QByteArray &content)
    {
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(content) == content.size());
    }

    static void copyFake(const QString &path)
    {
        QVERIFY(QFile::copy(qEnvironmentVariable("GHOST_PLUGIN_DIR") + "/hypervisor-fake.so", path));
        QCOMPARE(::chmod(qPrintable(path), 0644), 0);
    }

    /// What the fake frontend was called for.
    QByteArray trace() const
    {
        QFile file(m_folder + "/plugins/frontend-fake/trace");
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

private Q_SLOTS:
    void init()
    {
        m_folder = m_root.filePath(QString("%1-%2").arg(QTest::currentTestFunction(), QTest::currentDataTag()));
        QVERIFY(QDir().mkpath(m_folder));
    }

    // First: once made, a root object stays for good.
    void onePluginWhoseConstructorThrowsIsLeftOut()
    {
        qputenv("GHOST_FRONTEND_FAKE", "throw");
        Host host(m_folder, frontend + "," + fake);
        QVERIFY(host.prepare());
        host.start();
        qunsetenv("GHOST_FRONTEND_FAKE");
        QVERIFY(host.waitUntilSettled(2));
        QCOMPARE(host.status(frontend).stage(), PluginStatus::Stage::Failed);
        QVERIFY2(host.status(frontend).reason().contains("threw: the test wanted the constructor to throw"),
                 qPrintable(host.status(frontend).reason()));
        QCOMPARE(host.status(fake).stage(), PluginStatus::Stage::Active); // the other one works
        QVERIFY(host.host->stop(seconds(20)));
    }

    void activatesWhatIsNamed()
    {
        Host host(m_folder, fake);
        QVERIFY(host.prepare());
        QCOMPARE(host.status(fake).stage(), PluginStatus::Stage::Activating);
        QCOMPARE(host.host->drivers().hypervisor({}).error().code(), Code::Unavailable);
        QCOMPARE(host.host->drivers().hypervisor({}).error().message(),
                 QString("no Hypervisor plugin is active; hypervisor-fake is activating"));
        host.start();
        QVERIFY(host.waitUntilSettled(1));
        const PluginStatus status = host.status(fake);
        QCOMPARE(status.stage(), PluginStatus::Stage::Active);
        QCOMPARE(status.health().status(), Health::Status::Ready);
        QVERIFY(status.activateMs() >= 0);
        QVERIFY(!status.vmOptions().isEmpty());

        const auto driver = host.host->drivers().hypervisor(fake);
        QVERIFY(driver);
        QCOMPARE(host.host->drivers().hypervisor({})->plugin, fake);
        QCOMPARE(host.host->drivers().hypervisor("fake")->plugin, fake);
        QCOMPARE(host.host->drivers().hypervisor("hypervisor-fak").error().code(), Code::NotFound);
        QVERIFY(host.host->drivers().hypervisor("fak").error().message().endsWith("; there is " + fake));
        QCOMPARE(host.host->drivers().network("fake").error().code(), Code::NotFound);
        QVERIFY(qobject_cast<VmConsole *>(driver->object));
        QCOMPARE(host.host->drivers().network(fake).error().code(), Code::InvalidArgument);
        QVERIFY(!host.host->drivers().network({}));
        QVERIFY(host.host->stop(seconds(20)));
        QCOMPARE(host.status(fake).stage(), PluginStatus::Stage::Deactivated);
        QVERIFY(!host.host->drivers().hypervisor(fake));
    }

    void namesWhatAMissingPluginWasMeantToBe()
    {
        write(m_folder + "/hypervisor-qemu.so", {});
        QCOMPARE(PluginCatalogue({{}, {m_folder}}).find("hypervisor-qmeu").error().message(),
                 QString("no plugin 'hypervisor-qmeu'; did you mean 'hypervisor-qemu'?"));
        QCOMPARE(PluginCatalogue({{m_folder}, {}}).find("storage-qcow2").error().message(),
                 QString("no plugin 'storage-qcow2'"));
    }

    // Its file could not be had, so nobody knows its role: it may be the one that is missed.
    void whoMissesADriverIsToldWhatWasLeftOut()
    {
        Host host(m_folder, "hypervisor-absent");
        QVERIFY(host.prepare());
        const QString told = "; hypervisor-absent was left out: no plugin 'hypervisor-absent'";
        const Drivers &drivers = host.host->drivers();
        QCOMPARE(drivers.hypervisor({}).error().code(), Code::FailedPrecondition);
        QVERIFY2(drivers.hypervisor({}).error().message().startsWith("no Hypervisor plugin is configured" + told),
                 qPrintable(drivers.hypervisor({}).error().text()));
        QVERIFY2(drivers.hypervisor("qemu").error().message().startsWith("no plugin 'qemu' is configured" + told),
                 qPrintable(drivers.hypervisor("qemu").error().text()));
        QCOMPARE(drivers.hypervisor("absent").error().code(), Code::Unavailable);
    }

    void leavesOutWhatIsNoPlugin_data()
    {
        QTest::addColumn<QString>("kind");
        for (const char *kind : {"absent", "text", "empty", "elf", "dangling", "loop", "folder", "fifo", "renamed",
                                 "writable", "in a writable folder"})
            QTest::newRow(kind) << kind;
    }
    void leavesOutWhatIsNoPlugin()
    {
        QFETCH(QString, kind);
        const QString path = m_folder + "/bad.so";
        if (kind == "text")
            write(path, "#!/bin/sh\necho hello\n");
        else if (kind == "empty")
            write(path, {});
        else if (kind == "elf")
            QVERIFY(QFile::copy("/proc/self/exe", path));
        else if (kind == "dangling")
            QVERIFY(QFile::link(m_folder + "/none", path));
        else if (kind == "loop")
            QVERIFY(QFile::link(path, path));
        else if (kind == "folder")
            QVERIFY(QDir().mkpath(path));
        else if (kind == "fifo")
            QCOMPARE(::mkfifo(qPrintable(path), 0600), 0);
        else if (kind == "renamed")
            copyFake(path);
        else if (kind == "writable") {
            copyFake(path);
            QCOMPARE(::chmod(qPrintable(path), 0666), 0);
        } else if (kind == "in a writable folder") {
            copyFake(path);
            QCOMPARE(::chmod(qPrintable(m_folder), 0777), 0);
        }

        Host host(m_folder, "bad," + fake);
        QVERIFY(host.prepare());
        QCOMPARE(::chmod(qPrintable(m_folder), 0700), 0);
        const PluginStatus status = host.status("bad");
        QCOMPARE(status.stage(), PluginStatus::Stage::Rejected);
        QVERIFY2(status.reason().contains(kind == "absent" ? QString("no plugin 'bad'") : path),
                 qPrintable(status.reason()));
        host.start();
        QVERIFY(host.waitUntilSettled(1));
        QCOMPARE(host.status(fake).stage(), PluginStatus::Stage::Active); // the other one works
        QVERIFY(host.host->stop(seconds(20)));
    }

    void safeModeTakesOnlyTheAgentsOwn()
    {
        const QString own = m_folder + "/own", other = m_folder + "/other";
        QVERIFY(QDir().mkpath(own) && QDir().mkpath(other));
        write(own + "/both.so", "own");
        write(other + "/both.so", "other");
        write(other + "/foreign.so", "other");
        const PluginCatalogue open({{other}, {own}});
        const PluginCatalogue safe({{other}, {own}, true});
        QVERIFY(open.find("both").error().message().startsWith(other + "/both.so: is not a plugin"));
        QVERIFY(open.find("foreign").error().message().startsWith(other + "/foreign.so: is not a plugin"));
        QVERIFY(safe.find("both").error().message().startsWith(own + "/both.so: is not a plugin"));
        QCOMPARE(safe.find("foreign").error().message(),
                 other + "/foreign.so: not in safe mode: it is not the agent's own");
        QCOMPARE(safe.find("none").error().code(), Code::NotFound);
    }

    void aPluginThatCannotBeActivatedIsLeftOutWithTheReason_data()
    {
        QTest::addColumn<QString>("activate");
        QTest::addColumn<QString>("reason");
        QTest::newRow("fails") << "fail"
                               << "the test wanted activate to fail";
        QTest::newRow("throws") << "throw"
                                << "threw: the test wanted activate to throw";
    }
    void aPluginThatCannotBeActivatedIsLeftOutWithTheReason()
    {
        QFETCH(QString, activate);
        QFETCH(QString, reason);
        Host host(m_folder, fake, activate);
        QVERIFY(host.prepare());
        host.start();
        QVERIFY(host.waitUntilSettled(1));
        QCOMPARE(host.status(fake).stage(), PluginStatus::Stage::Failed);
        QVERIFY2(host.status(fake).reason().contains(reason), qPrintable(host.status(fake).reason()));
        const auto driver = host.host->drivers().hypervisor(fake);
        QCOMPARE(driver.error().code(), Code::Unavailable);
        QVERIFY(driver.error().text().contains(reason));
        const Error none = host.host->drivers().hypervisor({}).error();
        QCOMPARE(none.code(), Code::Unavailable);
        QVERIFY2(none.message().startsWith("no Hypervisor plugin is active; hypervisor-fake was left out: ") &&
                     none.message().contains(reason),
                 qPrintable(none.message()));
        QVERIFY(host.host->active().empty());
        host.host->expire(); // nothing more
        QCOMPARE(host.settled.size(), qsizetype(1));
        QVERIFY(host.host->stop(seconds(20)));
    }

    void aWrongSettingIsTheConfigurationsFault()
    {
        Host host(m_folder, fake, "explode");
        const auto prepared = host.prepare();
        QVERIFY(!prepared);
        QCOMPARE(prepared.error().code(), Code::InvalidArgument);
        QVERIFY(prepared.error().message().contains("activate"));
    }

    void noPluginIsDeactivatedWhileAnothersCallRuns()
    {
        Host host(m_folder, frontend + "," + fake);
        QVERIFY(host.prepare());
        host.start();
        QVERIFY(host.waitUntilSettled(2));
        QByteArray traceAtItsEnd;
        std::promise<void> begun;
        host.host->find(fake)->work().post([&] {
            begun.set_value();
            Signal never;
            Call slow({}, Call::Clock::now() + milliseconds(500));
            slow.wait(never);
            traceAtItsEnd = trace();
        });
        begun.get_future().wait();
        QVERIFY(host.host->stop(seconds(20)));
        QCOMPARE(traceAtItsEnd, QByteArray("activate\n"));
        QCOMPARE(trace(), QByteArray("activate\ndeactivate\n"));
    }

    void whatWasActivatedIsDeactivatedThoughNobodyKnewOfIt_data()
    {
        QTest::addColumn<bool>("expires");
        QTest::newRow("done during the stop") << false;
        QTest::newRow("done after its limit") << true;
    }
    void whatWasActivatedIsDeactivatedThoughNobodyKnewOfIt()
    {
        QFETCH(bool, expires);
        Host host(m_folder, frontend, "ok", 500);
        QVERIFY(host.prepare());
        host.start();
        QTRY_COMPARE(trace(), QByteArray("activate\n"));
        if (expires)
            host.host->expire();
        QVERIFY(host.host->stop(seconds(20)));
        QCOMPARE(trace(), QByteArray("activate\ndeactivate\n"));
        QCOMPARE(host.status(frontend).stage(),
                 expires ? PluginStatus::Stage::Failed : PluginStatus::Stage::Deactivated);
    }

    void whatHasFailedSinceItWasActivatedIsDeactivated()
    {
        Host host(m_folder, frontend);
        QVERIFY(host.prepare());
        host.start();
        QVERIFY(host.waitUntilSettled(1));
        host.host->find(frontend)->fail("it cannot open");
        QVERIFY(host.host->stop(seconds(20)));
        QCOMPARE(trace(), QByteArray("activate\ndeactivate\n"));
        QCOMPARE(host.status(frontend).reason(), QString("it cannot open"));
    }

    void onePluginThatHangsLeavesTheOthersTheirTimeToStop()
    {
        Host host(m_folder, fake + "," + frontend, "hang");
        const HungActivate hung(host, m_folder);
        QVERIFY(host.prepare());
        host.start();
        QVERIFY(host.waitUntilSettled(1));
        QTRY_VERIFY(QDir(m_folder + "/plugins/hypervisor-fake").exists()); // it has begun
        QVERIFY(!host.host->stop(seconds(2)));
        QCOMPARE(trace(), QByteArray("activate\ndeactivate\n"));
    }

    void aCallThatHangsKeepsTheDriversThatItMayCallYet()
    {
        Host host(m_folder, fake + "," + frontend);
        QVERIFY(host.prepare());
        host.start();
        QVERIFY(host.waitUntilSettled(2));
        std::promise<void> begun;
        Signal released;
        host.host->find(fake)->questions().post([&] {
            begun.set_value();
            Call slow({}, Call::Clock::now() + seconds(600));
            slow.wait(released);
        });
        begun.get_future().wait();
        const auto end = qScopeGuard([&] {
            released.raise();
            if (!host.host->find(fake)->closeWorkers(seconds(20)))
                qFatal("the call has not come back");
        });
        QVERIFY(!host.host->stop(seconds(1)));
        QCOMPARE(host.status(fake).stage(), PluginStatus::Stage::Active);
        QCOMPARE(trace(), QByteArray("activate\ndeactivate\n")); // a frontend is called by no driver
    }

    void onePluginThatHangsIsGivenUp()
    {
        Host host(m_folder, fake, "hang");
        const HungActivate hung(host, m_folder);
        QVERIFY(host.prepare());
        host.start();
        QTRY_VERIFY(QDir(m_folder + "/plugins/hypervisor-fake").exists()); // made just before activate
        QCOMPARE(host.status(fake).stage(), PluginStatus::Stage::Activating);
        host.host->expire();
        QVERIFY(host.waitUntilSettled(1));
        QCOMPARE(host.status(fake).stage(), PluginStatus::Stage::Failed);
        QVERIFY(host.status(fake).reason().contains("has not returned"));
        QVERIFY(!host.host->stop(milliseconds(50)));
    }
};

QTEST_GUILESS_MAIN(PluginHostTest)
#include "PluginHostTest.moc"
