// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "kvm/KvmChoice.h"

#include <QtCore/QFile>
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>
#include <QtCore/QScopeGuard>
#include <QtCore/QSysInfo>

namespace ghost {

namespace {

QJsonObject readMemory(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.readAll()).object() : QJsonObject();
}

KvmVerdict fromMemory(const QJsonObject &memory)
{
    return {memory.value(QLatin1String("problem")).toString(), memory.value(QLatin1String("hint")).toString()};
}

QString bootId()
{
    return QString::fromLatin1(QSysInfo::bootUniqueId());
}

} // namespace

KvmChoice::KvmChoice(KvmTrialHost &host, KvmProbe probe, QString memoryFile, bool tryGuest)
    : m_host(host)
    , m_probe(std::move(probe))
    , m_memoryFile(std::move(memoryFile))
    , m_tryGuest(tryGuest)
{}

KvmVerdict KvmChoice::known() const
{
    const std::lock_guard lock(m_mutex);
    return m_known;
}

void KvmChoice::recall()
{
    const KvmVerdict seen = m_probe.look();
    setKnown(seen.isUsable() && m_tryGuest ? fromMemory(readMemory(m_memoryFile)) : seen);
}

Result<KvmVerdict> KvmChoice::verdict(Call &call)
{
    const KvmVerdict seen = m_probe.look();
    if (!seen.isUsable() || !m_tryGuest) {
        setKnown(seen);
        return seen;
    }
    const auto fingerprint = m_host.fingerprint(call);
    if (!fingerprint)
        return fingerprint.error();
    if (const auto turn = takeTurn(call); !turn)
        return turn.error();
    const auto pass = qScopeGuard([this] { passTurn(); });
    const QJsonObject memory = readMemory(m_memoryFile);
    const KvmVerdict remembered = fromMemory(memory);
    // A failure holds until the next boot only: the firmware or the outer host may have been mended.
    const bool stillTrue = memory.value(QLatin1String("host")).toString() == *fingerprint &&
                           (remembered.isUsable() || memory.value(QLatin1String("boot")).toString() == bootId());
    if (stillTrue) {
        setKnown(remembered);
        return remembered;
    }
    return tryOut(*fingerprint, call);
}

Result<void> KvmChoice::takeTurn(Call &call)
{
    Signal signal;
    for (;;) {
        {
            const std::lock_guard lock(m_mutex);
            if (!m_isTrying) {
                m_isTrying = true;
                return {};
            }
            m_waiting.push_back(&signal);
        }
        const Call::Wake wake = call.wait(signal);
        const std::lock_guard lock(m_mutex);
        std::erase(m_waiting, &signal);
        if (wake != Call::Wake::Raised)
            return Call::interrupted(wake, QStringLiteral("waiting for another VM's trial of KVM"));
    }
}

void KvmChoice::passTurn()
{
    const std::lock_guard lock(m_mutex);
    m_isTrying = false;
    for (Signal *signal : m_waiting)
        signal->raise();
}

Result<KvmVerdict> KvmChoice::tryOut(const QString &fingerprint, Call &call)
{
    auto tried = m_host.runTrial(Accelerator::Kvm, call);
    if (!tried)
        return tried.error();
    if (!tried->isUsable()) {
        // The same guest without KVM tells whether KVM is to blame, or (say) a folder that QEMU cannot enter.
        const auto control = m_host.runTrial(Accelerator::Tcg, call);
        if (!control)
            return control.error();
        if (!control->isUsable())
            return Error(Code::FailedPrecondition, QStringLiteral("QEMU runs no guest at all: ") + control->problem);
    }
    remember(fingerprint, *tried);
    setKnown(*tried);
    return tried;
}

void KvmChoice::remember(const QString &fingerprint, const KvmVerdict &verdict)
{
    const QJsonObject memory{{QStringLiteral("host"), fingerprint},
                             {QStringLiteral("boot"), bootId()},
                             {QStringLiteral("problem"), verdict.problem},
                             {QStringLiteral("hint"), verdict.hint}};
    QFile file(m_memoryFile);
    // Lost in a crash or on a full disk: then the next run tries once more.
    if (file.open(QIODevice::WriteOnly))
        file.write(QJsonDocument(memory).toJson());
}

void KvmChoice::setKnown(const KvmVerdict &verdict)
{
    const std::lock_guard lock(m_mutex);
    m_known = verdict;
}

} // namespace ghost
