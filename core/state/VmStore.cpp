// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "state/VmStore.h"

#include <QtCore/QFile>

#include "Clock.h"

namespace ghost {

VmStore::VmStore(const QString &file)
    : m_file(file)
{}

Result<VmStore::Loaded> VmStore::load() const
{
    Loaded loaded;
    const auto read = [](const Result<QByteArray> &json) -> Result<SavedState> {
        return json ? SavedState::fromJson(*json) : Result<SavedState>(json.error());
    };
    const auto file = m_file.read();
    const auto previous = m_file.readPrevious();
    auto state = read(file);
    if (!state) {
        const bool neither =
            !file && file.error().code() == Code::NotFound && !previous && previous.error().code() == Code::NotFound;
        if (neither) {
            loaded.state.agentId = AgentId::create();
            return loaded;
        }
        const QString reason = state.error().text();
        state = read(previous);
        if (!state)
            return Error(Code::FailedPrecondition,
                         QStringLiteral("%1 cannot be used (%2), nor its previous generation (%3)")
                             .arg(m_file.path(), reason, state.error().text()))
                .withHint(QStringLiteral(
                    "nothing was changed; restore the file from a backup, or move it away to begin anew"));
        loaded.warnings.append(
            QStringLiteral("%1 cannot be used (%2): went back to its previous generation").arg(m_file.path(), reason));
        QFile::rename(m_file.path(), QStringLiteral("%1.bad-%2").arg(m_file.path()).arg(nowMs()));
    }
    loaded.state = *state;
    for (const auto &[record, reason] : loaded.state.quarantined)
        loaded.warnings.append(QStringLiteral("%1: the record of '%2' is quarantined: %3")
                                   .arg(m_file.path(), record.value(QStringLiteral("name")).toString(), reason));
    return loaded;
}

Result<void> VmStore::commit(quint64 change, const std::function<std::pair<quint64, SavedState>()> &present)
{
    const std::scoped_lock lock(m_mutex);
    if (m_written >= change)
        return {};
    const auto [number, state] = present();
    if (auto written = m_file.write(state.toJson(m_texts)); !written)
        return written;
    m_written = number;
    return {};
}

} // namespace ghost
