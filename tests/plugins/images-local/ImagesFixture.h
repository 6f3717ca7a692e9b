// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>
#include <memory>
#include <sys/socket.h>
#include <thread>

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QJsonObject>

#include "LocalImages.h"
#include "qemu-img/QemuImg.h"
#include "support/FakePluginContext.h"

namespace ghost {

/// A call that nobody cancels, with time enough.
class PatientCall : public Call
{
public:
    PatientCall()
        : Call(OperationId::create(), Clock::now() + std::chrono::seconds(30))
    {}
};

/// An image source in a root of its own, with no image in it.
class ImagesFixture
{
public:
    ImagesFixture()
    {
        if (!start())
            qFatal("cannot set up an image source");
    }

    /// A new instance, as after a start of the agent.
    Result<void> start()
    {
        m_images = std::make_unique<LocalImages>();
        PatientCall call;
        return m_images->activate(context, config, call);
    }
    LocalImages &images() { return *m_images; }

    QString path(const QString &file) const { return QDir(context.folder(Folder::Images)).filePath(file); }
    /// All names in the images folder, hidden ones too.
    QStringList files() const
    {
        return QDir(context.folder(Folder::Images))
            .entryList(QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot);
    }
    void write(const QString &file, const QByteArray &bytes) const
    {
        QFile out(path(file));
        if (!out.open(QIODevice::WriteOnly) || out.write(bytes) != bytes.size())
            qFatal("cannot write a test file");
    }
    /// The bytes of a sound image of 1 GiB.
    QByteArray imageBytes() const
    {
        const QString file = context.folder(Folder::Run) + QStringLiteral("/made.qcow2");
        PatientCall call;
        if (!QemuImg().createEmpty(file, qint64(1) << 30, call))
            qFatal("cannot make an image");
        QFile in(file);
        return in.open(QIODevice::ReadOnly) ? in.readAll() : QByteArray();
    }

    FakePluginContext context;
    QJsonObject config{{QStringLiteral("reserve_bytes"), 0}};

private:
    std::unique_ptr<LocalImages> m_images;
};

/// The other end of an upload: sends from a thread of its own and then closes, or stalls.
class Sender
{
public:
    enum class End : int { Unspecified = 0, Close, StayOpen };

    explicit Sender(const QByteArray &bytes, End end = End::Close)
    {
        int ends[2];
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
            qFatal("no socket");
        m_ours.reset(ends[0]);
        m_theirs.reset(ends[1]);
        m_thread = std::jthread([this, bytes, end] {
            qsizetype sent = 0;
            while (sent < bytes.size()) {
                const ssize_t step =
                    ::send(m_ours.get(), bytes.constData() + sent, size_t(bytes.size() - sent), MSG_NOSIGNAL);
                if (step <= 0)
                    return;
                sent += step;
            }
            if (end == End::Close)
                ::shutdown(m_ours.get(), SHUT_WR);
        });
    }
    ~Sender() { ::shutdown(m_theirs.get(), SHUT_RDWR); } // lets a blocked thread go
    Q_DISABLE_COPY_MOVE(Sender)

    int fd() const { return m_theirs.get(); }

private:
    UniqueFd m_ours;
    UniqueFd m_theirs;
    std::jthread m_thread;
};

} // namespace ghost
