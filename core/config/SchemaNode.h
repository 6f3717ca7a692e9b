// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <optional>

#include <QtCore/QJsonObject>
#include <QtCore/QJsonValue>
#include <QtCore/QRegularExpression>
#include <QtCore/QStringList>

#include "ghost/Result.h"

namespace ghost {

struct TextFormat;

/// One place in a ConfigSchema, with what lies below it.
struct SchemaNode
{
    enum class Type : int { Unspecified = 0, Object, String, Integer, Number, Boolean, Array };
    enum class Format : int { Unspecified = 0, Bytes, Duration }; ///< of integers; for text, see textFormat
    using Pointer = std::shared_ptr<const SchemaNode>;

    Type type = Type::Unspecified;
    Format format = Format::Unspecified;
    std::map<QString, Pointer> properties;
    QStringList required;
    bool anyKey = false; ///< additionalProperties: true
    Pointer otherKeys;   ///< additionalProperties: {schema}
    Pointer items;
    QStringList allowed; ///< enum; only text
    std::optional<QRegularExpression> pattern;
    const TextFormat *textFormat = nullptr;
    bool mayBeEmpty = false; ///< whatever pattern and textFormat say
    QStringList examples;    ///< for people
    QString description;     ///< likewise
    std::optional<double> minimum;
    std::optional<double> maximum;
    QJsonValue defaultValue = QJsonValue::Undefined; ///< canonical
    bool secret = false;

    QStringList keys() const;

    /// @p place is where in the schema we are, for messages.
    static Result<Pointer> fromJson(const QJsonObject &schema, const QString &place);
};

} // namespace ghost
