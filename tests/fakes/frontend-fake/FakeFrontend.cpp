// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "FakeFrontend.h"

#include <stdexcept>

#include <QtCore/QFile>

namespace ghost {

FakeFrontend::FakeFrontend()
{
    if (qEnvironmentVariable("GHOST_FRONTEND_FAKE") == QStringLiteral("throw"))
        throw std::runtime_error("the test wanted the constructor to throw");
}

Result<void> FakeFrontend::activate(PluginContext &context, const QJsonObject &config, Call &)
{
    m_file = context.folder(Folder::Data) + QStringLiteral("/trace");
    m_config = config;
    trace(QStringLiteral("activate"));
    Signal never; // its time is over for nobody: a driver that does not look at its call
    Call slow({}, Call::Clock::now() + std::chrono::milliseconds(config.value(QStringLiteral("activate_ms")).toInt()));
    slow.wait(never);
    context.setHealth(Health(Health::Status::Ready, {}));
    return {};
}

Result<void> FakeFrontend::deactivate(Call &call)
{
    trace(call.check() ? QStringLiteral("deactivate") : QStringLiteral("deactivate late"));
    return {};
}

Result<void> FakeFrontend::open(Agent &)
{
    trace(QStringLiteral("open"));
    const QString wanted = m_config.value(QStringLiteral("open")).toString();
    if (wanted == QStringLiteral("throw"))
        throw std::runtime_error("the test wanted open to throw");
    if (wanted == QStringLiteral("fail"))
        return Error(Code::FailedPrecondition, QStringLiteral("the test wanted open to fail"));
    return {};
}

void FakeFrontend::close()
{
    trace(QStringLiteral("close"));
    if (m_config.value(QStringLiteral("close")).toString() == QStringLiteral("throw"))
        throw std::runtime_error("the test wanted close to throw");
}

Result<QCborMap> FakeFrontend::status(Call &)
{
    return QCborMap{{QStringLiteral("state"), QStringLiteral("connected")}};
}

Result<void> FakeFrontend::setPaused(bool paused, Call &)
{
    trace(paused ? QStringLiteral("pause") : QStringLiteral("resume"));
    return {};
}

Result<void> FakeFrontend::leave(Call &)
{
    trace(QStringLiteral("leave"));
    return {};
}

void FakeFrontend::trace(const QString &line) const
{
    QFile file(m_file);
    if (file.open(QIODevice::Append))
        file.write(line.toUtf8() + '\n');
}

} // namespace ghost
