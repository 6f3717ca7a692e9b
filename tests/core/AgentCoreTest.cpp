// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <mutex>

#include <QtCore/QDir>
#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>
#include <QtCore/QTemporaryDir>
#include <QtTest/QtTest>

#include "AgentCore.h"
#include "Clock.h"
#include "config/Config.h"
#include "events/EventBus.h"
#include "log/Log.h"
#include "state/OperationArchive.h"
#include "state/StateStore.h"

using namespace ghost;
using std::chrono::seconds;

namespace {

const QString frontend = QStringLiteral("frontend-fake");
const Principal somebody(Principal::Kind::LocalUser, QStringLiteral("1000"));

QByteArray content(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// Keeps the values that an operation's reader gets.
class Values : public EventSink
{
public:
    void event(const Event &event) override
    {
        const std::scoped_lock lock(m_mutex);
        m_values.append(Operation::fromCbor(event.value()));
    }
    QList<Operation> all() const
    {
        const std::scoped_lock lock(m_mutex);
        return m_values;
    }
    bool hasEnded() const
    {
        const std::scoped_lock lock(m_mutex);
        return !m_values.isEmpty() && m_values.last().isEnded();
    }

private:
    mutable std::mutex m_mutex;
    QList<Operation> m_values;
};

/// One run of an agent on fake plugins and a root folder, which later runs may use again.
struct Run
{
    Run(const QString &root, const QString &plugins, QList<QPair<QString, QString>> settings = {})
        : config(Config::load({{}, false, {}, settings << qMakePair(QStringLiteral("plugins"), plugins)}).value())
        , log(std::move(*Log::open({LogLevel::Debug, root + QStringLiteral("/log")})))
        , agent(config,
                {{root, root, root, root}, {{}, {qEnvironmentVariable("GHOST_PLUGIN_DIR")}}, QStringLiteral("0")}, *log)
    {}
    bool start()
    {
        if (!agent.prepare())
            return false;
        isRunning = true;
        agent.start([this] { isReady = true; });
        return QTest::qWaitFor([this] { return isReady; }, 20'000);
    }
    bool stop()
    {
        isRunning = false;
        return agent.stop(seconds(20));
    }
    ~Run()
    {
        if (isRunning) // the test has failed
            stop();
    }
    PluginStatus status(const QString &id) const
    {
        for (const PluginStatus &one : agent.state()->plugins())
            if (one.id() == id)
                return one;
        return {};
    }
    std::shared_ptr<Values> watch(OperationId id)
    {
        auto values = std::make_shared<Values>();
        EventFilter filter;
        filter.subject = id.toString();
        agent.subscribe(filter, values);
        return values;
    }

    Config config;
    std::unique_ptr<Log> log;
    bool isReady = false;
    bool isRunning = false;
    AgentCore agent;
};

Command createVm(const QString &requestId)
{
    Command command;
    command.setName(QStringLiteral("CreateVM"));
    command.setRequestId(requestId);
    command.setArguments({{QStringLiteral("name"), QStringLiteral("my-vm")},
                          {QStringLiteral("cpus"), 1},
                          {QStringLiteral("memory_bytes"), 512 << 20}});
    return command;
}

} // namespace

/// The agent as frontends see it, from its start to its stop.
class AgentCoreTest : public QObject
{
    Q_OBJECT

    QTemporaryDir m_root;
    QString m_folder;

    QByteArray trace() const { return content(m_folder + "/plugins/frontend-fake/trace"); }
    /// How many VMs that are gone have still something to be removed; -1 while there is no such file.
    qsizetype leftovers() const
    {
        const QByteArray saved = content(m_folder + "/vms.json");
        return saved.isEmpty() ? -1 : QJsonDocument::fromJson(saved)["removing"].toArray().size();
    }
    void setFaults(const QByteArray &faults) const
    {
        const QString folder = m_folder + "/plugins/hypervisor-fake";
        QFile file(folder + "/faults.json");
        QVERIFY(QDir().mkpath(folder) && file.open(QIODevice::WriteOnly) && file.write(faults) == faults.size());
    }

private Q_SLOTS:
    void init()
    {
        m_folder = m_root.filePath(QTest::currentTestFunction());
        QVERIFY(QDir().mkpath(m_folder));
    }

    void aRequestThatIsRepeatedAfterARestartGetsItsFirstEnd()
    {
        OperationId first;
        {
            Run run(m_folder, "hypervisor-fake");
            QVERIFY(run.start());
            const auto submitted = run.agent.submit(createVm("once"), somebody);
            QVERIFY2(submitted, submitted ? "" : qPrintable(submitted.error().text()));
            first = *submitted;
            const auto values = run.watch(first);
            QTRY_VERIFY(values->hasEnded());
            QCOMPARE(values->all().last().status(), Operation::Status::Succeeded);
            QVERIFY(run.stop());
        }
        Run run(m_folder, "hypervisor-fake");
        QVERIFY(run.start());
        const auto again = run.agent.submit(createVm("once"), somebody);
        QVERIFY2(again, again ? "" : qPrintable(again.error().text()));
        QCOMPARE(*again, first);
        const auto values = run.watch(*again);
        QTRY_VERIFY(!values->all().isEmpty());
        QCOMPARE(values->all().first().id(), first);
        QCOMPARE(values->all().first().status(), Operation::Status::Succeeded);
        QVERIFY(run.stop());
        QCOMPARE(values->all().size(), qsizetype(1));
    }

    void anEndThatTheArchiveDidNotGetIsKnownAfterAKill()
    {
        JournalEntry entry;
        entry.operation.setId(OperationId::create());
        entry.operation.setPrincipal(somebody);
        entry.operation.setRequestId("r-1");
        entry.operation.setCreatedAtMs(nowMs());
        entry.command = createVm("r-1");
        {
            // As a kill leaves it between the write of the end and the archive's.
            const auto log = std::move(*Log::open({LogLevel::Debug, m_folder + "/log"}));
            EventBus events;
            StateStore store(m_folder + "/vms.json", events, *log);
            QVERIFY(store.load());
            store.putJournal(entry);
            QVERIFY(store.endOperation(
                entry.operation.id(), [](Operation &operation) { operation.setStatus(Operation::Status::Succeeded); }));
            QVERIFY(store.commit());
        }
        Run run(m_folder, "hypervisor-fake");
        QVERIFY(run.start());
        const auto again = run.agent.submit(createVm("r-1"), somebody);
        QVERIFY(again);
        QCOMPARE(*again, entry.operation.id());
        QVERIFY(run.agent.state()->vms().isEmpty());
        QVERIFY(run.stop());

        QFile::remove(m_folder + "/vms.json"); // the archive has it now
        const auto log = std::move(*Log::open({LogLevel::Debug, m_folder + "/log"}));
        const auto archive = OperationArchive::open(m_folder + "/operations.sqlite", 30, *log).value();
        QVERIFY(archive->holds(entry.operation.id(), seconds(10)).value_or(false));
    }

    void aVmWhosePluginIsNotThereIsUnknownWithTheReason()
    {
        {
            Run run(m_folder, "hypervisor-fake");
            QVERIFY(run.start());
            const auto values = run.watch(run.agent.submit(createVm({}), somebody).value());
            QTRY_VERIFY(values->hasEnded());
            QVERIFY(run.stop());
        }
        Run run(m_folder, frontend);
        QVERIFY(run.start());
        const auto vm = run.agent.state()->vmByName("my-vm");
        QVERIFY(vm);
        QCOMPARE(vm->state(), VmState::Unknown);
        QVERIFY2(vm->problem().contains("hypervisor-fake"), qPrintable(vm->problem()));
        const QString warning = "a VM of hypervisor-fake cannot be seen: " + vm->problem();
        QVERIFY2(run.agent.state()->warnings().contains(warning),
                 qPrintable(run.agent.state()->warnings().join(u'\n')));
        QVERIFY(run.stop());
    }

    void whatAFailedCreateLeavesIsSweptWithoutARestart()
    {
        Run run(m_folder, "hypervisor-fake");
        QVERIFY(run.start());
        setFaults(R"({"powerOn": {"hang_ms": 60000}})");
        Command command = createVm({});
        command.setTimeoutMs(200);
        const auto submitted = run.agent.submit(command, somebody);
        QVERIFY(submitted);
        const auto values = run.watch(*submitted);
        QTRY_VERIFY(values->hasEnded());
        QCOMPARE(values->all().last().error().code(), Code::DeadlineExceeded);
        QTRY_COMPARE(leftovers(), qsizetype(1));
        QTRY_COMPARE_WITH_TIMEOUT(leftovers(), qsizetype(0), 15'000);
        QVERIFY(run.stop());
    }

    void theTieToTheCloudIsCalledWhileItsFrontendIsOpen()
    {
        Run run(m_folder, "hypervisor-fake,frontend-fake", {{"settings.frontend-fake.activate_ms", "4500"}});
        QVERIFY(run.start());
        const Command pause(QStringLiteral("PauseCloud"), {});
        QCOMPARE(run.agent.submit(pause, somebody).error().code(), Code::Unavailable); // not yet
        QTRY_COMPARE_WITH_TIMEOUT(trace(), QByteArray("activate\nopen\n"), 10'000);
        QVERIFY(run.status(frontend).facets().contains(QStringLiteral("CloudLink")));
        const auto submitted = run.agent.submit(pause, somebody);
        QVERIFY2(submitted, submitted ? "" : qPrintable(submitted.error().text()));
        const auto values = run.watch(*submitted);
        QTRY_VERIFY(values->hasEnded());
        QCOMPARE(values->all().last().error().text(), QString());
        QVERIFY(run.stop());
        QCOMPARE(trace(), QByteArray("activate\nopen\npause\nclose\ndeactivate\n"));
        QVERIFY(!run.agent.submit(pause, somebody));
    }

    void withoutATieToTheCloudItIsSaidWhatToDo()
    {
        Run run(m_folder, "hypervisor-fake");
        QVERIFY(run.start());
        const auto refused = run.agent.submit(Command(QStringLiteral("PauseCloud"), {}), somebody);
        QCOMPARE(refused.error().code(), Code::FailedPrecondition);
        QCOMPARE(refused.error().message(), QString("no cloud is configured"));
        QVERIFY2(refused.error().hint().contains("uplink-cloud"), qPrintable(refused.error().text()));
        QVERIFY(run.stop());
    }

    void aFrontendThatComesLateIsOpened()
    {
        Run run(m_folder, "hypervisor-fake,frontend-fake", {{"settings.frontend-fake.activate_ms", "4500"}});
        QVERIFY(run.start());
        QCOMPARE(trace(), QByteArray("activate\n")); // nobody waits for it for so long
        QTRY_COMPARE_WITH_TIMEOUT(trace(), QByteArray("activate\nopen\n"), 10'000);
        QCOMPARE(run.status(frontend).stage(), PluginStatus::Stage::Active);
        QVERIFY(run.stop());
        QCOMPARE(trace(), QByteArray("activate\nopen\nclose\ndeactivate\n"));
    }

    void aFrontendThatCannotOpenIsLeftOutAndStillDeactivated_data()
    {
        QTest::addColumn<QString>("open");
        QTest::addColumn<QString>("reason");
        QTest::newRow("fails") << "fail"
                               << "the test wanted open to fail";
        QTest::newRow("throws") << "throw"
                                << "threw: the test wanted open to throw";
    }
    void aFrontendThatCannotOpenIsLeftOutAndStillDeactivated()
    {
        QFETCH(QString, open);
        QFETCH(QString, reason);
        m_folder += "-" + open;
        QVERIFY(QDir().mkpath(m_folder));
        Run run(m_folder, frontend, {{"settings.frontend-fake.open", open}});
        QVERIFY(run.start());
        QTRY_COMPARE(run.status(frontend).stage(), PluginStatus::Stage::Failed);
        QVERIFY2(run.status(frontend).reason().contains(reason), qPrintable(run.status(frontend).reason()));
        QVERIFY(run.stop());
        QCOMPARE(trace(), QByteArray("activate\nopen\ndeactivate\n"));
    }

    void aFrontendThatThrowsInCloseHarmsNobody()
    {
        Run run(m_folder, frontend, {{"settings.frontend-fake.close", "throw"}});
        QVERIFY(run.start());
        QVERIFY(run.stop());
        QCOMPARE(trace(), QByteArray("activate\nopen\nclose\ndeactivate\n"));
        QVERIFY(content(m_folder + "/log").contains("threw: the test wanted close to throw"));
    }
};

QTEST_GUILESS_MAIN(AgentCoreTest)
#include "AgentCoreTest.moc"
