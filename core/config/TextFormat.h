// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QStringList>

namespace ghost {

/// A form of text that a schema names by `format`: what no regular expression would say so that it can be read.
struct TextFormat
{
    QString name;   ///< `listen-address`
    QString wanted; ///< what goes on from "must be": `ADDRESS:PORT such as 127.0.0.1:9090 …`
    bool (*fits)(const QString &text) = nullptr;

    /// Null: there is none of that name.
    static const TextFormat *named(const QString &name);
    static QStringList names();
};

} // namespace ghost
