// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <clocale>
#include <csignal>
#include <cstring>
#include <sys/stat.h>

#include <QtCore/QDir>
#include <QtCore/QElapsedTimer>
#include <QtCore/QFile>

#include "bench/Bench.h"
#include "bench/Life.h"
#include "rows/Rows.h"

namespace ghost::kit {

namespace {

using namespace std::chrono_literals;

void setsAFirstHealth(Bench &bench)
{
    KitCall call;
    expect("activate", bench.activate(bench.subject().config, call)).ok();
    expect("health at the end of activate", bench.context().health().status()).isNot(Health::Status::Unspecified);
    const Health health = bench.context().health();
    must(health.status() == Health::Status::Ready || !health.reason().isEmpty(),
         QStringLiteral("health is %1 without a reason").arg(healthStatusName(health.status())));
}

void becomesReady(Bench &bench)
{
    bench.start();
    expect("deactivate and activate again, health", (bench.stop(), bench.start(), bench.context().health().status()))
        .isNot(Health::Status::Down);
}

void activatesInTime(Bench &bench)
{
    QElapsedTimer timer;
    timer.start();
    KitCall hurried(1ms);
    const auto activated = bench.activate(bench.subject().config, hurried);
    expect("activate with a deadline of 1 ms took", std::chrono::milliseconds(timer.elapsed())).isAtMost(deadlineGrace);
    expect("activate with a deadline of 1 ms", activated).okOr({Code::DeadlineExceeded, Code::Unavailable});
}

void deactivatesInTime(Bench &bench)
{
    bench.start();
    liveOnce(bench);
    QElapsedTimer timer;
    timer.start();
    bench.stop();
    expect("deactivate took", std::chrono::milliseconds(timer.elapsed())).isAtMost(deadlineGrace);
}

void mustAnswerUnavailable(Bench &bench)
{
    askAll(bench, [](const char *what, Code code) {
        // What is certainly not there is removed: a driver whose own files tell so needs no backend for it.
        const QByteArray name(what);
        if (code == Code::Unspecified && (name == "remove" || name == "unplug"))
            return;
        must(code == Code::Unavailable,
             QStringLiteral("%1 without a backend: wanted Unavailable, got %2")
                 .arg(QLatin1String(what), code == Code::Unspecified ? QStringLiteral("Ok") : codeName(code)));
    });
}

void bearsAnAbsentBackend(Bench &bench)
{
    if (bench.subject().absentConfig.isEmpty())
        throw RowSkipped{QStringLiteral("needs the configuration of a machine without its backend: --absent FILE")};
    KitCall call;
    expect("activate", bench.activate(bench.subject().absentConfig, call)).ok();
    expect("health without a backend", bench.context().health().status()).is(Health::Status::Down);
    mustAnswerUnavailable(bench);
}

void keepsOffStandardOutput(Bench &bench)
{
    bench.start();
    liveOnce(bench);
    bench.stop();
    std::fflush(stdout);
    QFile output(bench.room() + QStringLiteral("/stdout"));
    must(output.open(QIODevice::ReadOnly), output.errorString());
    expect("standard output", QString::fromUtf8(output.readAll())).is(QString());
}

void (*handlerOf(int signal))(int)
{
    struct sigaction action = {};
    ::sigaction(signal, nullptr, &action);
    return action.sa_handler;
}

mode_t currentUmask()
{
    const mode_t mask = ::umask(0);
    ::umask(mask);
    return mask;
}

void leavesTheProcessAlone(Bench &bench)
{
    const QString folder = QDir::currentPath();
    const QString locale = QString::fromLatin1(std::setlocale(LC_ALL, nullptr));
    const mode_t mask = currentUmask();
    constexpr int signals[] = {SIGTERM, SIGINT, SIGHUP, SIGCHLD};
    void (*handlers[std::size(signals)])(int);
    std::transform(std::begin(signals), std::end(signals), std::begin(handlers), handlerOf);

    bench.start();
    liveOnce(bench);

    expect("current folder", QDir::currentPath()).is(folder);
    expect("locale", QString::fromLatin1(std::setlocale(LC_ALL, nullptr))).is(locale);
    expect("umask", int(currentUmask())).is(int(mask));
    for (size_t i = 0; i < std::size(signals); ++i)
        must(handlerOf(signals[i]) == handlers[i],
             QStringLiteral("a signal handler was changed: %1").arg(QLatin1String(::strsignal(signals[i]))));
}

void throwsNothing(Bench &bench)
{
    bench.start();
    const auto check = [](const char *what, const Error &error) {
        must(!error.message().contains(QStringLiteral(" threw")),
             QStringLiteral("%1: %2").arg(QLatin1String(what), error.message()));
    };
    provoke(bench, check);
}

} // namespace

Rows activationRows()
{
    return {
        {.name = "first-health",
         .rule = "activate sets a first health; one that is not Ready has a reason",
         .where = "ghost/Plugin.h, activate: \"Must set a first Health\"",
         .run = setsAFirstHealth},
        {.name = "becomes-ready",
         .rule = "with its backend there, a plugin is usable soon after activate, a second time, too",
         .where = "ghost/Health.h, Down: \"calls answer Unavailable, whatever runs\"",
         .run = becomesReady},
        {.name = "activate-in-time",
         .rule = "activate returns within 10 s of its deadline",
         .where = "kit.md: \"Deadlines\"",
         .run = activatesInTime},
        {.name = "deactivate-in-time",
         .rule = "deactivate returns within 10 s",
         .where = "kit.md: \"Deadlines\"",
         .run = deactivatesInTime},
        {.name = "absent-backend",
         .rule = "an absent backend is no error of activate: health Down, and every call answers Unavailable",
         .where = "ghost/Plugin.h, activate: \"An absent backend is not an error here\"; ghost/Health.h, Down: \"calls "
                  "answer Unavailable, whatever runs\"",
         .run = bearsAnAbsentBackend},
        {.name = "standard-output",
         .rule = "a plugin writes nothing to standard output",
         .where = "kit.md: \"A guest in somebody else's process\"",
         .run = keepsOffStandardOutput},
        {.name = "process-untouched",
         .rule = "a plugin changes neither signal handlers, current folder, umask nor locale",
         .where = "kit.md: \"A guest in somebody else's process\"",
         .run = leavesTheProcessAlone},
        {.name = "throws-nothing",
         .rule = "no exception crosses the boundary, whatever the arguments",
         .where = "kit.md: \"Errors\"",
         .run = throwsNothing},
    };
}

} // namespace ghost::kit
