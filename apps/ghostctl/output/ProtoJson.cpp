// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "output/ProtoJson.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/timestamp.pb.h>
#include <google/protobuf/util/json_util.h>

#include <QtCore/QDateTime>
#include <QtCore/QJsonDocument>
#include <QtCore/QTimeZone>

namespace ghost::ctl {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

QJsonValue fromMessage(const Message &message)
{
    if (const auto *time = dynamic_cast<const google::protobuf::Timestamp *>(&message)) {
        const qint64 ms = time->seconds() * 1000 + time->nanos() / 1'000'000;
        return QDateTime::fromMSecsSinceEpoch(ms, Qt::UTC).toString(Qt::ISODateWithMs);
    }
    if (dynamic_cast<const google::protobuf::Struct *>(&message)) {
        std::string json;
        if (!google::protobuf::util::MessageToJsonString(message, &json).ok())
            return QJsonObject();
        return QJsonDocument::fromJson(QByteArray::fromStdString(json)).object();
    }
    return toJson(message);
}

QJsonValue fromField(const Message &message, const FieldDescriptor &field)
{
    const Reflection &values = *message.GetReflection();
    switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
        return values.GetInt32(message, &field);
    case FieldDescriptor::CPPTYPE_INT64:
        return qint64(values.GetInt64(message, &field));
    case FieldDescriptor::CPPTYPE_UINT32:
        return qint64(values.GetUInt32(message, &field));
    case FieldDescriptor::CPPTYPE_UINT64:
        return qint64(values.GetUInt64(message, &field));
    case FieldDescriptor::CPPTYPE_DOUBLE:
        return values.GetDouble(message, &field);
    case FieldDescriptor::CPPTYPE_FLOAT:
        return double(values.GetFloat(message, &field));
    case FieldDescriptor::CPPTYPE_BOOL:
        return values.GetBool(message, &field);
    case FieldDescriptor::CPPTYPE_ENUM:
        return shortEnumName(*field.enum_type(), values.GetEnumValue(message, &field));
    case FieldDescriptor::CPPTYPE_STRING:
        return QString::fromStdString(values.GetString(message, &field));
    case FieldDescriptor::CPPTYPE_MESSAGE:
        return fromMessage(values.GetMessage(message, &field));
    }
    return {};
}

/// The lists of agent.proto hold texts and messages.
QJsonArray fromList(const Message &message, const FieldDescriptor &field)
{
    const Reflection &values = *message.GetReflection();
    QJsonArray list;
    for (int index = 0; index < values.FieldSize(message, &field); ++index) {
        if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE)
            list.append(fromMessage(values.GetRepeatedMessage(message, &field, index)));
        else if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING)
            list.append(QString::fromStdString(values.GetRepeatedString(message, &field, index)));
    }
    return list;
}

} // namespace

QJsonObject toJson(const Message &message)
{
    QJsonObject object;
    const google::protobuf::Descriptor &type = *message.GetDescriptor();
    for (int index = 0; index < type.field_count(); ++index) {
        const FieldDescriptor &field = *type.field(index);
        const QString name = QString::fromStdString(field.name());
        if (field.is_repeated())
            object.insert(name, fromList(message, field));
        else if (!field.has_presence() || message.GetReflection()->HasField(message, &field))
            object.insert(name, fromField(message, field));
    }
    return object;
}

QString shortEnumName(const google::protobuf::EnumDescriptor &type, int number)
{
    if (number == 0)
        return {};
    const google::protobuf::EnumValueDescriptor *value = type.FindValueByNumber(number);
    if (!value)
        return QString::number(number);
    // The prefix of every value is the type's name: what the name of value 0 has before UNSPECIFIED.
    const QString zero = QString::fromStdString(type.FindValueByNumber(0)->name());
    const qsizetype prefix = zero.size() - QStringLiteral("UNSPECIFIED").size();
    return QString::fromStdString(value->name()).mid(prefix).toLower();
}

} // namespace ghost::ctl
