// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "EnumNames.h"

#include <google/protobuf/descriptor.h>

#include "ghost/Result.h"
#include "ghost/agent/v1/agent.pb.h"

namespace ghost {

namespace {

/// `StopMethod` → `STOP_METHOD`, `guest_agent` → `GUEST_AGENT`
std::string upperSnake(QStringView name)
{
    std::string result;
    bool afterLower = false;
    for (const QChar letter : name) {
        if (letter.isUpper() && afterLower)
            result += '_';
        result += letter.toUpper().toLatin1();
        afterLower = letter.isLower();
    }
    return result;
}

std::string prefixOf(const google::protobuf::EnumDescriptor &type)
{
    return upperSnake(QString::fromStdString(type.name())) + '_';
}

} // namespace

QString shortEnumName(const google::protobuf::EnumValueDescriptor &value)
{
    // The SDK, logs and `-o json` all write codes as codeName() does; a second spelling would only trap somebody.
    if (value.type() == agent::v1::ErrorCode_descriptor())
        return codeName(static_cast<Code>(value.number()));
    const std::string prefix = prefixOf(*value.type());
    std::string_view name = value.name();
    if (name.starts_with(prefix))
        name.remove_prefix(prefix.size());
    return QString::fromLatin1(name.data(), qsizetype(name.size())).toLower();
}

const google::protobuf::EnumValueDescriptor *enumValue(const google::protobuf::EnumDescriptor &type, QStringView name)
{
    const auto *value = type.FindValueByName(prefixOf(type) + upperSnake(name));
    return value && value->number() != 0 ? value : nullptr;
}

} // namespace ghost
