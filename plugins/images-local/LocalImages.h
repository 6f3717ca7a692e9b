// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>

#include <QtCore/QSet>

#include "ghost/ImageSource.h"
#include "qemu-img/NameClaims.h"
#include "qemu-img/QemuImg.h"

namespace ghost {

/// A folder of base images, `<name>.qcow2`. The files are all there is: no index can disagree with them, and an image
/// that the owner puts into the folder is one like every other.
class LocalImages : public Plugin, public ImageSource
{
public:
    Result<void> activate(PluginContext &context, const QJsonObject &config, Call &call) override;
    Result<void> deactivate(Call &call) override;

    Result<ImageInfo> resolve(const ImageRef &ref, Call &call) override;
    Result<LocalImage> fetch(const ImageRef &ref, Call &call) override;
    Result<ImageInfo> import(const QString &name, int input, qint64 sizeBytes, Call &call) override;
    Result<void> remove(const ImageRef &ref, Call &call) override;
    Result<QList<ImageInfo>> list(Call &call) override;

private:
    QString pathOf(const QString &name) const;
    void removeLeftovers();
    Result<ImageInfo> inspect(const QString &name) const;
    /// Looks at a file from outside: first our own eyes, then QEMU's, under limits.
    Result<void> requireUsable(int file, const QString &path, Call &call) const;
    /// Says once why a file in the folder is not used.
    void logUnusable(const QString &reason);

    PluginContext *m_context = nullptr;
    QString m_folder;
    qint64 m_reserveBytes = 0;
    QemuImg m_qemuImg;
    NameClaims m_claims;

    std::mutex m_mutex; ///< for what follows
    QSet<QString> m_logged;
};

} // namespace ghost
