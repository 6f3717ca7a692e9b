// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>
#include <QtCore/QProcess>

#include "StatusCheck.h"
#include "TestAgent.h"
#include "TestCore.h"
#include "TestOperator.h"

using namespace ghost::cloud;

namespace {
const std::string someVm = "11111111-2222-3333-4444-555555555555";
} // namespace

/// `ghostctl --cloud`: the real program and a real Core, with an agent that the test plays.
class OperatorConsoleTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void listsAgentsAndVms();
    void givesEachKindOfCommand();
    void waitsForTheEnd();
    void saysThatItHasNotEndedYet();
    void showsCommandsAndHistory();
    void saysWhatIsWrong();

private:
    struct Outcome
    {
        int exitCode = -1;
        QByteArray out;
        QByteArray err;
        QJsonDocument json() const { return QJsonDocument::fromJson(out); }
    };
    static Outcome finish(QProcess &process);
    void begin(QProcess &process, const QString &line, const QString &place = {}) const;
    Outcome run(const QString &line, const QString &place = {}) const;

    std::unique_ptr<TestCore> m_core;
    std::unique_ptr<TestAgent> m_agent;
};

void OperatorConsoleTest::init()
{
    m_core = std::make_unique<TestCore>();
    m_agent = std::make_unique<TestAgent>(m_core->channel(), "home");
    VERIFY_CODE(m_agent->enter(), OK);
    *m_agent->picture.add_vms() = TestAgent::vm(someVm, ghost::agent::v1::VM_STATE_RUNNING);
    m_agent->picture.mutable_vms(0)->set_name("my-vm");
    m_agent->picture.set_state_generation(7);
    VERIFY_CODE(m_agent->beat(), OK);
}

void OperatorConsoleTest::cleanup()
{
    m_agent.reset();
    m_core.reset();
}

void OperatorConsoleTest::begin(QProcess &process, const QString &line, const QString &place) const
{
    process.start(qEnvironmentVariable("GHOST_BIN_DIR") + "/ghostctl",
                  QStringList{"--cloud", place.isEmpty() ? m_core->place() : place} + QProcess::splitCommand(line));
}

