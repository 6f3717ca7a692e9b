// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "output/CloudTable.h"

#include <ghost/agent/v1/agent.pb.h>

#include "output/ProtoJson.h"
#include "output/Readable.h"
#include "output/Table.h"

namespace ghost::ctl {
namespace {

namespace v1 = agent::v1;

QString stateOf(const v1::CloudStatus &status)
{
    const QString state = shortName(status.state());
    return status.paused() ? state + QStringLiteral(", paused") : state;
}

QString ago(const google::protobuf::Timestamp &time)
{
    const QString age = readableAge(time);
    return age.isEmpty() ? QStringLiteral("never") : age + QStringLiteral(" ago");
}

QString beatsOf(const v1::CloudStatus &status)
{
    const QString beats = QStringLiteral("%1 sent, %2 failed, one every %3 s")
                              .arg(status.heartbeats_total())
                              .arg(status.heartbeats_failed_total())
                              .arg(status.interval_seconds());
    return status.latency_milliseconds() > 0
               ? beats + QStringLiteral("; the last took %1 ms").arg(status.latency_milliseconds())
               : beats;
}

template <class Texts>
QString joined(const Texts &texts)
{
    QStringList list;
    for (const std::string &text : texts)
        list.append(QString::fromStdString(text));
    return list.join(QStringLiteral(", "));
}

} // namespace

QString cloudStatusText(const v1::CloudStatus &status)
{
    Table table;
    const auto row = [&table](const char *name, const QString &value) {
        if (!value.isEmpty())
            table.addRow({QLatin1String(name), value});
    };
    row("state", stateOf(status));
    row("problem", QString::fromStdString(status.problem()));
    row("notice", QString::fromStdString(status.notice()));
    row("endpoint", QString::fromStdString(status.endpoint()));
    row("identity", QString::fromStdString(status.agent_id()));
    row("answered", ago(status.last_success()));
    row("asked", ago(status.last_attempt()));
    row("beats", beatsOf(status));
    row("stream",
        status.stream_open() ? QStringLiteral("open") : QStringLiteral("closed: commands come with the beat"));
    row("reports", QStringLiteral("%1 waiting").arg(status.outbox_reports()));
    row("commands", QStringLiteral("%1 pending").arg(status.pending_commands()));
    row("allowed",
        status.allowed_commands().empty() ? QStringLiteral("no command") : joined(status.allowed_commands()));
    row("addresses", joined(status.addresses()));
    row("tailnet", QString::fromStdString(status.tailnet()));
    return table.toText();
}

} // namespace ghost::ctl
