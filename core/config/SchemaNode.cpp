// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "config/SchemaNode.h"

#include <QtCore/QJsonArray>

#include "config/SchemaCheck.h"
#include "config/TextFormat.h"

namespace ghost {

namespace {

const QMap<QString, SchemaNode::Type> typeNames = {
    {QStringLiteral("object"), SchemaNode::Type::Object},   {QStringLiteral("string"), SchemaNode::Type::String},
    {QStringLiteral("integer"), SchemaNode::Type::Integer}, {QStringLiteral("number"), SchemaNode::Type::Number},
    {QStringLiteral("boolean"), SchemaNode::Type::Boolean}, {QStringLiteral("array"), SchemaNode::Type::Array},
};

const QMap<QString, SchemaNode::Format> integerFormats = {{QStringLiteral("bytes"), SchemaNode::Format::Bytes},
                                                          {QStringLiteral("duration"), SchemaNode::Format::Duration}};

/// Reads one node. The keywords are handled one by one so that an unknown one is noticed.
class NodeReader
{
public:
    NodeReader(const QJsonObject &schema, const QString &place)
        : m_schema(schema)
        , m_place(place)
    {}

    Result<SchemaNode::Pointer> read()
    {
        m_node->type = typeNames.value(m_schema.value(QLatin1String("type")).toString());
        if (m_node->type == SchemaNode::Type::Unspecified)
            return wrong(QStringLiteral("'type' must be object, string, integer, number, boolean or array"));
        if (auto format = readFormat(); !format) // before minimum, maximum and default, which may be written in it
            return format.error();
        for (auto it = m_schema.begin(); it != m_schema.end(); ++it)
            if (auto known = keyword(it.key(), it.value()); !known)
                return known.error();
        for (const QString &key : m_node->required)
            if (!m_node->properties.contains(key))
                return wrong(QStringLiteral("'required' names '%1', which is not in 'properties'").arg(key));
        if (m_node->type == SchemaNode::Type::Array && !m_node->items)
            return wrong(QStringLiteral("an array needs 'items'"));
        if (m_node->mayBeEmpty && !m_node->pattern && !m_node->textFormat)
            return wrong(QStringLiteral("'mayBeEmpty' goes with 'pattern' or 'format'"));
        if (auto fitting = checkExamples(); !fitting)
            return fitting.error();
        return readDefault();
    }

private:
    Error wrong(const QString &what) const
    {
        return Error(Code::InvalidArgument, QStringLiteral("schema at '%1': %2").arg(m_place, what));
    }

    Result<void> readFormat()
    {
        const QJsonValue value = m_schema.value(QLatin1String("format"));
        if (value.isUndefined())
            return {};
        const QString name = value.toString();
        m_node->format = integerFormats.value(name);
        m_node->textFormat = TextFormat::named(name);
        const bool isOfText = m_node->textFormat != nullptr;
        if (m_node->format == SchemaNode::Format::Unspecified && !isOfText)
            return wrong(QStringLiteral("'format' must be one of %1")
                             .arg((integerFormats.keys() + TextFormat::names()).join(QStringLiteral(", "))));
        if (m_node->type != (isOfText ? SchemaNode::Type::String : SchemaNode::Type::Integer))
            return wrong(QStringLiteral("'format' %1 is for %2")
                             .arg(name, isOfText ? QStringLiteral("strings") : QStringLiteral("integers")));
        return {};
    }

    Result<void> keyword(const QString &name, const QJsonValue &value)
    {
        if (name == QLatin1String("type") || name == QLatin1String("format") || name == QLatin1String("default") ||
            name == QLatin1String("title"))
            return {};
        if (name == QLatin1String("description")) {
            m_node->description = value.toString();
            return {};
        }
        if (name == QLatin1String("properties"))
            return readProperties(value.toObject());
        if (name == QLatin1String("additionalProperties"))
            return readOtherKeys(value);
        if (name == QLatin1String("items"))
            return readChild(value, QStringLiteral("[]"), m_node->items);
        if (name == QLatin1String("required"))
            return readTexts(name, value, m_node->required);
        if (name == QLatin1String("enum"))
            return readTexts(name, value, m_node->allowed);
        if (name == QLatin1String("examples"))
            return readTexts(name, value, m_node->examples);
        if (name == QLatin1String("minimum"))
            return readBound(name, value, m_node->minimum);
        if (name == QLatin1String("maximum"))
            return readBound(name, value, m_node->maximum);
        if (name == QLatin1String("pattern"))
            return readPattern(value.toString());
        if (name == QLatin1String("mayBeEmpty")) {
            m_node->mayBeEmpty = value.toBool();
            return {};
        }
        if (name == QLatin1String("secret")) {
            m_node->secret = value.toBool();
            return {};
        }
        return wrong(QStringLiteral("keyword '%1' is not known").arg(name));
    }

