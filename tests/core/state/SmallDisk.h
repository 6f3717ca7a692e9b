// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <QtCore/QFile>

namespace ghost {

/// A file system on a folder, small enough to be full soon. Only this thread and what it starts see it; it goes with
/// this object. Needs root.
class SmallDisk
{
public:
    SmallDisk(const QString &folder, const QByteArray &size)
        : m_folder(QFile::encodeName(folder))
        , m_isMounted(hasOwnMounts() &&
                      ::mount("tmpfs", m_folder.constData(), "tmpfs", 0, ("size=" + size).constData()) == 0)
    {}
    ~SmallDisk()
    {
        if (m_isMounted)
            ::umount2(m_folder.constData(), MNT_DETACH);
    }
    SmallDisk(const SmallDisk &) = delete;
    SmallDisk &operator=(const SmallDisk &) = delete;

    bool isMounted() const { return m_isMounted; }
    bool makeReadOnly() const { return ::mount("", m_folder.constData(), "", MS_REMOUNT | MS_RDONLY, "") == 0; }
    /// As another program does it: to the last page, or but for @p leftBytes.
    void fill(qint64 leftBytes = 0) const
    {
        const int fd = ::open(ballast().constData(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        const QByteArray page(4096, 'x');
        qint64 size = 0;
        while (::write(fd, page.constData(), std::size_t(page.size())) == page.size())
            size += page.size();
        [[maybe_unused]] const int shortened = ::ftruncate(fd, std::max<qint64>(0, size - leftBytes));
        ::close(fd);
    }
    void empty() const { ::unlink(ballast().constData()); }

private:
    static bool hasOwnMounts()
    {
        static const bool has =
            ::unshare(CLONE_NEWNS) == 0 && ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
        return has;
    }
    QByteArray ballast() const { return m_folder + "/.ballast"; }

    QByteArray m_folder;
    bool m_isMounted;
};

} // namespace ghost
