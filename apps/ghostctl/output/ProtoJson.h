// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QJsonArray>
#include <QtCore/QJsonObject>

#include <google/protobuf/message.h>

namespace ghost::ctl {

/// @p message for programs: field names as in the proto, enums as their short lower-case names, times in ISO 8601 UTC.
/// Plain fields are always there; what is absent in the message (`optional`, other messages) is absent here.
QJsonObject toJson(const google::protobuf::Message &message);

template <class Messages>
QJsonArray toJsonArray(const Messages &messages)
{
    QJsonArray array;
    for (const auto &message : messages)
        array.append(toJson(message));
    return array;
}

/// `VM_STATE_RUNNING` → `running`; empty for the unspecified 0, the number for one that this program does not know.
QString shortEnumName(const google::protobuf::EnumDescriptor &type, int number);

template <class Enum>
QString shortName(Enum value)
{
    return shortEnumName(*google::protobuf::GetEnumDescriptor<Enum>(), value);
}

} // namespace ghost::ctl
