// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QJsonObject>
#include <QtCore/QString>

#include "Overstay.h"
#include "ghost/Plugin.h"

namespace ghost {

/// What the fake network and the fake storage have in common: setting `fault` names the row of ghost-plugin-check that
/// is to turn red, and setting `activate` may take the backend away.
class FaultyDriver : public Plugin
{
public:
    Result<void> activate(PluginContext &context, const QJsonObject &config, Call &) override
    {
        m_fault = config.value(QStringLiteral("fault")).toString();
        m_context = &context;
        m_isAbsent = config.value(QStringLiteral("activate")).toString() == QStringLiteral("absent");
        if (m_isAbsent) {
            context.setHealth(Health(Health::Status::Down, noBackend()));
            return {};
        }
        takeUp();
        context.setHealth(Health(Health::Status::Ready, {}));
        return {};
    }

protected:
    /// Finds again what was made earlier. Not called without a backend.
    virtual void takeUp() = 0;

    bool has(const char *row) const { return m_fault == QLatin1String(row); }
    bool isAbsent() const { return m_isAbsent; }
    QString folder(Folder which) const { return m_context->folder(which); }

    /// How each call begins. Row @p inTime lets it outstay its deadline, row @p deadlineOver begin after it.
    Result<void> begin(Call &call, const char *inTime, const char *deadlineOver) const
    {
        if (m_isAbsent)
            return Error(Code::Unavailable, noBackend());
        if (has(inTime))
            overstay(call);
        return has(deadlineOver) ? Result<void>() : call.check();
    }

private:
    static QString noBackend() { return QStringLiteral("the test wanted no backend"); }

    QString m_fault;
    PluginContext *m_context = nullptr;
    bool m_isAbsent = false;
};

} // namespace ghost
