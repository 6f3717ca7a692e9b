// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "RunRecord.h"

#include <array>

namespace ghost {

namespace {

constexpr std::array reasons = {StateReason::Unspecified, StateReason::Requested, StateReason::Guest,
                                StateReason::Crashed,     StateReason::Host,      StateReason::Lost};

StateReason reasonFromName(const QString &name)
{
    for (const StateReason reason : reasons)
        if (stateReasonName(reason) == name)
            return reason;
    return StateReason::Unspecified;
}

} // namespace

QJsonObject RunRecord::toJson() const
{
    QJsonObject json{{QStringLiteral("stop_requested"), stopRequested},
                     {QStringLiteral("announced_end"), stateReasonName(announcedEnd)},
                     {QStringLiteral("ended_by"), stateReasonName(endedBy)}};
    if (process.isSet()) {
        json.insert(QStringLiteral("process"), process.toJson());
        json.insert(QStringLiteral("started_at_ms"), startedAtMs);
        json.insert(QStringLiteral("starting"), isStarting);
    }
    return json;
}

RunRecord RunRecord::fromJson(const QJsonObject &json)
{
    RunRecord record;
    record.process = ProcessMark::fromJson(json.value(QLatin1String("process")).toObject());
    record.startedAtMs = json.value(QLatin1String("started_at_ms")).toInteger();
    record.stopRequested = json.value(QLatin1String("stop_requested")).toBool();
    record.isStarting = json.value(QLatin1String("starting")).toBool();
    record.announcedEnd = reasonFromName(json.value(QLatin1String("announced_end")).toString());
    record.endedBy = reasonFromName(json.value(QLatin1String("ended_by")).toString());
    return record;
}

StateReason RunRecord::verdict() const
{
    if (isStarting)
        return endedBy;
    if (stopRequested)
        return StateReason::Requested;
    if (announcedEnd != StateReason::Unspecified)
        return announcedEnd;
    return process.bootId == currentBootId() ? StateReason::Crashed : StateReason::Host;
}

StateReason shutdownReasonOf(const QJsonObject &eventData)
{
    const QString reason = eventData.value(QLatin1String("reason")).toString();
    if (reason == QLatin1String("guest-panic") || reason == QLatin1String("host-error"))
        return StateReason::Crashed;
    return eventData.value(QLatin1String("guest")).toBool() ? StateReason::Guest : StateReason::Host;
}

} // namespace ghost
