// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <mutex>

#include "state/DurableFile.h"
#include "state/SavedState.h"

namespace ghost {

/// data/vms.json on disk: reads it with its previous generation to fall back on, writes it once for all who wait.
class VmStore
{
public:
    explicit VmStore(const QString &file);

    struct Loaded
    {
        SavedState state;
        /// What its owner must know: an older generation was used, records are quarantined.
        QStringList warnings;
    };
    /// No file at all: a new SavedState with a new agent id. One that was read and is none of ours is moved to
    /// `<file>.bad-<time>`, so that it never becomes the previous generation, which is taken. Neither of use, or one
    /// that cannot be read now, whatever is in it: an error, and nothing is changed.
    Result<Loaded> load() const;

    /// Returns when change number @p change is on disk. Whoever finds it missing writes what @p present returns (the
    /// state with the number of its last change), so that those who wait meanwhile need no write of their own.
    Result<void> commit(quint64 change, const std::function<std::pair<quint64, SavedState>()> &present);

    /// For the owner, from any thread; empty while the disk has room.
    QString roomWarning() const;

private:
    DurableFile m_file;
    std::mutex m_mutex;
    quint64 m_written = 0;
    SavedState::RecordTexts m_texts;
};

} // namespace ghost
