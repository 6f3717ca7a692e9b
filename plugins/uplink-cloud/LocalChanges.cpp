// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "LocalChanges.h"

#include <algorithm>
#include <limits>

namespace ghost::uplink {

Result<void> LocalChanges::note(const QString &vm, qint64 row)
{
    return m_database.run(QStringLiteral("INSERT OR REPLACE INTO local_changes VALUES (?, ?, NULL)"), {vm, row});
}

Result<bool> LocalChanges::isUntold(const QString &vm)
{
    const auto untold =
        m_database.number(QStringLiteral("SELECT COUNT(*) FROM local_changes WHERE vm = ? AND row = 0"), {vm});
    return untold ? Result<bool>(*untold > 0) : Result<bool>(untold.error());
}

Result<bool> LocalChanges::isNewerThan(quint64 generation, const QString &vm)
{
    const auto newer = m_database.number(
        QStringLiteral("SELECT COUNT(*) FROM local_changes WHERE vm = ? AND (sequence IS NULL OR sequence > ?)"),
        {vm, qint64(std::min<quint64>(generation, std::numeric_limits<qint64>::max()))});
    return newer ? Result<bool>(*newer > 0) : Result<bool>(newer.error());
}

Result<void> LocalChanges::forget(const QString &vm)
{
    return m_database.run(QStringLiteral("DELETE FROM local_changes WHERE vm = ?"), {vm});
}

} // namespace ghost::uplink
