// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "tls/LiveCertificates.h"

#include <QtCore/QFile>
#include <sys/stat.h>

namespace ghost {

namespace {

/// Differs after every write, rename, change of rights or of a link on the way; costs three calls of stat.
QByteArray signsOf(const CertificateFiles &files)
{
    QByteArray signs;
    for (const QString &path : files.all()) {
        struct stat status = {};
        ::stat(QFile::encodeName(path).constData(), &status); // absent: all zero
        for (const qint64 part : {qint64(status.st_dev), qint64(status.st_ino), qint64(status.st_size),
                                  qint64(status.st_ctim.tv_sec), qint64(status.st_ctim.tv_nsec)})
            signs += QByteArray::number(part) + ' ';
    }
    return signs;
}

} // namespace

Result<std::unique_ptr<LiveCertificates>> LiveCertificates::open(const CertificateFiles &files, Told told)
{
    const QByteArray seen = signsOf(files); // before they are read: a change meanwhile is seen later
    const auto set = files.read();
    if (!set)
        return set.error();
    return std::unique_ptr<LiveCertificates>(new LiveCertificates(files, seen, *set, std::move(told)));
}

LiveCertificates::LiveCertificates(CertificateFiles files, QByteArray seen, CertificateSet set, Told told)
    : m_files(std::move(files))
    , m_told(std::move(told))
    , m_seen(std::move(seen))
    , m_set(std::make_shared<const CertificateSet>(std::move(set)))
{}

std::shared_ptr<const CertificateSet> LiveCertificates::current()
{
    const std::lock_guard lock(m_mutex);
    const QByteArray seen = signsOf(m_files);
    if (seen == m_seen)
        return m_set;
    m_seen = seen;
    const auto set = m_files.read();
    if (set)
        m_set = std::make_shared<const CertificateSet>(*set);
    m_told(set);
    return m_set;
}

} // namespace ghost
