// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "StatusCheck.h"
#include "TestAgent.h"
#include "TestCore.h"
#include "TestOperator.h"

using namespace ghost::cloud;
using namespace std::chrono_literals;

namespace {
const std::string someVm = "11111111-2222-3333-4444-555555555555";
} // namespace

/// The way of a command to its agent, and of its result back.
class GhostCloudCommandsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void goesAtOnceOverTheStream();
    void goesWithTheNextBeat();
    void comesAgainUntilItsResultIsThere();
    void survivesARestart();
    void keepsOneResult();
    void takesAResultThatItCannotPlace();
    void countsItsValidityDown();
    void expiresWhenNobodyFetchesIt();
    void isNotExpiredOnceItWasSent();
    void endsWhenItsAgentLeaves();
    void waitsWhileTheOwnerPauses();
    void waitsForACertainMachineAfterAnotherBoot();
    void comesOldestFirstAndInPortions();
    void aBeatBringsNoMoreThanAnAgentTakes();
    void isGivenOnceForARequestId();
    void namesVmsById();
    void refusesWhatIsNoCommand();
    void aSecondStreamTakesTheFirstOnesPlace();
    void refusesAStreamOfStrangers();

private:
    std::unique_ptr<TestCore> m_core;
    std::unique_ptr<TestOperator> m_operator;
    std::unique_ptr<TestAgent> m_agent;
};

void GhostCloudCommandsTest::init()
{
    m_core = std::make_unique<TestCore>();
    m_operator = std::make_unique<TestOperator>(m_core->channel());
    m_agent = std::make_unique<TestAgent>(m_core->channel(), "one");
    VERIFY_CODE(m_agent->enter(), OK);
}

void GhostCloudCommandsTest::cleanup()
{
    m_agent.reset();
    m_operator.reset();
    m_core.reset();
}