OperatorConsoleTest::Outcome OperatorConsoleTest::finish(QProcess &process)
{
    Outcome outcome;
    if (process.waitForFinished(20'000) && process.exitStatus() == QProcess::NormalExit)
        outcome.exitCode = process.exitCode();
    outcome.out = process.readAllStandardOutput();
    outcome.err = process.readAllStandardError();
    return outcome;
}

OperatorConsoleTest::Outcome OperatorConsoleTest::run(const QString &line, const QString &place) const
{
    QProcess process;
    begin(process, line, place);
    return finish(process);
}

void OperatorConsoleTest::listsAgentsAndVms()
{
    const Outcome agents = run("agents");
    QCOMPARE(agents.exitCode, 0);
    QVERIFY2(agents.out.contains("home") && agents.out.contains("online"), agents.out.constData());
    QCOMPARE(run("agents -o json").json()[0]["state"].toString(), "online");
    const Outcome vms = run("vms --agent home");
    QCOMPARE(vms.exitCode, 0);
    QVERIFY2(vms.out.contains("my-vm") && vms.out.contains("running"), vms.out.constData());
    QCOMPARE(run("vms -o json").json()[0]["vm"]["name"].toString(), "my-vm");
    QVERIFY(run("vms -o yaml").out.contains("my-vm"));
}

void OperatorConsoleTest::givesEachKindOfCommand()
{
    m_agent->watch();
    size_t count = 0;
    for (const char *line :
         {"command create --agent home --name new --cpus 2 --no-wait", "command start my-vm --agent home",
          "command stop my-vm --agent home --force --generation 5",
          "command restart my-vm --agent home --grace 9s --generation 0",
          "command delete my-vm --agent home --force --valid 1h"}) {
        const Outcome given = run(line);
        QVERIFY2(given.exitCode == 0, given.err.constData());
        QVERIFY2(given.out.startsWith("command "), given.out.constData());
        QCOMPARE(m_agent->commands(++count).size(), count);
    }
    const auto commands = m_agent->commands(count);
    QCOMPARE(commands[0].create().name(), std::string("new"));
    QCOMPARE(commands[0].create().cpus(), 2);
    QCOMPARE(commands[1].start().vm(), someVm);
    QVERIFY(commands[2].stop().force());
    QCOMPARE(commands[3].restart().grace_seconds(), 9);
    QCOMPARE(commands[4].delete_().vm(), someVm);
    QCOMPARE(commands[4].valid_milliseconds(), int64_t(3600'000));
    // Decided on what the cloud knows, unless the operator says otherwise.
    const std::vector<uint64_t> generations{0, 7, 5, 0, 7};
    for (size_t index = 0; index < count; ++index)
        QCOMPARE(uint64_t(commands[index].state_generation()), generations[index]);
}

void OperatorConsoleTest::waitsForTheEnd()
{
    m_agent->watch();
    QProcess good;
    begin(good, "command start my-vm --agent home --wait");
    VERIFY_CODE(m_agent->result(m_agent->commands(1).at(0).id()), OK);
    const Outcome done = finish(good);
    QVERIFY2(done.exitCode == 0 && done.out.contains("succeeded"), (done.out + done.err).constData());
    QProcess bad;
    begin(bad, "command start my-vm --agent home --wait -o json");
    VERIFY_CODE(m_agent->result(m_agent->commands(2).at(1).id(), false), OK);
    const Outcome failed = finish(bad);
    QCOMPARE(failed.exitCode, 22); // Internal: the agent named no code
    QCOMPARE(failed.json()["result"]["error"]["message"].toString(), "no");
    QVERIFY2(failed.err.contains("command start: no"), failed.err.constData());
}

void OperatorConsoleTest::saysThatItHasNotEndedYet()
{
    const Outcome late = run("command start my-vm --agent home --wait --timeout 1s"); // the agent does not listen
    QCOMPARE(late.exitCode, 20);
    const QString id = run("command list -o json").json()[0]["command"]["id"].toString();
    QVERIFY2(late.err.contains("may still end (ghostctl command show " + id.toUtf8() + ")"), late.err.constData());
}

void OperatorConsoleTest::showsCommandsAndHistory()
{
    const QString id = run("command stop my-vm --agent home -o json").json()["command"]["id"].toString();
    QVERIFY(!id.isEmpty());
    const Outcome list = run("command list --agent home");
    QVERIFY2(list.out.contains(id.toUtf8()) && list.out.contains("waiting"), list.out.constData());
    const Outcome shown = run("command show " + id);
    QVERIFY2(shown.out.contains("stop"), shown.out.constData());
    const Outcome history = run("history --limit 1");
    QCOMPARE(history.exitCode, 0);
    QVERIFY2(history.out.contains("agent.registered"), history.out.constData());
}

void OperatorConsoleTest::saysWhatIsWrong()
{
    QCOMPARE(run("vms --agent nobody").exitCode, 11);
    QCOMPARE(run("command show nothing").exitCode, 11);
    QCOMPARE(run("command start no-vm --agent home").exitCode, 11);
    QCOMPARE(run("command list --limit 0").exitCode, 10);
    QCOMPARE(run("command start my-vm").exitCode, 2);
    QCOMPARE(run("agents", "not an address:x").exitCode, 10);
    const Outcome stranger = run("agents", "192.0.2.1:8080");
    QCOMPARE(stranger.exitCode, 16);
    QVERIFY2(stranger.err.contains("plain text"), stranger.err.constData());
    m_core->stop();
    const Outcome nobody = run("agents", "127.0.0.1:1");
    QCOMPARE(nobody.exitCode, 19);
    QVERIFY2(nobody.err.contains("Ghost Cloud at 127.0.0.1:1"), nobody.err.constData());
}

QTEST_GUILESS_MAIN(OperatorConsoleTest)
#include "OperatorConsoleTest.moc"
