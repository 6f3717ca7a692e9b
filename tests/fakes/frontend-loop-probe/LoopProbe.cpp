// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "LoopProbe.h"

#include <QtCore/QFile>

namespace ghost {

using std::chrono::milliseconds;

namespace {
constexpr milliseconds beatInterval{1};
} // namespace

Result<void> LoopProbe::activate(PluginContext &context, const QJsonObject &, Call &)
{
    m_file = context.folder(Folder::Data) + QStringLiteral("/stall");
    context.setHealth(Health(Health::Status::Ready, {}));
    return {};
}

Result<void> LoopProbe::deactivate(Call &)
{
    return {};
}

Result<void> LoopProbe::open(Agent &)
{
    m_timer = std::make_unique<QTimer>(); // of the main thread, whichever one made this object
    m_timer->setTimerType(Qt::PreciseTimer);
    QObject::connect(m_timer.get(), &QTimer::timeout, m_timer.get(), [this] { m_loop.beat(); });
    m_loop = {};
    m_machine = {};
    m_timer->start(beatInterval);
    m_sleeper = std::jthread([this](const std::stop_token &stop) {
        for (; !stop.stop_requested(); m_machine.beat())
            std::this_thread::sleep_for(beatInterval);
    });
    return {};
}

void LoopProbe::close()
{
    m_timer.reset();
    m_sleeper = {};
    QFile file(m_file);
    const QString text = QStringLiteral("loop_ms %1\nmachine_ms %2\n");
    if (file.open(QIODevice::WriteOnly))
        file.write(text.arg(m_loop.milliseconds()).arg(m_machine.milliseconds()).toUtf8());
}

} // namespace ghost
