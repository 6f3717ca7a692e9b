// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "QemuProgram.h"

#include <QtCore/QDateTime>
#include <QtCore/QFileInfo>
#include <QtCore/QRegularExpression>

#include "qemu-img/HelperProcess.h"

namespace ghost {

namespace {

HelperProcess helper(const QString &program)
{
    HelperProcess helper(program, QStringLiteral("qemu-system-x86"));
    HelperProcess::Limits limits;
    limits.addressSpaceBytes = qint64(8) << 30; // reserved, not used: translated code
    limits.cpuSeconds = 20;
    helper.setLimits(limits);
    return helper;
}

} // namespace

QemuProgram::QemuProgram(const QString &program)
    : m_program(program)
{}

Result<QString> QemuProgram::locate() const
{
    return helper(m_program).locate();
}

Result<QString> QemuProgram::newestMachine(Call &call)
{
    const auto installed = fingerprint();
    if (!installed)
        return installed.error();
    {
        const std::lock_guard lock(m_mutex);
        if (m_askedOf == *installed)
            return m_machine;
    }
    const auto outcome = helper(m_program).runToSuccess({QStringLiteral("-machine"), QStringLiteral("help")}, call);
    if (!outcome)
        return outcome.error();
    static const QRegularExpression alias(QStringLiteral("^q35\\s.*\\(alias of (pc-q35-[0-9.]+)\\)"),
                                          QRegularExpression::MultilineOption);
    const auto match = alias.match(QString::fromUtf8(outcome->output));
    if (!match.hasMatch())
        return Error(Code::Unsupported, QStringLiteral("%1 knows no machine type q35").arg(m_program));
    const std::lock_guard lock(m_mutex);
    m_askedOf = *installed;
    m_machine = match.captured(1);
    return m_machine;
}

Result<QString> QemuProgram::fingerprint() const
{
    const auto path = locate();
    if (!path)
        return path.error();
    const QFileInfo file(*path);
    return QStringLiteral("%1 of %2, %3 bytes").arg(*path, file.lastModified().toString(Qt::ISODate)).arg(file.size());
}

} // namespace ghost
