// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>

#include <QtCore/QSet>
#include <QtCore/QString>

namespace ghost {

/// Names under which something is being made right now: each belongs to one call at a time. Thread-safe.
class NameClaims
{
public:
    /// Gives the name back when it goes.
    class Claim
    {
    public:
        Claim(NameClaims &claims, const QString &name);
        ~Claim();
        Q_DISABLE_COPY_MOVE(Claim)

    private:
        NameClaims &m_claims;
        QString m_name;
    };

    /// Null while another call holds the name.
    std::unique_ptr<Claim> claim(const QString &name);

private:
    std::mutex m_mutex;
    QSet<QString> m_names;
};

} // namespace ghost
