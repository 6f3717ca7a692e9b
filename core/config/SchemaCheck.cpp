// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "config/SchemaCheck.h"

#include <cmath>

#include <QtCore/QLocale>

#include "config/DidYouMean.h"
#include "config/Quantity.h"
#include "config/TextFormat.h"

namespace ghost {

namespace {

using Type = SchemaNode::Type;

QString mustBe(const SchemaNode &node)
{
    return node.mayBeEmpty ? QStringLiteral("must be empty or ") : QStringLiteral("must be ");
}

QString wanted(const SchemaNode &node)
{
    if (node.textFormat)
        return mustBe(node) + node.textFormat->wanted;
    if (node.format == SchemaNode::Format::Bytes)
        return QStringLiteral("must be a size such as 4GiB, 50GB or 1048576");
    if (node.format == SchemaNode::Format::Duration)
        return QStringLiteral("must be a duration such as 500ms, 30s, 5m or 2h");
    switch (node.type) {
    case Type::Object:
        return QStringLiteral("must be a map of keys");
    case Type::String:
        return node.allowed.isEmpty() ? QStringLiteral("must be text")
                                      : QStringLiteral("must be one of ") + node.allowed.join(QStringLiteral(", "));
    case Type::Integer:
        return QStringLiteral("must be a whole number");
    case Type::Number:
        return QStringLiteral("must be a number");
    case Type::Boolean:
        return QStringLiteral("must be true or false");
    case Type::Array:
        return QStringLiteral("must be a list");
    case Type::Unspecified:
        break;
    }
    return {};
}

/// What a text that does not match its pattern should have been. The bare expression is for schemas without words.
QString patternInWords(const SchemaNode &node)
{
    if (!node.examples.isEmpty())
        return QStringLiteral("written like ") + node.examples.join(QStringLiteral(" or "));
    if (!node.description.isEmpty())
        return QStringLiteral("as it is described");
    const QString pattern = node.pattern->pattern();
    return QStringLiteral("text that matches ") + pattern.mid(5, pattern.size() - 8); // \A(?: … )\z
}

QString explained(const SchemaNode &node)
{
    return node.description.isEmpty() ? QString() : QStringLiteral(" (%1)").arg(node.description);
}

/// `, not 'abc'`; never the text of a secret.
QString given(const SchemaNode &node, const QJsonValue &value)
{
    if (value.isArray())
        return QStringLiteral(", not a list");
    if (value.isObject())
        return QStringLiteral(", not a map of keys");
    if (node.secret)
        return {};
    const QString text = value.toVariant().toString();
    return QStringLiteral(", not '%1'").arg(text.size() > 40 ? text.left(40) + QStringLiteral("…") : text);
}

QString shown(const SchemaNode &node, double value)
{
    if (node.format == SchemaNode::Format::Bytes)
        return formatBytes(qint64(value));
    return QString::number(value, 'g', QLocale::FloatingPointShortest) +
           (node.format == SchemaNode::Format::Duration ? QStringLiteral(" ms") : QString());
}

/// A whole number from JSON or text in the node's own format; nothing if it is none.
std::optional<qint64> wholeNumber(const SchemaNode &node, const QJsonValue &value)
{
    if (value.isDouble()) {
        const double number = value.toDouble();
        if (number != std::floor(number) || std::abs(number) >= 9.2e18)
            return {};
        return node.format != SchemaNode::Format::Unspecified && number < 0 ? std::nullopt
                                                                            : std::optional(value.toInteger());
    }
    const QString text = value.toString();
    if (node.format == SchemaNode::Format::Unspecified) {
        bool ok = false;
        const qint64 number = text.toLongLong(&ok);
        return ok ? std::optional(number) : std::nullopt;
    }
    const auto number = node.format == SchemaNode::Format::Bytes ? parseBytes(text) : parseDuration(text);
    return number ? std::optional(*number) : std::nullopt;
}

std::optional<double> realNumber(const QJsonValue &value)
{
    bool ok = value.isDouble();
    const double number = ok ? value.toDouble() : value.toString().toDouble(&ok);
    return ok && std::isfinite(number) ? std::optional(number) : std::nullopt;
}

std::optional<bool> truth(const QJsonValue &value)
{
    if (value.isBool())
        return value.toBool();
    const QString text = value.toString().toLower();
    if (text == QLatin1String("true") || text == QLatin1String("yes") || text == QLatin1String("on"))
        return true;
    if (text == QLatin1String("false") || text == QLatin1String("no") || text == QLatin1String("off"))
        return false;
    return {};
}

QString below(const QString &path, const QString &key)
{
    return path.isEmpty() ? key : path + QLatin1Char('.') + key;
}

} // namespace

QJsonValue SchemaCheck::value(const SchemaNode &node, const QJsonValue &value, const QString &path)
{
    // `log:` with every key below it commented out is a map without keys.
    if (value.isNull() && node.type == Type::Object)
        return object(node, {}, path);
    if (value.isNull())
        return wrong(path, QStringLiteral("has no value; leave the key out for its default"));

    if (node.type == Type::Object && value.isObject())
        return object(node, value.toObject(), path);
    if (node.type == Type::Array && value.isArray())
        return array(node, value.toArray(), path);
    if (node.type == Type::Array && value.isString() && m_textLists == TextLists::Split)
        return array(node, QJsonArray::fromStringList(value.toString().split(QLatin1Char(','), Qt::SkipEmptyParts)),
                     path);
    if (node.type == Type::String && value.isString())
        return text(node, value.toString(), path);
    const bool scalar = value.isString() || value.isDouble() || value.isBool();
    if ((node.type == Type::Integer || node.type == Type::Number) && scalar && !value.isBool())
        return number(node, value, path);
    if (node.type == Type::Boolean && scalar)
        if (const auto is = truth(value))
            return *is;
    return wrong(path, wanted(node) + given(node, value));
}

/// What may stand there instead: the nearest key, or all if they are few.
QString instead(const QString &name, const SchemaNode &node)
{
    constexpr qsizetype few = 12;
    const QStringList keys = node.keys();
    QString near = didYouMean(name, keys);
    if (!near.isEmpty() || keys.isEmpty() || keys.size() > few)
        return near;
    return QStringLiteral("; known here: ") + keys.join(QStringLiteral(", "));
}

QJsonObject SchemaCheck::object(const SchemaNode &node, const QJsonObject &value, const QString &path)
{
    QJsonObject complete;
    for (auto it = value.begin(); it != value.end(); ++it) {
        const QString place = below(path, it.key());
        const auto known = node.properties.find(it.key());
        if (known != node.properties.end())
            complete.insert(it.key(), this->value(*known->second, it.value(), place));
        else if (node.otherKeys)
            complete.insert(it.key(), this->value(*node.otherKeys, it.value(), place));
        else if (node.anyKey)
            complete.insert(it.key(), it.value());
        else
            m_problems.append(
                {place, QStringLiteral("unknown key '%1'").arg(it.key().left(80)) + instead(it.key(), node), true});
    }
    for (const auto &[key, child] : node.properties) {
        if (value.contains(key))
            continue;
        const QJsonValue fallback = absent(*child, below(path, key));
        if (!fallback.isUndefined())
            complete.insert(key, fallback);
        else if (node.required.contains(key))
            wrong(path, QStringLiteral("missing key '%1'").arg(key));
    }
    return complete;
}

QJsonValue SchemaCheck::absent(const SchemaNode &node, const QString &path)
{
    if (!node.defaultValue.isUndefined() || node.type != Type::Object || !node.required.isEmpty())
        return node.defaultValue;
    return object(node, {}, path);
}

QJsonValue SchemaCheck::array(const SchemaNode &node, const QJsonArray &value, const QString &path)
{
    QJsonArray complete;
    for (int i = 0; i < value.size(); ++i) {
        const QJsonValue item = this->value(*node.items, value.at(i), QStringLiteral("%1[%2]").arg(path).arg(i));
        if (!item.isUndefined())
            complete.append(item);
    }
    return complete;
}

QJsonValue SchemaCheck::text(const SchemaNode &node, const QString &value, const QString &path)
{
    if (!node.allowed.isEmpty() && !node.allowed.contains(value))
        return wrong(path, wanted(node) + given(node, value) + didYouMean(value, node.allowed));
    if (value.isEmpty() && node.mayBeEmpty)
        return value;
    if (node.textFormat && !node.textFormat->fits(value))
        return wrong(path, wanted(node) + given(node, value));
    if (node.pattern && !node.pattern->match(value).hasMatch())
        return wrong(path, mustBe(node) + patternInWords(node) + given(node, value) + explained(node));
    return value;
}

QJsonValue SchemaCheck::number(const SchemaNode &node, const QJsonValue &value, const QString &path)
{
    const auto whole = node.type == Type::Integer ? wholeNumber(node, value) : std::nullopt;
    const std::optional<double> real = node.type == Type::Integer ? std::optional<double>(whole) : realNumber(value);
    if (!real)
        return wrong(path, wanted(node) + given(node, value));
    if (node.minimum && *real < *node.minimum)
        return wrong(path, QStringLiteral("must be at least ") + shown(node, *node.minimum) + given(node, value));
    if (node.maximum && *real > *node.maximum)
        return wrong(path, QStringLiteral("must be at most ") + shown(node, *node.maximum) + given(node, value));
    return whole ? QJsonValue(*whole) : QJsonValue(*real);
}

QJsonValue SchemaCheck::wrong(const QString &path, const QString &message)
{
    m_problems.append({path, message, false});
    return QJsonValue::Undefined;
}

} // namespace ghost
