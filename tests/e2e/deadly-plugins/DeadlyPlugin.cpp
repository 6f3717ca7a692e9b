// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "DeadlyPlugin.h"

#include <csignal>
#include <cstdlib>
#include <thread>

namespace ghost {

namespace {

#ifdef DEADLY_WHEN_MAPPED
[[maybe_unused]] const int neverThere = (std::abort(), 0);
#endif

void waitFor(std::chrono::milliseconds time)
{
    Signal never;
    Call call({}, Call::Clock::now() + time);
    call.wait(never);
}

} // namespace

Result<void> DeadlyPlugin::activate(PluginContext &context, const QJsonObject &config, Call &)
{
    const QString way = config.value(QStringLiteral("dies")).toString();
    if (way == QStringLiteral("abort"))
        std::abort();
    if (way == QStringLiteral("segv"))
        std::raise(SIGSEGV);
    if (way == QStringLiteral("exit"))
        ::_exit(3);
    if (way == QStringLiteral("thread")) {
        std::thread([] { std::abort(); }).detach();
        waitFor(std::chrono::minutes(1));
    }
    if (way == QStringLiteral("slow"))
        waitFor(std::chrono::seconds(5)); // longer than the frontends wait;
    if (way == QStringLiteral("hang"))
        waitFor(std::chrono::minutes(1));
    m_diesOpening = way == QStringLiteral("open");
    context.setHealth(Health(Health::Status::Ready, {}));
    return {};
}

Result<void> DeadlyPlugin::deactivate(Call &)
{
    return {};
}

Result<void> DeadlyPlugin::open(Agent &)
{
    if (m_diesOpening)
        std::abort();
    return {};
}

void DeadlyPlugin::close() {}

} // namespace ghost
