// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "state/SavedState.h"

#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>

namespace ghost {

namespace {

constexpr int stateSchema = 1;

QString text(const QCborMap &map)
{
    return QString::fromLatin1(map.toCborValue().toCbor().toBase64());
}

QCborMap map(const QJsonValue &base64)
{
    return QCborValue::fromCbor(QByteArray::fromBase64(base64.toString().toLatin1())).toMap();
}

QJsonObject journalToJson(const JournalEntry &entry)
{
    // CBOR as it came, in base64: JSON would turn 64-bit numbers into doubles and bytes into text.
    return {{QStringLiteral("operation"), text(entry.operation.toCbor())},
            {QStringLiteral("command"), entry.command.name()},
            {QStringLiteral("arguments"), text(entry.command.arguments())},
            {QStringLiteral("timeout_ms"), entry.command.timeoutMs()},
            {QStringLiteral("steps"), QJsonArray::fromStringList(entry.steps)}};
}

Result<JournalEntry> journalFromJson(const QJsonObject &json)
{
    JournalEntry entry;
    entry.operation = Operation::fromCbor(map(json.value(QStringLiteral("operation"))));
    entry.command =
        Command(json.value(QStringLiteral("command")).toString(), map(json.value(QStringLiteral("arguments"))));
    entry.command.setRequestId(entry.operation.requestId());
    entry.command.setTimeoutMs(json.value(QStringLiteral("timeout_ms")).toInteger());
    for (const QJsonValue &step : json.value(QStringLiteral("steps")).toArray())
        entry.steps.append(step.toString());
    if (entry.operation.id().isNull() || entry.command.name().isEmpty())
        return Error(Code::InvalidArgument, QStringLiteral("an operation without id or command"));
    return entry;
}

QJsonValue endedToJson(const Operation &operation)
{
    return text(operation.toCbor());
}

QList<Operation> endedFromJson(const QJsonArray &array)
{
    QList<Operation> ended;
    for (const QJsonValue &value : array)
        if (const auto operation = Operation::fromCbor(map(value)); operation.isEnded() && !operation.id().isNull())
            ended.append(operation);
    return ended;
}

QJsonObject leftoverToJson(const Leftover &leftover)
{
    return {{QStringLiteral("record"), leftover.record.toJson()}, {QStringLiteral("since_ms"), leftover.sinceMs}};
}

Result<Leftover> leftoverFromJson(const QJsonObject &json)
{
    const auto record = VmRecord::fromJson(json.value(QStringLiteral("record")).toObject());
    if (!record)
        return record.error();
    return Leftover{*record, json.value(QStringLiteral("since_ms")).toInteger()};
}

template <class Item, class Format>
QJsonArray written(const QList<Item> &items, Format format)
{
    QJsonArray array;
    for (const Item &item : items)
        array.append(format(item));
    return array;
}

QByteArrayList vmLines(const QList<VmRecord> &vms, SavedState::RecordTexts &texts)
{
    QByteArrayList lines;
    lines.reserve(vms.size());
    for (const VmRecord &record : vms) {
        auto &[known, line] = texts[record.id];
        if (line.isEmpty() || !(known == record)) {
            known = record;
            line = QJsonDocument(record.toJson()).toJson(QJsonDocument::Compact);
        }
        lines.append(line);
    }
    if (texts.size() != vms.size()) // some were removed
        texts.clear();
    return lines;
}

template <class Item, class Parse>
void read(const QJsonValue &array, QList<Item> &items, QList<QPair<QJsonObject, QString>> &bad, Parse parse)
{
    for (const QJsonValue &value : array.toArray()) {
        if (auto item = parse(value.toObject()))
            items.append(*item);
        else
            bad.append({value.toObject(), item.error().message()});
    }
}

} // namespace

QByteArray SavedState::toJson(RecordTexts &texts) const
{
    QJsonObject networksJson;
    for (auto at = networks.begin(); at != networks.end(); ++at)
        networksJson.insert(at.key(), at.value().toString());
    const QJsonObject root{
        {QStringLiteral("schema"), stateSchema},
        {QStringLiteral("agent_id"), agentId.toString()},
        {QStringLiteral("removing"), written(leftovers, leftoverToJson)},
        {QStringLiteral("networks"), networksJson},
        {QStringLiteral("operations"), written(journal, journalToJson)},
        {QStringLiteral("ended"), written(ended, endedToJson)},
        {QStringLiteral("quarantined"),
         written(
             quarantined,
             [](const auto &pair) {
                 return QJsonObject{{QStringLiteral("record"), pair.first}, {QStringLiteral("reason"), pair.second}};
             })},
    };
    // QJson would build every record anew for every write: of a thousand VMs that is most of what a change costs.
    const QByteArrayList lines = vmLines(vms, texts);
    QByteArray text = QJsonDocument(root).toJson(QJsonDocument::Indented);
    text.truncate(text.lastIndexOf("\n}"));
    text += ",\n    \"vms\": [\n" + lines.join(",\n") + "\n    ]\n}\n";
    return text;
}

QByteArray SavedState::toJson() const
{
    RecordTexts texts;
    return toJson(texts);
}

Result<SavedState> SavedState::fromJson(const QByteArray &json)
{
    QJsonParseError parseError;
    const QJsonObject root = QJsonDocument::fromJson(json, &parseError).object();
    if (parseError.error != QJsonParseError::NoError)
        return Error(Code::InvalidArgument,
                     QStringLiteral("at byte %1: %2").arg(parseError.offset).arg(parseError.errorString()));
    const int schema = root.value(QStringLiteral("schema")).toInt();
    if (schema != stateSchema)
        return Error(Code::FailedPrecondition,
                     QStringLiteral("schema %1, this version knows %2").arg(schema).arg(stateSchema));

    SavedState saved;
    saved.agentId = AgentId::fromString(root.value(QStringLiteral("agent_id")).toString());
    if (saved.agentId.isNull())
        return Error(Code::InvalidArgument, QStringLiteral("'agent_id' is no id"));
    for (const QString &key : {QStringLiteral("vms"), QStringLiteral("removing"), QStringLiteral("operations")})
        if (!root.value(key).isArray())
            return Error(Code::InvalidArgument, QStringLiteral("'%1' is no list").arg(key));
    for (const QJsonValue &value : root.value(QStringLiteral("quarantined")).toArray()) {
        const QJsonObject object = value.toObject();
        saved.quarantined.append(
            {object.value(QStringLiteral("record")).toObject(), object.value(QStringLiteral("reason")).toString()});
    }
    read(root.value(QStringLiteral("vms")), saved.vms, saved.quarantined, VmRecord::fromJson);
    read(root.value(QStringLiteral("removing")), saved.leftovers, saved.quarantined, leftoverFromJson);
    read(root.value(QStringLiteral("operations")), saved.journal, saved.quarantined, journalFromJson);
    saved.ended = endedFromJson(root.value(QStringLiteral("ended")).toArray());
    const QJsonObject networks = root.value(QStringLiteral("networks")).toObject();
    for (auto at = networks.begin(); at != networks.end(); ++at)
        saved.networks.insert(at.key(), NetworkId::fromString(at.value().toString()));
    return saved;
}

} // namespace ghost
