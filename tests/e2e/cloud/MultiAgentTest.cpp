// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtTest/QTest>

#include "CloudAgent.h"
#include "CoreProcess.h"
#include "NetworkOfHosts.h"
#include "TestCore.h"

using namespace ghost::e2e;
using ghost::cloud::CoreProcess;
using ghost::cloud::TestOperator;
namespace v1 = ghost::cloud::v1;

/// One cloud at 100.64.0.1:8080 and three agents on hosts of their own, two VMs each. A link is cut, and healed.
class MultiAgentTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void knowsSixVmsOfThreeAgentsThroughAnOutage();

private:
    static QString host(int number) { return QString("host-%1").arg(number); }
    /// Has the agent make @p vm, and waits for its result.
    void create(const QString &agent, const QString &vm);
    std::string stop(const QString &agent, const QString &vm);
    bool isEnded(const std::string &command) { return m_cloud->command(command).state() == v1::COMMAND_STATE_ENDED; }

    std::unique_ptr<TestOperator> m_cloud;
};

void MultiAgentTest::init()
{
    if (const QString why = NetworkOfHosts::reason(); !why.isEmpty())
        QSKIP(qPrintable(why));
}

void MultiAgentTest::create(const QString &agent, const QString &vm)
{
    v1::SubmitCommandRequest request;
    request.set_agent(agent.toStdString());
    request.mutable_command()->mutable_create()->set_name(vm.toStdString());
    v1::KnownCommand known;
    QVERIFY(m_cloud->submit(request, known).ok());
    const std::string id = known.command().id();
    QVERIFY(waitUntil(seconds(20), [&] { return isEnded(id); }));
    const v1::CommandResult result = m_cloud->command(id).result();
    QVERIFY2(!result.has_error(), result.error().message().c_str());
}

std::string MultiAgentTest::stop(const QString &agent, const QString &vm)
{
    v1::SubmitCommandRequest request;
    request.set_agent(agent.toStdString());
    request.mutable_command()->mutable_stop()->set_vm(vm.toStdString());
    request.mutable_command()->mutable_stop()->set_force(true);
    v1::KnownCommand known;
    return m_cloud->submit(request, known).ok() ? known.command().id() : std::string();
}

void MultiAgentTest::knowsSixVmsOfThreeAgentsThroughAnOutage()
{
    const QString place = "100.64.0.1:8080";
    std::map<int, std::unique_ptr<AgentProcess>> agents;
    for (const int number : {5, 6, 7}) {
        QVERIFY(NetworkOfHosts::add(host(number), "100.64.0.1", QString("100.64.0.%1").arg(number)));
        agents[number] = std::make_unique<AgentProcess>(cloudConfig(place, host(number)));
        agents[number]->runWithin(NetworkOfHosts::within(host(number)));
    }
    CoreProcess core(place);
    QVERIFY2(core.start({"--interval", "1"}), core.standardError().constData());
    m_cloud = std::make_unique<TestOperator>(ghost::cloud::ownChannel(place));
    for (const auto &[number, agent] : agents)
        QVERIFY2(agent->start(), agent->standardError().constData());
    QVERIFY(waitUntil(seconds(30), [&] { return m_cloud->agents().size() == 3; }));
    const auto isAddressKnown = [](const v1::Agent &agent) {
        return !agent.addresses().empty() &&
               agent.addresses(0) == "100.64.0." + agent.name().substr(agent.name().size() - 1);
    };
    QVERIFY(waitUntil(seconds(30), [&] {
        const auto known = m_cloud->agents();
        return std::all_of(known.begin(), known.end(), isAddressKnown);
    }));
    for (int vm = 1; vm <= 6; ++vm) {
        create(host(5 + (vm - 1) / 2), QString("vm-%1").arg(vm));
        if (QTest::currentTestFailed())
            return;
    }
    const auto isKnownAsItIs = [&](int number) {
        return pictureOf(*m_cloud, agentIdOf(*m_cloud, host(number).toStdString())) == pictureOf(*agents[number]);
    };
    for (const int number : {5, 6, 7})
        QVERIFY(waitUntil(seconds(20), [&] { return isKnownAsItIs(number); }));
    QCOMPARE(m_cloud->vms().size(), size_t(6));

    QVERIFY(NetworkOfHosts::cut(host(6)));
    const std::string waiting = stop(host(6), "vm-3");
    QVERIFY(!waiting.empty());
    // The owner goes on with what is theirs; the others notice nothing.
    QCOMPARE(agents[6]->ctl().run("vm stop --force vm-4").exitCode, 0);
    for (const QString vm : {"vm-1", "vm-5"}) {
        const std::string command = stop(vm == "vm-1" ? host(5) : host(7), vm);
        QVERIFY(waitUntil(seconds(20), [&] { return isEnded(command); }));
    }
    const auto stateOf = [&](int number) {
        for (const v1::Agent &agent : m_cloud->agents())
            if (agent.name() == host(number).toStdString())
                return agent.state();
        return v1::AGENT_STATE_UNSPECIFIED;
    };
    QVERIFY(waitUntil(seconds(20), [&] { return stateOf(6) == v1::AGENT_STATE_LATE; }));
    QCOMPARE(stateOf(5), v1::AGENT_STATE_ONLINE);
    QVERIFY(!isEnded(waiting));
    QVERIFY(!isKnownAsItIs(6));

    QVERIFY(NetworkOfHosts::heal(host(6)));
    QVERIFY(waitUntil(seconds(90), [&] { return isEnded(waiting); }));
    QVERIFY2(!m_cloud->command(waiting).result().has_error(),
             m_cloud->command(waiting).result().error().message().c_str());
    for (const int number : {5, 6, 7}) {
        QVERIFY(waitUntil(seconds(30), [&] { return isKnownAsItIs(number); }));
        QVERIFY(waitUntil(seconds(30), [&] {
            return agents[number]->ctl().run("cloud status -o json").object()["outbox_reports"].toInt(-1) == 0;
        }));
    }
    QCOMPARE(stateOf(6), v1::AGENT_STATE_ONLINE);

    // Nothing twice, nothing lost.
    for (const int number : {5, 6, 7})
        for (const int count : operationsForCloud(*agents[number]))
            QCOMPARE(count, 1);
    QCOMPARE(m_cloud->history().filter("command.ended").size(), 9);
    QCOMPARE(m_cloud->history().filter("vm.created").size(), 6);
    QCOMPARE(m_cloud->history().filter("agent.gap").size(), 0);
    QVERIFY(!m_cloud->hasHistory("agent.duplicated"));
    for (const auto &[number, agent] : agents)
        QCOMPARE(agent->terminate(), 0);
    QCOMPARE(core.terminate(), 0);
}

int main(int argc, char **argv)
{
    NetworkOfHosts::enter();
    QCoreApplication application(argc, argv);
    MultiAgentTest test;
    return QTest::qExec(&test, argc, argv);
}
#include "MultiAgentTest.moc"
