// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QString>

#include "ghost/Result.h"

namespace ghost {

/// `endpoints.json` in the agent's run folder: where this agent really listens, for whoever starts it on port 0.
/// `{"pid": 4711, "grpc": "127.0.0.1:9090", "health": "127.0.0.1:9092", "metrics": "127.0.0.1:9091"}`
///
/// Several plugins write it, each its own entry, under a lock; a reader finds the file whole or not at all. What an
/// agent that was killed left behind goes with the first entry of the next. Any thread; takes about a millisecond.
class Endpoints
{
public:
    explicit Endpoints(const QString &runFolder);

    /// Adds or replaces the entry @p name: `grpc`, `metrics`, `health`.
    Result<void> publish(const QString &name, const QString &address);
    /// Takes it away, and with the last one the file. Not there: Ok.
    Result<void> withdraw(const QString &name);

    QString file() const { return m_file; }

private:
    Result<void> put(const QString &name, const QString &address);

    QString m_file;
};

} // namespace ghost
