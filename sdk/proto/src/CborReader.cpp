// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "ghost/proto/CborCodec.h"

#include <limits>

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

/// Deeper than any message of ours, and far from the end of a stack.
constexpr int maxDepth = 32;

Error wrongType(const QString &path, const QString &wanted)
{
    return Error(Code::InvalidArgument, QStringLiteral("%1 must be %2").arg(path, wanted)).withField(path);
}

Error tooDeep(const QString &path)
{
    return Error(Code::InvalidArgument, QStringLiteral("nested deeper than %1 levels").arg(maxDepth)).withField(path);
}

QString joined(const QString &path, const QString &name)
{
    return path.isEmpty() ? name : path + QLatin1Char('.') + name;
}

Result<std::string> utf8(const QString &text, const QString &path)
{
    if (!text.isValidUtf16()) // a lone surrogate has no UTF-8, and protobuf refuses to carry it
        return wrongType(path, QStringLiteral("valid Unicode"));
    return text.toStdString();
}

Result<qint64> integer(const QCborValue &value, const QString &path, qint64 min, qint64 max)
{
    if (!value.isInteger())
        return wrongType(path, QStringLiteral("an integer"));
    const qint64 number = value.toInteger();
    if (number < min || number > max)
        return wrongType(path, QStringLiteral("between %1 and %2").arg(min).arg(max));
    return number;
}

Result<void> readMessage(const QCborMap &map, Message &message, const QString &path, int depth);
Result<void> readStruct(const QCborMap &map, google::protobuf::Struct &values, const QString &path, int depth);

Result<void> readValue(const QCborValue &value, google::protobuf::Value &result, const QString &path, int depth)
{
    if (depth > maxDepth)
        return tooDeep(path);
    if (value.isBool()) {
        result.set_bool_value(value.toBool());
    } else if (value.isInteger() || value.isDouble()) {
        result.set_number_value(value.toDouble());
    } else if (value.isString()) {
        const auto string = utf8(value.toString(), path);
        if (!string)
            return string.error();
        result.set_string_value(*string);
    } else if (value.isMap()) {
        return readStruct(value.toMap(), *result.mutable_struct_value(), path, depth + 1);
    } else if (value.isArray()) {
        auto &list = *result.mutable_list_value();
        for (const QCborValue &item : value.toArray())
            if (auto ok = readValue(item, *list.add_values(), path, depth + 1); !ok)
                return ok;
    } else if (value.isNull()) {
        result.set_null_value(google::protobuf::NULL_VALUE);
    } else {
        return wrongType(path, QStringLiteral("a JSON value"));
    }
    return {};
}

Result<void> readStruct(const QCborMap &map, google::protobuf::Struct &values, const QString &path, int depth)
{
    for (const auto &[key, value] : map) {
        const QString place = joined(path, key.toString());
        const auto name =
            key.isString() ? utf8(key.toString(), place) : wrongType(path, QStringLiteral("a map by name"));
        if (!name)
            return name.error();
        if (auto ok = readValue(value, (*values.mutable_fields())[*name], place, depth); !ok)
            return ok;
    }
    return {};
}

template <class Time>
Result<void> readTime(const QCborValue &value, Message &message, const QString &path)
{
    // Ten thousand years, protobuf's own bound.
    const auto ms = integer(value, path, -62135596800000, 253402300799999);
    if (!ms)
        return ms.error();
    auto &time = static_cast<Time &>(message);
    const bool isTimestamp = std::is_same_v<Time, google::protobuf::Timestamp>;
    const qint64 rest = *ms % 1000;
    const qint64 borrow = isTimestamp && rest < 0 ? 1 : 0; // a timestamp's nanos always count forward
    time.set_seconds(*ms / 1000 - borrow);
    time.set_nanos(int((rest + 1000 * borrow) * 1000000));
    return {};
}

Result<void> readSubMessage(const QCborValue &value, Message &message, const QString &path, int depth)
{
    using google::protobuf::Descriptor;
    const auto kind = message.GetDescriptor()->well_known_type();
    if (kind == Descriptor::WELLKNOWNTYPE_TIMESTAMP)
        return readTime<google::protobuf::Timestamp>(value, message, path);
    if (kind == Descriptor::WELLKNOWNTYPE_DURATION)
        return readTime<google::protobuf::Duration>(value, message, path);
    if (!value.isMap())
        return wrongType(path, QStringLiteral("a map"));
    if (depth >= maxDepth)
        return tooDeep(path);
    if (kind == Descriptor::WELLKNOWNTYPE_STRUCT)
        return readStruct(value.toMap(), static_cast<google::protobuf::Struct &>(message), path, depth + 1);
    return readMessage(value.toMap(), message, path, depth + 1);
}

/// Writes a field through the accessors for one value, or adds an element to a repeated one.
class FieldWriter
{
public:
    FieldWriter(Message &message, const FieldDescriptor &field, const QString &path, int depth)
        : m_message(message)
        , m_reflection(*message.GetReflection())
        , m_field(field)
        , m_path(path)
        , m_depth(depth)
    {}

