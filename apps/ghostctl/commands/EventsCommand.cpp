// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/EventsCommand.h"

#include <CLI/CLI.hpp>
#include <ghost/agent/v1/agent.grpc.pb.h>

#include "Session.h"
#include "agent/Rpc.h"
#include "cli/NotEmpty.h"
#include "input/CliOptions.h"
#include "output/Printable.h"
#include "output/ProtoJson.h"
#include "output/Readable.h"

namespace ghost::ctl {
namespace {

namespace v1 = agent::v1;

/// The new value in a few words.
QString summaryOf(const v1::Event &event)
{
    QStringList words;
    if (event.has_vm())
        words = {QString::fromStdString(event.vm().name()), shortName(event.vm().state()),
                 QString::fromStdString(event.vm().address()), QString::fromStdString(event.vm().problem())};
    else if (event.has_operation())
        words = {QString::fromStdString(event.operation().command()),
                 QString::fromStdString(event.operation().subject()), shortName(event.operation().status()),
                 QString::fromStdString(event.operation().step())};
    else if (event.has_plugin())
        words = {shortName(event.plugin().stage()), shortName(event.plugin().health()),
                 QString::fromStdString(event.plugin().health_reason())};
    words.removeAll(QString());
    return words.join(u' ');
}

QString lineOf(const v1::Event &event)
{
    const QStringList words = {readableTime(event.time()), QString::number(event.sequence()),
                               QString::fromStdString(event.kind()), QString::fromStdString(event.subject()),
                               summaryOf(event)};
    return printable(words.join(QStringLiteral("  "))) + u'\n';
}

/// What events name as their subject: the id of the VM of that name. What is gone is known by its id alone.
Result<std::string> eventSubject(Session &session, const QString &subject)
{
    v1::GetVMStatusRequest request;
    request.set_vm(subject.toStdString());
    const Result<v1::GetVMStatusResponse> vm = ask(session, &v1::AgentService::Stub::GetVMStatus, request);
    if (vm)
        return vm->vm().id();
    if (vm.error().code() != Code::NotFound)
        return vm.error();
    if (const QUuid id = QUuid::fromString(subject); !id.isNull())
        return id.toString(QUuid::WithoutBraces).toStdString();
    const Result<v1::ListPluginsResponse> list =
        ask(session, &v1::AgentService::Stub::ListPlugins, v1::ListPluginsRequest());
    if (!list)
        return list.error();
    for (const v1::Plugin &plugin : list->plugins())
        if (plugin.id() == request.vm())
            return plugin.id();
    return Error(Code::NotFound, QStringLiteral("no VM or plugin '%1'").arg(subject))
        .withHint(QStringLiteral("ghostctl vm list and ghostctl plugin list show them; an operation has its id alone"));
}

} // namespace

void EventsCommand::declare(CLI::App &app)
{
    addCount(app, "--since", m_since, "Begin with what came after this sequence number");
    addEventKinds(app, "--kind", m_kinds, "Only this kind (vm.created) or family (vm); may be repeated");
    addText(app, "--subject", m_subject, "Only about this VM (name or id), or operation or plugin (id)")
        ->type_name("SUBJECT")
        ->check(cli::notEmpty("subject"));
    app.footer("Follows until Ctrl-C, or for --timeout. With -o json one line an event.");
}

Result<v1::WatchEventsRequest> EventsCommand::request(Session &session) const
{
    v1::WatchEventsRequest filled;
    for (const QString &kind : m_kinds)
        filled.add_kinds(kind.toStdString());
    if (!m_subject.isEmpty()) {
        const Result<std::string> subject = eventSubject(session, m_subject);
        if (!subject)
            return subject.error();
        filled.set_subject(*subject);
    }
    filled.set_since_sequence(std::uint64_t(m_since.value_or(0)));
    return filled;
}

Result<void> EventsCommand::run(Session &session)
{
    const Result<v1::WatchEventsRequest> wanted = request(session);
    if (!wanted)
        return wanted.error();
    grpc::ClientContext context;
    if (session.timeout())
        context.set_deadline(session.deadline(*session.timeout()));
    const std::stop_callback breakOff(session.interrupts().token(), [&context] { context.TryCancel(); });
    v1::AgentService::Stub stub(session.channel());
    const auto stream = stub.WatchEvents(&context, *wanted);
    v1::WatchEventsResponse response;
    while (session.output().error() == 0 && stream->Read(&response)) {
        if (session.output().isForPeople())
            session.output().text(lineOf(response.event()));
        else
            session.output().item(toJson(response.event()));
    }
    if (session.output().error() != 0)
        context.TryCancel();
    const grpc::Status status = stream->Finish();
    const bool watchedLongEnough = session.timeout() && status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED;
    if (status.ok() || watchedLongEnough || session.output().error() != 0)
        return {};
    return callError(session, status);
}

} // namespace ghost::ctl
