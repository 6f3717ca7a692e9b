// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "ghost/proto/CborCodec.h"

#include <QtCore/QCborArray>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/message.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/timestamp.pb.h>

#include "EnumNames.h"

namespace ghost {

namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

QString text(const std::string &utf8)
{
    return QString::fromStdString(utf8);
}

template <class Time>
qint64 milliseconds(const Message &message)
{
    const auto &time = static_cast<const Time &>(message);
    return time.seconds() * 1000 + time.nanos() / 1000000;
}

QCborMap fromStruct(const google::protobuf::Struct &values);

QCborValue fromValue(const google::protobuf::Value &value)
{
    using google::protobuf::Value;
    switch (value.kind_case()) {
    case Value::kNumberValue:
        return value.number_value();
    case Value::kStringValue:
        return text(value.string_value());
    case Value::kBoolValue:
        return value.bool_value();
    case Value::kStructValue:
        return fromStruct(value.struct_value());
    case Value::kListValue: {
        QCborArray list;
        for (const Value &item : value.list_value().values())
            list.append(fromValue(item));
        return list;
    }
    case Value::kNullValue:
    case Value::KIND_NOT_SET:
        break;
    }
    return nullptr;
}

QCborMap fromStruct(const google::protobuf::Struct &values)
{
    QCborMap map;
    for (const auto &[name, value] : values.fields())
        map.insert(text(name), fromValue(value));
    return map;
}

QCborValue fromMessage(const Message &message)
{
    switch (message.GetDescriptor()->well_known_type()) {
    case google::protobuf::Descriptor::WELLKNOWNTYPE_TIMESTAMP:
        return milliseconds<google::protobuf::Timestamp>(message);
    case google::protobuf::Descriptor::WELLKNOWNTYPE_DURATION:
        return milliseconds<google::protobuf::Duration>(message);
    case google::protobuf::Descriptor::WELLKNOWNTYPE_STRUCT:
        return fromStruct(static_cast<const google::protobuf::Struct &>(message));
    default:
        return toCbor(message);
    }
}

/// Reads a field through the accessors for one value, or, with an index, for one element of a repeated field.
class FieldReader
{
    const Message &m_message;
    const google::protobuf::Reflection &m_reflection;
    const FieldDescriptor &m_field;
    int m_index;

    // In front of its use: its type is deduced.
    template <class Single, class Element>
    auto get(Single single, Element element) const
    {
        return m_index < 0 ? (m_reflection.*single)(m_message, &m_field)
                           : (m_reflection.*element)(m_message, &m_field, m_index);
    }

public:
    FieldReader(const Message &message, const FieldDescriptor &field, int index = -1)
        : m_message(message)
        , m_reflection(*message.GetReflection())
        , m_field(field)
        , m_index(index)
    {}

    QCborValue value() const
    {
        using R = google::protobuf::Reflection;
        switch (m_field.cpp_type()) {
        case FieldDescriptor::CPPTYPE_INT32:
            return qint64(get(&R::GetInt32, &R::GetRepeatedInt32));
        case FieldDescriptor::CPPTYPE_INT64:
            return qint64(get(&R::GetInt64, &R::GetRepeatedInt64));
        case FieldDescriptor::CPPTYPE_UINT32:
            return qint64(get(&R::GetUInt32, &R::GetRepeatedUInt32));
        case FieldDescriptor::CPPTYPE_UINT64:
            return qint64(get(&R::GetUInt64, &R::GetRepeatedUInt64)); // generations and sequences: never near 2^63
        case FieldDescriptor::CPPTYPE_DOUBLE:
            return get(&R::GetDouble, &R::GetRepeatedDouble);
        case FieldDescriptor::CPPTYPE_FLOAT:
            return double(get(&R::GetFloat, &R::GetRepeatedFloat));
        case FieldDescriptor::CPPTYPE_BOOL:
            return get(&R::GetBool, &R::GetRepeatedBool);
        case FieldDescriptor::CPPTYPE_ENUM:
            return shortEnumName(*get(&R::GetEnum, &R::GetRepeatedEnum));
        case FieldDescriptor::CPPTYPE_STRING: {
            const std::string bytes = get(&R::GetString, &R::GetRepeatedString);
            return m_field.type() == FieldDescriptor::TYPE_BYTES ? QCborValue(QByteArray::fromStdString(bytes))
                                                                 : QCborValue(text(bytes));
        }
        case FieldDescriptor::CPPTYPE_MESSAGE:
            return fromMessage(m_index < 0 ? m_reflection.GetMessage(m_message, &m_field)
                                           : m_reflection.GetRepeatedMessage(m_message, &m_field, m_index));
        }
        return {};
    }
};

QCborValue fieldValue(const Message &message, const FieldDescriptor &field)
{
    const auto *reflection = message.GetReflection();
    if (!field.is_repeated())
        return FieldReader(message, field).value();
    const int count = reflection->FieldSize(message, &field);
    if (!field.is_map()) {
        QCborArray array;
        for (int index = 0; index < count; ++index)
            array.append(FieldReader(message, field, index).value());
        return array;
    }
    QCborMap map;
    for (int index = 0; index < count; ++index) {
        const Message &entry = reflection->GetRepeatedMessage(message, &field, index);
        const auto *type = entry.GetDescriptor();
        map.insert(FieldReader(entry, *type->map_key()).value(), FieldReader(entry, *type->map_value()).value());
    }
    return map;
}

bool isUnspecified(const Message &message, const FieldDescriptor &field)
{
    return field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM && !field.is_repeated() &&
           message.GetReflection()->GetEnumValue(message, &field) == 0;
}

} // namespace

QCborMap toCbor(const Message &message)
{
    QCborMap map;
    std::vector<const FieldDescriptor *> fields; // those that are set
    message.GetReflection()->ListFields(message, &fields);
    for (const FieldDescriptor *field : fields)
        if (!isUnspecified(message, *field))
            map.insert(text(field->name()), fieldValue(message, *field));
    return map;
}

} // namespace ghost
