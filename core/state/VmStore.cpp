// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "state/VmStore.h"

#include <vector>

#include <pwd.h>
#include <unistd.h>

#include <QtCore/QFile>
#include <QtCore/QFileInfo>

#include "Clock.h"

namespace ghost {

namespace {

bool isMissing(const Result<QByteArray> &file)
{
    return !file && file.error().code() == Code::NotFound;
}

/// Nobody knows what is in it.
bool isUnread(const Result<QByteArray> &file)
{
    return !file && !isMissing(file) && file.error().code() != Code::FailedPrecondition;
}

Result<SavedState> parsed(const Result<QByteArray> &file)
{
    return file ? SavedState::fromJson(*file) : Result<SavedState>(file.error());
}

/// For the hint only.
QString presentUser()
{
    passwd entry = {};
    passwd *user = nullptr;
    std::vector<char> buffer(16384);
    ::getpwuid_r(::geteuid(), &entry, buffer.data(), buffer.size(), &user);
    return user ? QString::fromLocal8Bit(user->pw_name) : QString::number(::geteuid());
}

Error unreadable(const Error &why)
{
    return why.withHint(QStringLiteral("nothing was changed; user %1, as whom the agent runs, must be able to read it")
                            .arg(presentUser()));
}

} // namespace

VmStore::VmStore(const QString &file)
    : m_file(file)
{}

Result<VmStore::Loaded> VmStore::load() const
{
    Loaded loaded;
    const auto file = m_file.read();
    if (isUnread(file))
        return unreadable(file.error());
    auto state = parsed(file);
    if (!state) {
        const auto previous = m_file.readPrevious();
        if (isUnread(previous))
            return unreadable(previous.error());
        if (isMissing(file) && isMissing(previous)) {
            loaded.state.agentId = AgentId::create();
            return loaded;
        }
        const QString reason = state.error().text();
        state = parsed(previous);
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

QString VmStore::roomWarning() const
{
    const DurableFile::Room room = m_file.room();
    if (room != DurableFile::Room::Little && room != DurableFile::Room::None)
        return {};
    return QStringLiteral("the disk of %1 is full: VMs run on, %2; make room there, and the next operation ends this "
                          "warning")
        .arg(QFileInfo(m_file.path()).absolutePath(), room == DurableFile::Room::None
                                                          ? QStringLiteral("but no operation can be recorded any more")
                                                          : QStringLiteral("and can still be stopped and deleted"));
}

} // namespace ghost
