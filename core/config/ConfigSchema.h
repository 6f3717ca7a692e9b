// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include <QtCore/QJsonObject>
#include <QtCore/QList>
#include <QtCore/QStringList>

#include "ghost/Result.h"

namespace ghost {

struct SchemaNode;

/// One thing wrong with a value, at the place that is to blame.
struct ConfigProblem
{
    QString path;    ///< `log.level`, `plugins[2]`
    QString message; ///< `unknown key 'grcp'; did you mean 'grpc'?`
    bool ofKey;      ///< the key itself is wrong, rather than its value

    /// `log.level: must be …`; a wrong key names itself.
    QString line() const;
};

/// What a piece of configuration may hold: the part of JSON Schema that plugin.json (`config`, `vmOptions`) and
/// agent.schema.json use. Immutable; copies share.
///
/// Known keywords: type (object string integer number boolean array), properties, required, additionalProperties (a
/// boolean, false by default, or a schema), items, enum, pattern (the whole text), minimum, maximum, default, title,
/// description, secret (the value is never shown), format (of integers `bytes`: "4GiB" becomes an integer, `duration`:
/// "30s" becomes integer milliseconds; of text `listen-address`, `host-and-port`, `port-range`, `ipv4-network`),
/// mayBeEmpty (text may be empty, whatever its pattern or format says), examples (of text). A text that does not match
/// its pattern is answered with the examples and the description. Any other keyword is refused: a rule that nobody
/// enforces is worse than none.
class ConfigSchema
{
public:
    /// InvalidArgument names the place in the schema that is wrong.
    static Result<ConfigSchema> fromJson(const QJsonObject &schema);

    /// Checks @p value and fills in the defaults. Text is converted to the declared type, as command lines,
    /// environments and YAML have nothing else. InvalidArgument carries one problem a line; its field is the path of
    /// the first one.
    /// @p path is what the paths begin with, such as `options`; may be empty.
    Result<QJsonObject> complete(const QJsonObject &value, const QString &path) const;
    /// The same for callers that collect: the problems are appended, the result is what could be made of @p value.
    QJsonObject check(const QJsonObject &value, const QString &path, QList<ConfigProblem> &problems) const;

    /// Paths of all values other than maps: `log.level`, `plugins`.
    QStringList leaves() const;
    /// Whether @p path is one that wants a list.
    bool isList(const QString &path) const;

private:
    std::shared_ptr<const SchemaNode> m_root;
};

} // namespace ghost
