// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "LeaseWatch.h"

#include <array>

#include <QtCore/QFile>
#include <QtCore/QSet>
#include <poll.h>
#include <sys/inotify.h>

namespace ghost::nat {

LeaseWatch::LeaseWatch(const QString &folder, Callback callback, Retry retry)
    : m_folder(folder)
    , m_callback(std::move(callback))
    , m_retry(retry)
    , m_thread([this](const std::stop_token &stop) { run(stop); })
{}

LeaseWatch::~LeaseWatch()
{
    m_thread.request_stop();
    m_stopping.raise();
}

void LeaseWatch::run(const std::stop_token &stop)
{
    UniqueFd inotify;
    while (!stop.stop_requested()) {
        if (!inotify) {
            inotify = startWatch();
            m_callback({}); // what happened before, or while nobody watched
        }
        std::array<pollfd, 2> fds{pollfd{.fd = m_stopping.fd(), .events = POLLIN, .revents = 0},
                                  pollfd{.fd = inotify.get(), .events = POLLIN, .revents = 0}};
        ::poll(fds.data(), fds.size(), inotify ? -1 : int(m_retry.count()));
        if (!inotify || !(fds[1].revents & POLLIN) || stop.stop_requested())
            continue;

        alignas(inotify_event) std::array<char, 16384> buffer;
        const ssize_t length = ::read(inotify.get(), buffer.data(), buffer.size());
        QSet<QString> changed;
        bool lost = length <= 0;
        for (ssize_t at = 0; at < length;) {
            const auto *event = reinterpret_cast<const inotify_event *>(buffer.data() + at);
            if (event->mask & (IN_IGNORED | IN_DELETE_SELF | IN_MOVE_SELF))
                lost = true; // the folder itself went away
            else if (event->mask & IN_Q_OVERFLOW)
                changed.insert({});
            else
                changed.insert(QFile::decodeName(event->name));
            at += ssize_t(sizeof(inotify_event) + event->len);
        }
        for (const QString &file : changed)
            m_callback(file);
        if (lost)
            inotify.reset();
    }
}

UniqueFd LeaseWatch::startWatch() const
{
    UniqueFd inotify(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
    // The folder rather than a file: libvirt's helper writes a new file and renames it over the old one.
    constexpr auto events = IN_CLOSE_WRITE | IN_MOVED_TO | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;
    if (inotify && ::inotify_add_watch(inotify.get(), QFile::encodeName(m_folder).constData(), events) < 0)
        inotify.reset();
    return inotify;
}

} // namespace ghost::nat
