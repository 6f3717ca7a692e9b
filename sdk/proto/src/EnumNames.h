// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QString>

namespace google::protobuf {
class EnumDescriptor;
class EnumValueDescriptor;
} // namespace google::protobuf

namespace ghost {

/// STOP_METHOD_GUEST_AGENT ↔ `guest_agent`, ERROR_CODE_NOT_FOUND ↔ `NotFound`: as the names tables of the SDK write
/// them.
QString shortEnumName(const google::protobuf::EnumValueDescriptor &value);

/// The value of that name in either spelling; null for an unknown one.
const google::protobuf::EnumValueDescriptor *enumValue(const google::protobuf::EnumDescriptor &type, QStringView name);

} // namespace ghost
