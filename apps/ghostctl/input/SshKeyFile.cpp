// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "input/SshKeyFile.h"

#include <QtCore/QFile>
#include <QtCore/QFileInfo>

namespace ghost::ctl {

Result<QStringList> readSshKeys(const QString &file)
{
    const auto refused = [&file](const QString &why) {
        return Error(Code::InvalidArgument, QStringLiteral("SSH key %1: %2").arg(file, why));
    };
    if (QFileInfo(file).isDir())
        return refused(QStringLiteral("it is a folder"));
    QFile source(file);
    if (!source.open(QIODevice::ReadOnly))
        return refused(source.errorString());
    constexpr qint64 biggest = 65'536;
    QByteArray text;
    // In pieces: `--ssh-key <(ssh-add -L)` is a pipe.
    for (QByteArray piece = source.read(biggest); !piece.isEmpty() && text.size() <= biggest;
         piece = source.read(biggest))
        text += piece;
    if (text.size() > biggest)
        return refused(QStringLiteral("it is too big for public keys"));
    if (text.contains("PRIVATE KEY"))
        return refused(QStringLiteral("it is a private key")).withHint(QStringLiteral("use %1.pub").arg(file));

    QStringList keys;
    for (const QByteArray &line : text.split('\n')) {
        const QByteArray key = line.trimmed();
        if (!key.isEmpty() && !key.startsWith('#'))
            keys.append(QString::fromUtf8(key));
    }
    if (keys.isEmpty())
        return refused(QStringLiteral("it holds no key"));
    return keys;
}

} // namespace ghost::ctl
