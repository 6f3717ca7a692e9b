// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "host/ActivationJournal.h"

#include <algorithm>

#include <QtCore/QDateTime>
#include <QtCore/QFile>
#include <QtCore/QFileInfo>
#include <fcntl.h>
#include <unistd.h>

#include "host/FatalSignals.h"

namespace ghost {

namespace {

constexpr qint64 maxBytes = 1 << 20;

/// Another one after each start of the machine.
QByteArray bootId()
{
    QFile file(QStringLiteral("/proc/sys/kernel/random/boot_id"));
    return file.open(QIODevice::ReadOnly) ? file.readAll().trimmed() : QByteArray();
}

} // namespace

ActivationJournal::ActivationJournal(QString path)
    : m_path(std::move(path))
{}

ActivationJournal::~ActivationJournal()
{
    close();
}

ActivationJournal::Death ActivationJournal::takeLastDeath()
{
    Death death;
    QFile file(m_path);
    if (!QFileInfo(m_path).isFile() || !file.open(QIODevice::ReadOnly))
        return death;
    bool isSameBoot = false;
    for (const QByteArray &line : file.read(maxBytes).split('\n')) {
        const QByteArrayList words = line.split(' ');
        const QString plugin = QString::fromUtf8(words.value(1));
        if (words.first() == "boot") {
            isSameBoot = words.value(1) == bootId();
        } else if (words.first() == "plugin") {
            death.fingerprints.insert(plugin, QString::fromUtf8(words.value(2)));
        } else if (words.first() == "begins") {
            death.running.append(plugin);
        } else if (words.first() == "ended") {
            death.running.removeAll(plugin);
        } else if (words.first() == "signal" && death.signal == 0) {
            death.signal = words.value(1).toInt();
            death.culprit = QString::fromUtf8(words.value(2));
        }
    }
    death.atMs = QFileInfo(m_path).lastModified().toMSecsSinceEpoch();
    file.remove();
    // Without a signal the power may have gone, and took everybody with it.
    if (death.signal == 0 && !isSameBoot)
        return {};
    return death;
}

Result<void> ActivationJournal::open(const QMap<QString, QString> &fingerprints)
{
    const std::scoped_lock lock(m_mutex);
    QFile::remove(m_path);
    constexpr int flags = O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_NOFOLLOW | O_CLOEXEC;
    m_fd.reset(::open(QFile::encodeName(m_path).constData(), flags, 0600));
    if (!m_fd)
        return Error(Code::PermissionDenied, QStringLiteral("cannot make %1: %2").arg(m_path, qt_error_string(errno)));
    append("boot " + bootId());
    for (auto plugin = fingerprints.begin(); plugin != fingerprints.end(); ++plugin)
        append("plugin " + plugin.key().toUtf8() + ' ' + plugin.value().toUtf8());
    fatalsignals::watch(m_fd.get());
    return {};
}

void ActivationJournal::close()
{
    const std::scoped_lock lock(m_mutex);
    if (!m_fd)
        return;
    fatalsignals::unwatch();
    m_fd.reset();
    QFile::remove(m_path);
}

// A line that cannot be written (full disk) costs only its meaning. The caller holds m_mutex.
void ActivationJournal::append(const QByteArray &line)
{
    if (m_fd) [[maybe_unused]]
        const auto written = ::write(m_fd.get(), (line + '\n').constData(), std::size_t(line.size() + 1));
}

ActivationJournal::Step::Step(ActivationJournal &journal, const QString &plugin)
    : m_journal(journal)
    , m_plugin(plugin.toUtf8())
{
    const std::scoped_lock lock(m_journal.m_mutex);
    m_journal.append("begins " + m_plugin);
    fatalsignals::setCulprit(m_plugin.constData());
}

ActivationJournal::Step::~Step()
{
    fatalsignals::setCulprit(nullptr);
    m_journal.giveUp(QString::fromUtf8(m_plugin));
}

void ActivationJournal::giveUp(const QString &plugin)
{
    const std::scoped_lock lock(m_mutex);
    append("ended " + plugin.toUtf8());
}

} // namespace ghost