    Result<void> write(const QCborValue &value) const
    {
        using R = google::protobuf::Reflection;
        switch (m_field.cpp_type()) {
        case FieldDescriptor::CPPTYPE_INT32:
            return number<int32_t>(value, &R::SetInt32, &R::AddInt32);
        case FieldDescriptor::CPPTYPE_INT64:
            return number<int64_t>(value, &R::SetInt64, &R::AddInt64);
        case FieldDescriptor::CPPTYPE_UINT32:
            return number<uint32_t>(value, &R::SetUInt32, &R::AddUInt32);
        case FieldDescriptor::CPPTYPE_UINT64:
            return number<uint64_t>(value, &R::SetUInt64, &R::AddUInt64);
        case FieldDescriptor::CPPTYPE_DOUBLE:
        case FieldDescriptor::CPPTYPE_FLOAT:
            return real(value);
        case FieldDescriptor::CPPTYPE_BOOL:
            if (!value.isBool())
                return wrongType(m_path, QStringLiteral("true or false"));
            return set(value.toBool(), &R::SetBool, &R::AddBool);
        case FieldDescriptor::CPPTYPE_ENUM:
            return enumeration(value);
        case FieldDescriptor::CPPTYPE_STRING:
            return string(value);
        case FieldDescriptor::CPPTYPE_MESSAGE:
            break;
        }
        Message *target = m_field.is_repeated() ? m_reflection.AddMessage(&m_message, &m_field)
                                                : m_reflection.MutableMessage(&m_message, &m_field);
        return readSubMessage(value, *target, m_path, m_depth);
    }

private:
    template <class Value, class Set, class Add>
    Result<void> set(Value value, Set setter, Add adder) const
    {
        if (m_field.is_repeated())
            (m_reflection.*adder)(&m_message, &m_field, std::move(value));
        else
            (m_reflection.*setter)(&m_message, &m_field, std::move(value));
        return {};
    }

    template <class Number, class Set, class Add>
    Result<void> number(const QCborValue &value, Set setter, Add adder) const
    {
        constexpr qint64 min = std::is_signed_v<Number> ? qint64(std::numeric_limits<Number>::min()) : 0;
        constexpr qint64 max =
            sizeof(Number) < 8 ? qint64(std::numeric_limits<Number>::max()) : std::numeric_limits<qint64>::max();
        const auto checked = integer(value, m_path, min, max);
        if (!checked)
            return checked.error();
        return set(Number(*checked), setter, adder);
    }

    Result<void> real(const QCborValue &value) const
    {
        using R = google::protobuf::Reflection;
        if (!value.isDouble() && !value.isInteger())
            return wrongType(m_path, QStringLiteral("a number"));
        if (m_field.cpp_type() == FieldDescriptor::CPPTYPE_FLOAT)
            return set(float(value.toDouble()), &R::SetFloat, &R::AddFloat);
        return set(value.toDouble(), &R::SetDouble, &R::AddDouble);
    }

    Result<void> enumeration(const QCborValue &value) const
    {
        using R = google::protobuf::Reflection;
        if (!value.isString())
            return wrongType(m_path, QStringLiteral("a name"));
        const auto *named = enumValue(*m_field.enum_type(), value.toString());
        return named ? set(named, &R::SetEnum, &R::AddEnum) : Result<void>();
    }

    Result<void> string(const QCborValue &value) const
    {
        using R = google::protobuf::Reflection;
        if (m_field.type() == FieldDescriptor::TYPE_BYTES) {
            if (!value.isByteArray())
                return wrongType(m_path, QStringLiteral("bytes"));
            return set(value.toByteArray().toStdString(), &R::SetString, &R::AddString);
        }
        if (!value.isString())
            return wrongType(m_path, QStringLiteral("text"));
        const auto checked = utf8(value.toString(), m_path);
        if (!checked)
            return checked.error();
        return set(*checked, &R::SetString, &R::AddString);
    }

    Message &m_message;
    const google::protobuf::Reflection &m_reflection;
    const FieldDescriptor &m_field;
    const QString &m_path;
    int m_depth;
};

Result<void> readMap(const QCborValue &value, Message &message, const FieldDescriptor &field, const QString &path,
                     int depth)
{
    if (!value.isMap())
        return wrongType(path, QStringLiteral("a map"));
    const auto *type = field.message_type();
    for (const auto &[key, item] : value.toMap()) {
        Message *entry = message.GetReflection()->AddMessage(&message, &field);
        if (auto ok = FieldWriter(*entry, *type->map_key(), path, depth).write(key); !ok)
            return ok;
        const QString place = joined(path, key.toVariant().toString());
        if (auto ok = FieldWriter(*entry, *type->map_value(), place, depth).write(item); !ok)
            return ok;
    }
    return {};
}

Result<void> readField(const QCborValue &value, Message &message, const FieldDescriptor &field, const QString &path,
                       int depth)
{
    if (field.is_map())
        return readMap(value, message, field, path, depth);
    if (!field.is_repeated())
        return FieldWriter(message, field, path, depth).write(value);
    if (!value.isArray())
        return wrongType(path, QStringLiteral("a list"));
    int index = 0;
    for (const QCborValue &item : value.toArray()) {
        const QString place = QStringLiteral("%1[%2]").arg(path).arg(index++);
        if (auto ok = FieldWriter(message, field, place, depth).write(item); !ok)
            return ok;
    }
    return {};
}

Result<void> readMessage(const QCborMap &map, Message &message, const QString &path, int depth)
{
    const auto *type = message.GetDescriptor();
    for (const auto &[key, value] : map) {
        const QString name = key.toString();
        const FieldDescriptor *field = type->FindFieldByName(name.toStdString());
        if (!field || value.isNull() || value.isUndefined())
            continue;
        if (auto ok = readField(value, message, *field, joined(path, name), depth); !ok)
            return ok;
    }
    return {};
}

} // namespace

Result<void> fromCbor(const QCborMap &map, Message &message)
{
    return readMessage(map, message, QString(), 0);
}

} // namespace ghost
