// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "HostForwards.h"

#include <tuple>

#include <QtCore/QRegularExpression>

#include "CommandLine.h"

namespace ghost {

namespace {

/// QMP has no command for it; this one answers in words, and with none when all is well.
QString humanCommand()
{
    return QStringLiteral("human-monitor-command");
}

} // namespace

QStringList rulesIn(const QString &userNetworks, const QString &netdev)
{
    //   Hub -1 (net0):
    //     Protocol[State]    FD  Source Address  Port   Dest. Address  Port RecvQ SendQ
    //     TCP[HOST_FORWARD]  12       127.0.0.1  2222       10.0.2.15    22     0     0
    static const QRegularExpression header(QStringLiteral("\\(([^)]+)\\):\\s*$"));
    static const QRegularExpression rule(
        QStringLiteral("^\\s*(TCP|UDP)\\[HOST_FORWARD\\]\\s+\\d+\\s+(\\S+)\\s+(\\d+)\\s+\\S+\\s+(\\d+)\\s"));
    QStringList rules;
    bool isOurs = false;
    for (const QString &line : userNetworks.split(u'\n')) {
        if (const auto match = header.match(line); match.hasMatch())
            isOurs = match.captured(1) == netdev;
        const auto match = rule.match(line);
        if (!isOurs || !match.hasMatch())
            continue;
        const QString address = match.captured(2) == QLatin1String("*") ? QStringLiteral("0.0.0.0") : match.captured(2);
        rules.append(QStringLiteral("%1:%2:%3-:%4")
                         .arg(match.captured(1).toLower(), address, match.captured(3), match.captured(4)));
    }
    return rules;
}

HostForwards::HostForwards(QmpMonitor &monitor, QString netdev)
    : m_monitor(monitor)
    , m_netdev(std::move(netdev))
{}

Result<void> HostForwards::become(const QList<PortForward> &wanted, Call &call)
{
    const auto now = present(call);
    if (!now)
        return now.error();
    QStringList rules;
    for (const PortForward &forward : wanted)
        rules.append(hostForwardRule(forward));

    QList<Step> steps; // first make room: a host port may lead elsewhere now
    for (const QString &rule : *now)
        if (!rules.contains(rule))
            steps.append({Kind::Remove, rule});
    for (const QString &rule : rules)
        if (!now->contains(rule))
            steps.append({Kind::Add, rule});

    QList<Step> tried;
    for (const Step &step : steps) {
        const auto applied = apply(step, call);
        if (applied || applied.error().code() == Code::Unavailable)
            tried.append(step); // done, or its answer is lost: QEMU may do it all the same
        if (!applied) {
            takeBack(tried);
            return applied.error();
        }
    }
    return {};
}

Result<QStringList> HostForwards::present(Call &call)
{
    const auto answer =
        m_monitor.execute(humanCommand(), {{QStringLiteral("command-line"), QStringLiteral("info usernet")}}, call);
    if (!answer)
        return answer.error();
    return rulesIn(answer->toString(), m_netdev);
}

QJsonObject HostForwards::argumentsOf(const Step &step) const
{
    const QString command = step.kind == Kind::Add
                                ? QStringLiteral("hostfwd_add %1 %2").arg(m_netdev, step.rule)
                                : QStringLiteral("hostfwd_remove %1 %2")
                                      .arg(m_netdev, step.rule.left(step.rule.lastIndexOf(QLatin1String("-:"))));
    return {{QStringLiteral("command-line"), command}};
}

Result<void> HostForwards::apply(const Step &step, Call &call)
{
    const auto answer = m_monitor.execute(humanCommand(), argumentsOf(step), call);
    if (!answer)
        return answer.error();
    const QString words = answer->toString().simplified();
    if (step.kind == Kind::Remove || words.isEmpty())
        return {};
    return Error(Code::FailedPrecondition, QStringLiteral("QEMU cannot forward %1: %2").arg(step.rule, words))
        .withHint(QStringLiteral("another program has that port of this machine"));
}

/// All is sent without a wait for each: a QEMU that hangs does it when it goes on. It is done in order, so that the
/// answer to a last question says that all of it was.
void HostForwards::takeBack(const QList<Step> &tried)
{
    for (auto step = tried.crbegin(); step != tried.crend(); ++step)
        m_monitor.send(humanCommand(), argumentsOf({step->kind == Kind::Add ? Kind::Remove : Kind::Add, step->rule}));
    Call undo(OperationId(), Call::Clock::now() + QmpMonitor::answerLimit);
    std::ignore = present(undo);
}

} // namespace ghost
