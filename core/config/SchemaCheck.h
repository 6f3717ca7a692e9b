// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QJsonArray>

#include "config/ConfigSchema.h"
#include "config/SchemaNode.h"

namespace ghost {

/// Checks a value against a SchemaNode and makes it canonical. Collects problems instead of stopping at the first.
class SchemaCheck
{
public:
    /// A command line and an environment have no lists, so there `a,b` is one; a file can say what it means.
    enum class TextLists : int { Unspecified = 0, Split, Refuse };

    SchemaCheck(TextLists textLists, QList<ConfigProblem> &problems)
        : m_textLists(textLists)
        , m_problems(problems)
    {}

    /// Undefined when there is a problem with the value itself.
    QJsonValue value(const SchemaNode &node, const QJsonValue &value, const QString &path);
    QJsonObject object(const SchemaNode &node, const QJsonObject &value, const QString &path);

private:
    QJsonValue absent(const SchemaNode &node, const QString &path);
    QJsonValue array(const SchemaNode &node, const QJsonArray &value, const QString &path);
    QJsonValue text(const SchemaNode &node, const QString &value, const QString &path);
    QJsonValue number(const SchemaNode &node, const QJsonValue &value, const QString &path);
    QJsonValue wrong(const QString &path, const QString &message);

    const TextLists m_textLists;
    QList<ConfigProblem> &m_problems;
};

} // namespace ghost