    Result<void> readChild(const QJsonValue &value, const QString &step, SchemaNode::Pointer &child)
    {
        if (!value.isObject())
            return wrong(QStringLiteral("'%1' must be a schema").arg(step));
        auto node = SchemaNode::fromJson(value.toObject(), m_place + step);
        if (!node)
            return node.error();
        child = *node;
        return {};
    }

    Result<void> readProperties(const QJsonObject &properties)
    {
        for (auto it = properties.begin(); it != properties.end(); ++it)
            if (auto ok = readChild(it.value(), QLatin1Char('.') + it.key(), m_node->properties[it.key()]); !ok)
                return ok;
        return {};
    }

    Result<void> readOtherKeys(const QJsonValue &value)
    {
        m_node->anyKey = value.toBool();
        return value.isBool() ? Result<void>() : readChild(value, QStringLiteral(".*"), m_node->otherKeys);
    }

    Result<void> readTexts(const QString &name, const QJsonValue &value, QStringList &texts)
    {
        if (name != QLatin1String("required") && m_node->type != SchemaNode::Type::String)
            return wrong(QStringLiteral("'%1' is for strings").arg(name));
        for (const QJsonValue &text : value.toArray()) {
            if (!text.isString())
                return wrong(QStringLiteral("'%1' must be a list of texts").arg(name));
            texts.append(text.toString());
        }
        return texts.isEmpty() ? Result<void>(wrong(QStringLiteral("'%1' must not be empty").arg(name)))
                               : Result<void>();
    }

    Result<void> readBound(const QString &name, const QJsonValue &value, std::optional<double> &bound)
    {
        // A bound may be written as the value may be: "64MiB".
        SchemaNode plain;
        plain.type = m_node->type;
        plain.format = m_node->format;
        QList<ConfigProblem> problems;
        const QJsonValue number = SchemaCheck(SchemaCheck::TextLists::Refuse, problems).value(plain, value, name);
        if (!problems.isEmpty() || !number.isDouble())
            return wrong(QStringLiteral("'%1' must be a number of the declared type").arg(name));
        bound = number.toDouble();
        return {};
    }

    Result<void> readPattern(const QString &pattern)
    {
        m_node->pattern = QRegularExpression(QRegularExpression::anchoredPattern(pattern));
        if (m_node->type != SchemaNode::Type::String || !m_node->pattern->isValid())
            return wrong(QStringLiteral("'pattern' must be a regular expression, for a string"));
        return {};
    }

    Result<void> checkExamples() const
    {
        QList<ConfigProblem> problems;
        for (const QString &example : m_node->examples)
            SchemaCheck(SchemaCheck::TextLists::Refuse, problems).value(*m_node, example, m_place);
        return problems.isEmpty()
                   ? Result<void>()
                   : wrong(QStringLiteral("one of 'examples' does not fit: %1").arg(problems.first().message));
    }

    Result<SchemaNode::Pointer> readDefault()
    {
        const QJsonValue value = m_schema.value(QLatin1String("default"));
        if (value.isUndefined())
            return SchemaNode::Pointer(m_node);
        QList<ConfigProblem> problems;
        m_node->defaultValue = SchemaCheck(SchemaCheck::TextLists::Refuse, problems).value(*m_node, value, m_place);
        if (!problems.isEmpty())
            return wrong(QStringLiteral("'default' does not fit: %1").arg(problems.first().message));
        return SchemaNode::Pointer(m_node);
    }

    const QJsonObject m_schema;
    const QString m_place;
    std::shared_ptr<SchemaNode> m_node = std::make_shared<SchemaNode>();
};

} // namespace

QStringList SchemaNode::keys() const
{
    QStringList keys;
    for (const auto &[key, node] : properties)
        keys.append(key);
    return keys;
}

Result<SchemaNode::Pointer> SchemaNode::fromJson(const QJsonObject &schema, const QString &place)
{
    return NodeReader(schema, place).read();
}

} // namespace ghost
