// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QByteArrayView>
#include <QtCore/QJsonValue>
#include <QtCore/QString>

namespace ghost::ctl {

enum class OutputFormat { Table, Json, Yaml };

/// Standard output. A failed write is remembered, later ones are dropped: the program looks at error() at its end.
class Output
{
public:
    explicit Output(OutputFormat format);

    OutputFormat format() const { return m_format; }
    /// For people (a table), not for programs (JSON, YAML).
    bool isForPeople() const { return m_format == OutputFormat::Table; }

    void text(const QString &text);
    /// The one value of a command, as JSON or YAML.
    void value(const QJsonValue &value);
    /// One of many values: a line of JSON, or a YAML document.
    void item(const QJsonValue &value);
    void bytes(QByteArrayView bytes);

    /// errno of the first write that failed; 0 if none has.
    int error() const { return m_error; }

private:
    OutputFormat m_format;
    int m_error = 0;
};

} // namespace ghost::ctl
