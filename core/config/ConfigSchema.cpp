// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "config/ConfigSchema.h"

#include "config/SchemaCheck.h"
#include "config/SchemaNode.h"

namespace ghost {

namespace {

void collectLeaves(const SchemaNode &node, const QString &path, QStringList &leaves)
{
    for (const auto &[key, child] : node.properties) {
        const QString place = path.isEmpty() ? key : path + QLatin1Char('.') + key;
        if (child->type == SchemaNode::Type::Object)
            collectLeaves(*child, place, leaves);
        else
            leaves.append(place);
    }
}

} // namespace

Result<ConfigSchema> ConfigSchema::fromJson(const QJsonObject &schema)
{
    auto root = SchemaNode::fromJson(schema, QStringLiteral("$"));
    if (!root)
        return root.error();
    if ((*root)->type != SchemaNode::Type::Object)
        return Error(Code::InvalidArgument, QStringLiteral("schema at '$': the type must be object"));
    ConfigSchema result;
    result.m_root = *root;
    return result;
}

Result<QJsonObject> ConfigSchema::complete(const QJsonObject &value, const QString &path) const
{
    QList<ConfigProblem> problems;
    const QJsonObject result = SchemaCheck(SchemaCheck::TextLists::Split, problems).object(*m_root, value, path);
    if (problems.isEmpty())
        return result;
    QStringList lines;
    for (const ConfigProblem &problem : problems)
        lines.append(problem.line());
    return Error(Code::InvalidArgument, lines.join(QLatin1Char('\n'))).withField(problems.first().path);
}

QJsonObject ConfigSchema::check(const QJsonObject &value, const QString &path, QList<ConfigProblem> &problems) const
{
    return SchemaCheck(SchemaCheck::TextLists::Refuse, problems).object(*m_root, value, path);
}

QStringList ConfigSchema::leaves() const
{
    QStringList leaves;
    collectLeaves(*m_root, {}, leaves);
    return leaves;
}

bool ConfigSchema::isList(const QString &path) const
{
    const SchemaNode *node = m_root.get();
    for (const QString &key : path.split(QLatin1Char('.'))) {
        const auto child = node->properties.find(key);
        if (child == node->properties.end())
            return false;
        node = child->second.get();
    }
    return node->type == SchemaNode::Type::Array;
}

QString ConfigProblem::line() const
{
    return ofKey || path.isEmpty() ? message : path + QStringLiteral(": ") + message;
}

} // namespace ghost
