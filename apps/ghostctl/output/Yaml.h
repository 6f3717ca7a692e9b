// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QJsonValue>
#include <QtCore/QString>

namespace ghost::ctl {

/// @p value as a YAML document that ends with a line feed. Strings are always quoted: `no` and `1.10` stay strings.
QString yamlText(const QJsonValue &value);

} // namespace ghost::ctl
