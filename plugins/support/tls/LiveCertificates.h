// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <mutex>

#include "tls/CertificateFiles.h"

namespace ghost {

/// Three files that may change at any time, as they were when they were last in order. Asked at every handshake, it
/// looks whether they are others now: a new certificate needs no restart, and nothing has to watch. Thread-safe.
class LiveCertificates
{
public:
    /// Told of each change once: what is used from now on, or an error that names the file which is of no use. Called
    /// from within current(); must not call it.
    using Told = std::function<void(const Result<CertificateSet> &)>;

    /// The first reading must succeed.
    static Result<std::unique_ptr<LiveCertificates>> open(const CertificateFiles &files, Told told);

    /// The same object until the files have changed.
    std::shared_ptr<const CertificateSet> current();

private:
    LiveCertificates(CertificateFiles files, QByteArray seen, CertificateSet set, Told told);

    const CertificateFiles m_files;
    const Told m_told;
    std::mutex m_mutex; ///< for what follows
    QByteArray m_seen;  ///< identity and times of the files when they were last read
    std::shared_ptr<const CertificateSet> m_set;
};

} // namespace ghost
