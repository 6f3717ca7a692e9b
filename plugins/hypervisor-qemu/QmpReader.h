// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QJsonObject>
#include <QtCore/QList>

#include <ghost/Result.h>

namespace ghost {

/// Cuts QMP's stream into its messages: one JSON object a line, of at most 1 MiB, and of a kind that QMP knows. What is
/// anything else did not come from a QEMU that can be trusted.
class QmpReader
{
public:
    static constexpr qsizetype maxLineBytes = qsizetype(1) << 20;

    /// The messages that are complete by now. After an Error (Unavailable) the stream is of no more use.
    Result<QList<QJsonObject>> take(QByteArrayView bytes);

private:
    QByteArray m_rest;
};

} // namespace ghost
