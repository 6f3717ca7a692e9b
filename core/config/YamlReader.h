// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QJsonObject>
#include <QtCore/QList>
#include <QtCore/QMap>
#include <QtCore/QString>

namespace ghost {

/// Line and column, both from 1.
struct YamlPlace
{
    int line = 0;
    int column = 0;
};

struct YamlProblem
{
    YamlPlace place;
    QString message;
};

/// A YAML text as a tree: every scalar is text (its schema knows its type), an empty one null.
struct YamlDocument
{
    QJsonObject root;
    QMap<QString, YamlPlace> keys;   ///< path → where the key stands
    QMap<QString, YamlPlace> values; ///< path → where the value begins
    QList<YamlProblem> problems;
    bool isWhole = false; ///< read to its end: what is not in the tree is not in the text
};

/// Reads one document whose root is a map. Aliases are refused: nine lines of them make a billion values.
YamlDocument readYaml(const QByteArray &text);

} // namespace ghost
