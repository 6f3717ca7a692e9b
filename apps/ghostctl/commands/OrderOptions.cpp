// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/OrderOptions.h"

#include <thread>

#include <CLI/CLI.hpp>
#include <ghost/cloud/v1/operator.grpc.pb.h>

#include "Session.h"
#include "agent/Rpc.h"
#include "input/CliOptions.h"
#include "output/OperatorTable.h"
#include "output/Printable.h"
#include "output/ProtoJson.h"

namespace ghost::ctl {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds usualValidity = std::chrono::minutes(5);
constexpr milliseconds lookInterval(200);
/// What an operation may take that began in the last moment, and the result on its way.
constexpr milliseconds afterValidity = std::chrono::minutes(6);

bool isOver(const cloud::v1::KnownCommand &known)
{
    return known.state() == cloud::v1::COMMAND_STATE_ENDED || known.state() == cloud::v1::COMMAND_STATE_EXPIRED;
}

QString showCommand(const cloud::v1::KnownCommand &known)
{
    return QStringLiteral("ghostctl command show %1").arg(QString::fromStdString(known.command().id()));
}

/// Empty: it names none.
std::string vmOf(const cloud::v1::Command &command)
{
    switch (command.action_case()) {
    case cloud::v1::Command::kStart:
        return command.start().vm();
    case cloud::v1::Command::kStop:
        return command.stop().vm();
    case cloud::v1::Command::kRestart:
        return command.restart().vm();
    case cloud::v1::Command::kDelete:
        return command.delete_().vm();
    default:
        return {};
    }
}

Result<cloud::v1::KnownCommand> look(Session &session, const std::string &id)
{
    cloud::v1::ListCommandsRequest request;
    request.set_id(id);
    const auto list = ask(session, &cloud::v1::OperatorService::Stub::ListCommands, request);
    if (!list)
        return list.error();
    if (list->commands().empty())
        return Error(Code::NotFound, QStringLiteral("the cloud has forgotten the command"));
    return list->commands(0);
}

Result<void> outcomeOf(const cloud::v1::KnownCommand &known)
{
    if (known.state() == cloud::v1::COMMAND_STATE_EXPIRED)
        return Error(Code::DeadlineExceeded, QStringLiteral("its agent did not fetch it in time; nothing was done"));
    const agent::v1::Error &error = known.result().error();
    if (known.state() != cloud::v1::COMMAND_STATE_ENDED || !known.result().has_error())
        return {};
    const bool isKnown =
        error.code() != agent::v1::ERROR_CODE_UNSPECIFIED && agent::v1::ErrorCode_IsValid(error.code());
    return Error(isKnown ? Code(int(error.code())) : Code::Internal, QString::fromStdString(error.message()))
        .withField(QString::fromStdString(error.field()))
        .withHint(QString::fromStdString(error.hint()));
}

} // namespace

void OrderOptions::declare(CLI::App &app)
{
    addText(app, "--agent", agent, "Name or id of the agent")->required()->type_name("AGENT");
    addDuration(app, "--valid", valid, "It may begin within 30s, 2m, … (default 5m)");
    addCount(app, "--generation", generation,
             "Not if the VM's owner changed it after that (default what the cloud knows now; 0: whatever happened)");
    addSwitch(app, "--wait", wait, "Wait for its end");
}

milliseconds OrderOptions::validity() const
{
    return valid.value_or(usualValidity);
}

Result<void> OrderOptions::give(Session &session, const cloud::v1::Command &command) const
{
    const Result<qint64> decided = decidedOn(session, command);
    if (!decided)
        return decided.error();
    cloud::v1::SubmitCommandRequest request;
    request.set_agent(agent.toStdString());
    *request.mutable_command() = command;
    request.mutable_command()->set_valid_milliseconds(validity().count());
    request.mutable_command()->set_state_generation(quint64(*decided));
    request.set_request_id(QUuid::createUuid().toString(QUuid::WithoutBraces).toStdString());
    const auto given = ask(session, &cloud::v1::OperatorService::Stub::SubmitCommand, request);
    if (!given)
        return given.error();
    const Result<cloud::v1::KnownCommand> known =
        wait ? awaitEnd(session, given->command()) : Result<cloud::v1::KnownCommand>(given->command());
    if (!known)
        return known.error();
    Result<void> outcome = outcomeOf(*known);
    if (!session.output().isForPeople())
        session.output().value(toJson(*known));
    else if (outcome)
        session.output().text(
            wait ? commandDetailsText(*known)
                 : QStringLiteral("command %1\n").arg(printable(QString::fromStdString(known->command().id()))));
    return outcome;
}

/// The operator goes by what the cloud shows: a change that it has not heard of yet must not be undone unseen.
Result<qint64> OrderOptions::decidedOn(Session &session, const cloud::v1::Command &command) const
{
    const std::string vm = vmOf(command);
    if (generation || vm.empty())
        return generation.value_or(0);
    cloud::v1::ListVMsRequest request;
    request.set_agent(agent.toStdString());
    const auto list = ask(session, &cloud::v1::OperatorService::Stub::ListVMs, request);
    if (!list)
        return list.error();
    for (const cloud::v1::KnownVM &known : list->vms())
        if (known.vm().id() == vm || known.vm().name() == vm)
            return qint64(known.state_generation());
    return 0;
}

Result<cloud::v1::KnownCommand> OrderOptions::awaitEnd(Session &session, const cloud::v1::KnownCommand &given) const
{
    const auto deadline = session.deadline(validity() + afterValidity);
    while (true) {
        auto known = look(session, given.command().id());
        // The last look is cut short by our own limit: that is no silence of the cloud's.
        const bool isTimeUp = std::chrono::system_clock::now() >= deadline;
        if (known ? isOver(*known) : !isTimeUp)
            return known;
        if (session.interrupts().interrupted())
            return Error(Code::Cancelled, QStringLiteral("the command was given, and has not ended yet"))
                .withHint(showCommand(given));
        if (isTimeUp)
            return Error(Code::DeadlineExceeded, QStringLiteral("it did not end in time, and may still end"))
                .withHint(showCommand(given));
        std::this_thread::sleep_for(lookInterval);
    }
}

} // namespace ghost::ctl
