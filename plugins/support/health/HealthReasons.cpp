// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "health/HealthReasons.h"

#include <QtCore/QStringList>

namespace ghost {

void HealthReasons::clear(const QString &about)
{
    const std::lock_guard lock(m_mutex);
    if (m_reasons.remove(about) > 0)
        publish();
}

void HealthReasons::set(const QString &about, const Health &health)
{
    const std::lock_guard lock(m_mutex);
    if (m_reasons.value(about) == health)
        return;
    m_reasons[about] = health;
    publish();
}

void HealthReasons::publish()
{
    auto status = Health::Status::Ready;
    QStringList reasons;
    for (const Health &health : m_reasons) {
        if (status != Health::Status::Down)
            status = health.status();
        reasons.append(health.reason());
    }
    m_context.setHealth(Health(status, reasons.join(QStringLiteral("; "))));
}

} // namespace ghost
