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
    // A worker of the host made this object, and the timer with it.
    moveToThread(QThread::currentThread());
    return {};
}

void LoopProbe::close()
{
}

} // namespace ghost