void GhostCloudCommandsTest::goesAtOnceOverTheStream()
{
    m_agent->watch();
    const std::string first = m_operator->start("one", someVm);
    const auto commands = m_agent->commands(1);
    QCOMPARE(commands.size(), size_t(1));
    QCOMPARE(commands[0].id(), first);
    QCOMPARE(commands[0].start().vm(), someVm);
    QCOMPARE(commands[0].valid_milliseconds(), int64_t(60'000));
    QCOMPARE(m_operator->command(first).state(), v1::COMMAND_STATE_SENT);
    const std::string second = m_operator->start("one", someVm);
    QCOMPARE(m_agent->commands(2).at(1).id(), second);
    VERIFY_CODE(m_agent->result(first), OK);
    QCOMPARE(m_operator->command(first).state(), v1::COMMAND_STATE_ENDED);
    const QStringList history = m_operator->history().filter("command.");
    QCOMPARE(history.size(), 3);
    QVERIFY2(history.last().startsWith("command.ended: start " + QString::fromStdString(someVm) + ": succeeded"),
             qPrintable(history.last()));
}

void GhostCloudCommandsTest::goesWithTheNextBeat()
{
    const std::string id = m_operator->start("one", someVm);
    QCOMPARE(m_operator->command(id).state(), v1::COMMAND_STATE_WAITING);
    VERIFY_CODE(m_agent->beat(), OK);
    QCOMPARE(m_agent->beaten.commands_size(), 1);
    QCOMPARE(m_agent->beaten.commands(0).id(), id);
    QCOMPARE(m_operator->command(id).state(), v1::COMMAND_STATE_SENT);
}

void GhostCloudCommandsTest::comesAgainUntilItsResultIsThere()
{
    const std::string first = m_operator->start("one", someVm);
    const std::string second = m_operator->start("one", someVm);
    for (int time = 0; time < 3; ++time) {
        m_agent->watch();
        QCOMPARE(m_agent->commands(2).size(), size_t(2));
        VERIFY_CODE(m_agent->beat(), OK);
        QCOMPARE(m_agent->beaten.commands_size(), 2);
    }
    VERIFY_CODE(m_agent->result(first), OK);
    VERIFY_CODE(m_agent->beat(), OK);
    QCOMPARE(m_agent->beaten.commands_size(), 1);
    m_agent->watch();
    QCOMPARE(m_agent->commands(1).at(0).id(), second);
}

void GhostCloudCommandsTest::survivesARestart()
{
    const std::string ended = m_operator->start("one", someVm);
    const std::string waiting = m_operator->start("one", someVm);
    VERIFY_CODE(m_agent->beat(), OK);
    VERIFY_CODE(m_agent->result(ended, false), OK);
    m_core->restart();
    m_agent->reconnect(m_core->channel());
    m_operator = std::make_unique<TestOperator>(m_core->channel());
    QCOMPARE(m_operator->command(ended).result().error().message(), std::string("no"));
    m_agent->watch();
    QCOMPARE(m_agent->commands(1).at(0).id(), waiting);
    VERIFY_CODE(m_agent->result(waiting), OK);
    QCOMPARE(m_operator->command(waiting).state(), v1::COMMAND_STATE_ENDED);
}

void GhostCloudCommandsTest::keepsOneResult()
{
    const std::string id = m_operator->start("one", someVm);
    VERIFY_CODE(m_agent->beat(), OK);
    VERIFY_CODE(m_agent->result(id), OK);
    VERIFY_CODE(m_agent->result(id, false), OK);
    QVERIFY(!m_operator->command(id).result().has_error());
    QCOMPARE(m_operator->history().filter("command.ended").size(), 1);
}

void GhostCloudCommandsTest::takesAResultThatItCannotPlace()
{
    VERIFY_CODE(m_agent->result("of a Core that lost its memory"), OK);
    QCOMPARE(m_operator->history().filter("command.ended").size(), 1);
    TestAgent other(m_core->channel(), "other");
    VERIFY_CODE(other.enter(), OK);
    const std::string id = m_operator->start("one", someVm);
    VERIFY_CODE(other.result(id), OK);
    QCOMPARE(m_operator->command(id).state(), v1::COMMAND_STATE_WAITING);
    VERIFY_CODE(m_agent->result(""), INVALID_ARGUMENT);
}

void GhostCloudCommandsTest::countsItsValidityDown()
{
    m_operator->start("one", someVm);
    VERIFY_CODE(m_agent->beat(), OK);
    m_core->advance(40s);
    VERIFY_CODE(m_agent->beat(), OK);
    QCOMPARE(m_agent->beaten.commands(0).valid_milliseconds(), int64_t(20'000));
    // Over a restart there is only the wall clock.
    m_core->restart();
    m_core->advance(5s);
    m_agent->reconnect(m_core->channel());
    m_agent->watch();
    QCOMPARE(m_agent->commands(1).at(0).valid_milliseconds(), int64_t(15'000));
    // Who may have it already still learns that it is over, and says how it ended.
    m_core->advance(20s);
    VERIFY_CODE(m_agent->beat(), OK);
    QCOMPARE(m_agent->beaten.commands(0).valid_milliseconds(), int64_t(0));
}

void GhostCloudCommandsTest::expiresWhenNobodyFetchesIt()
{
    const std::string id = m_operator->start("one", someVm, 1000);
    m_core->advance(2s);
    QTRY_COMPARE(m_operator->command(id).state(), v1::COMMAND_STATE_EXPIRED);
    VERIFY_CODE(m_agent->beat(), OK);
    QCOMPARE(m_agent->beaten.commands_size(), 0);
    QVERIFY(m_operator->hasHistory("command.expired"));
}

void GhostCloudCommandsTest::isNotExpiredOnceItWasSent()
{
    const std::string id = m_operator->start("one", someVm, 1000);
    VERIFY_CODE(m_agent->beat(), OK);
    m_core->advance(20s);
    const std::string later = m_operator->start("one", someVm, 1000);
    m_core->advance(2s);
    QTRY_COMPARE(m_operator->command(later).state(), v1::COMMAND_STATE_EXPIRED);
    QCOMPARE(m_operator->command(id).state(), v1::COMMAND_STATE_SENT);
}

void GhostCloudCommandsTest::endsWhenItsAgentLeaves()
{
    const std::string sent = m_operator->start("one", someVm);
    VERIFY_CODE(m_agent->beat(), OK);
    m_agent->picture.set_paused(true);
    VERIFY_CODE(m_agent->beat(), OK);
    const std::string waiting = m_operator->start("one", someVm);
    VERIFY_CODE(m_agent->leave(v1::UNREGISTER_REASON_LEAVE), OK);
    QCOMPARE(m_operator->command(waiting).state(), v1::COMMAND_STATE_EXPIRED);
    QCOMPARE(m_operator->command(sent).state(), v1::COMMAND_STATE_ENDED);
    QCOMPARE(m_operator->command(sent).result().error().code(), ghost::agent::v1::ERROR_CODE_UNAVAILABLE);
    VERIFY_CODE(m_agent->result(sent), OK); // one that was on its way
    QVERIFY(m_operator->command(sent).result().has_error());
    QCOMPARE(m_operator->history().filter("command.ended").size(), 1);
}

void GhostCloudCommandsTest::waitsWhileTheOwnerPauses()
{
    m_agent->picture.set_paused(true);
    VERIFY_CODE(m_agent->beat(), OK);
    m_agent->watch();
    const std::string id = m_operator->start("one", someVm);
    VERIFY_CODE(m_agent->beat(), OK);
    QCOMPARE(m_agent->beaten.commands_size(), 0);
    QCOMPARE(m_operator->command(id).state(), v1::COMMAND_STATE_WAITING);
    m_agent->picture.set_paused(false);
    VERIFY_CODE(m_agent->beat(), OK);
    QCOMPARE(m_agent->commands(1).at(0).id(), id);
}

void GhostCloudCommandsTest::waitsForACertainMachineAfterAnotherBoot()
{
    m_operator->start("one", someVm, 600'000);
    m_agent->startAnew("second run", "second boot"); // a power cut
    VERIFY_CODE(m_agent->enter(), OK);
    m_agent->watch();
    VERIFY_CODE(m_agent->beat(), OK);
    QCOMPARE(m_agent->beaten.commands_size(), 0);
    m_core->advance(61s);
    QCOMPARE(m_agent->commands(1).size(), size_t(1));
    // Who said that it goes needs no such doubt.
    VERIFY_CODE(m_agent->leave(v1::UNREGISTER_REASON_HOST_SHUTDOWN), OK);
    m_agent->startAnew("third run", "third boot");
    VERIFY_CODE(m_agent->enter(), OK);
    VERIFY_CODE(m_agent->beat(), OK);
    QCOMPARE(m_agent->beaten.commands_size(), 1);
}

void GhostCloudCommandsTest::comesOldestFirstAndInPortions()
{
    std::vector<std::string> ids;
    for (int number = 0; number < 200; ++number)
        ids.push_back(m_operator->start("one", someVm));
    VERIFY_CODE(m_agent->beat(), OK);
    QCOMPARE(m_agent->beaten.commands_size(), 64);
    for (int index = 0; index < 64; ++index)
        QCOMPARE(m_agent->beaten.commands(index).id(), ids[size_t(index)]);
    m_agent->watch();
    const auto all = m_agent->commands(200);
    QCOMPARE(all.size(), size_t(200));
    for (size_t index = 0; index < 200; ++index)
        QCOMPARE(all[index].id(), ids[index]);
}

void GhostCloudCommandsTest::aBeatBringsNoMoreThanAnAgentTakes()
{
    constexpr size_t mostThatAgentsTake = 1 << 20;
    v1::SubmitCommandRequest request;
    request.set_agent("one");
    request.mutable_command()->mutable_create()->set_name(std::string(60'000, 'n'));
    v1::KnownCommand known;
    for (int number = 0; number < 40; ++number)
        VERIFY_CODE(m_operator->submit(request, known), OK);
    VERIFY_CODE(m_agent->beat(), OK);
    QVERIFY(m_agent->beaten.commands_size() > 0);
    QVERIFY2(m_agent->beaten.ByteSizeLong() < mostThatAgentsTake,
             qPrintable(QString::number(m_agent->beaten.ByteSizeLong())));
}

void GhostCloudCommandsTest::isGivenOnceForARequestId()
{
    v1::SubmitCommandRequest request;
    request.set_agent("one");
    request.mutable_command()->mutable_create()->set_name("vm-1");
    request.set_request_id("mine");
    v1::KnownCommand first;
    VERIFY_CODE(m_operator->submit(request, first), OK);
    QCOMPARE(first.command().valid_milliseconds(), int64_t(300'000));
    m_core->restart();
    m_operator = std::make_unique<TestOperator>(m_core->channel());
    v1::KnownCommand second;
    VERIFY_CODE(m_operator->submit(request, second), OK);
    QCOMPARE(second.command().id(), first.command().id());
    QCOMPARE(m_operator->commands().size(), size_t(1));
}

void GhostCloudCommandsTest::namesVmsById()
{
    *m_agent->picture.add_vms() = TestAgent::vm(someVm, ghost::agent::v1::VM_STATE_RUNNING);
    m_agent->picture.mutable_vms(0)->set_name("my-vm");
    VERIFY_CODE(m_agent->beat(), OK);
    const std::string id = m_operator->start("one", "my-vm");
    QCOMPARE(m_operator->command(id).command().start().vm(), someVm);
    v1::SubmitCommandRequest request;
    request.set_agent("one");
    request.mutable_command()->mutable_stop()->set_vm("no-vm");
    v1::KnownCommand none;
    VERIFY_CODE(m_operator->submit(request, none), NOT_FOUND);
}

void GhostCloudCommandsTest::refusesWhatIsNoCommand()
{
    v1::KnownCommand known;
    v1::SubmitCommandRequest request;
    request.set_agent("one");
    VERIFY_CODE(m_operator->submit(request, known), INVALID_ARGUMENT);
    request.mutable_command()->mutable_create();
    VERIFY_CODE(m_operator->submit(request, known), INVALID_ARGUMENT);
    request.mutable_command()->mutable_start()->set_vm(someVm);
    request.mutable_command()->set_valid_milliseconds(-1);
    VERIFY_CODE(m_operator->submit(request, known), INVALID_ARGUMENT);
    request.mutable_command()->set_valid_milliseconds(0);
    request.mutable_command()->set_id("mine");
    VERIFY_CODE(m_operator->submit(request, known), INVALID_ARGUMENT);
    request.mutable_command()->clear_id();
    request.set_agent("nobody");
    VERIFY_CODE(m_operator->submit(request, known), NOT_FOUND);
    TestAgent namesake(m_core->channel(), "namesake");
    namesake.registration.set_name("one");
    VERIFY_CODE(namesake.enter(), OK);
    request.set_agent("one");
    VERIFY_CODE(m_operator->submit(request, known), FAILED_PRECONDITION);
    request.set_agent(namesake.registered.agent_id());
    VERIFY_CODE(m_operator->submit(request, known), OK);
    VERIFY_CODE(namesake.leave(v1::UNREGISTER_REASON_LEAVE), OK);
    QCOMPARE(m_operator->command(known.command().id()).state(), v1::COMMAND_STATE_EXPIRED);
    VERIFY_CODE(m_operator->submit(request, known), FAILED_PRECONDITION);
}

void GhostCloudCommandsTest::aSecondStreamTakesTheFirstOnesPlace()
{
    m_agent->watch();
    m_operator->start("one", someVm);
    QCOMPARE(m_agent->commands(1).size(), size_t(1));
    TestAgent same(m_core->channel(), "one");
    same.identity = m_agent->identity;
    same.watch();
    QCOMPARE(same.commands(1).size(), size_t(1));
    QCOMPARE(m_agent->watchEnd().error_code(), grpc::StatusCode::CANCELLED);
}

void GhostCloudCommandsTest::refusesAStreamOfStrangers()
{
    TestAgent stranger(m_core->channel(), "stranger");
    stranger.identity.set_agent_id("nobody");
    stranger.watch();
    QCOMPARE(stranger.watchEnd().error_code(), grpc::StatusCode::NOT_FOUND);
}

QTEST_GUILESS_MAIN(GhostCloudCommandsTest)
#include "GhostCloudCommandsTest.moc"
