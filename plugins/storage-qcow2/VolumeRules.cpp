// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "VolumeRules.h"

#include <QtCore/QRegularExpression>
#include <QtCore/QSet>

namespace ghost {

namespace {

constexpr qint64 largestSeedBytes = qint64(16) << 20;

Error wrong(const QString &field, const QString &why)
{
    return Error(Code::InvalidArgument, why).withField(field);
}

bool matches(const QString &text, const char *pattern)
{
    return QRegularExpression(QRegularExpression::anchoredPattern(QLatin1String(pattern))).match(text).hasMatch();
}

Result<void> checkSeed(const VolumeSpec &spec)
{
    if (!matches(spec.seedLabel(), "[A-Z0-9_-]{1,11}"))
        return wrong(QStringLiteral("seed_label"),
                     QStringLiteral("label '%1': at most 11 of A-Z 0-9 _ - are allowed").arg(spec.seedLabel()));
    QSet<QString> seen;
    qint64 bytes = 0;
    const QMap<QString, QByteArray> files = spec.seedFiles();
    for (auto file = files.begin(); file != files.end(); ++file) {
        const QString field = QStringLiteral("seed_files.%1").arg(file.key());
        if (!matches(file.key(), "[A-Za-z0-9_][A-Za-z0-9._-]{0,63}"))
            return wrong(field, QStringLiteral("seed file '%1': not a plain file name").arg(file.key()));
        if (seen.contains(file.key().toLower())) // FAT does not tell them apart
            return wrong(field, QStringLiteral("seed file '%1': twice, but for upper and lower case").arg(file.key()));
        seen.insert(file.key().toLower());
        bytes += file.value().size();
    }
    if (bytes > largestSeedBytes)
        return wrong(QStringLiteral("seed_files"),
                     QStringLiteral("seed files of %1 bytes: at most %2").arg(bytes).arg(largestSeedBytes));
    return {};
}

} // namespace

Result<void> checkVolumeSpec(const VolumeSpec &spec)
{
    if (spec.id().isNull())
        return wrong(QStringLiteral("id"), QStringLiteral("a disk needs an id"));
    if (!matches(spec.name(), "[a-z0-9][a-z0-9-]{0,62}"))
        return wrong(
            QStringLiteral("name"),
            QStringLiteral("name '%1': 1 to 63 of a-z 0-9 - are allowed, no - at the start").arg(spec.name().left(80)));
    switch (spec.origin()) {
    case VolumeSpec::Origin::SeedFiles:
        return checkSeed(spec);
    case VolumeSpec::Origin::Image:
        if (spec.imagePath().isEmpty())
            return wrong(QStringLiteral("image"), QStringLiteral("disk '%1': no image given").arg(spec.name()));
        break;
    case VolumeSpec::Origin::Empty:
        break;
    case VolumeSpec::Origin::Unspecified:
        return wrong(QStringLiteral("origin"),
                     QStringLiteral("disk '%1': nothing said about its content").arg(spec.name()));
    }
    if (spec.sizeBytes() <= 0 || spec.sizeBytes() > largestVolumeBytes)
        return wrong(
            QStringLiteral("size_bytes"),
            QStringLiteral("disk '%1': a size of %2 bytes is not possible").arg(spec.name()).arg(spec.sizeBytes()));
    return {};
}

QString volumeFileName(const VolumeSpec &spec)
{
    return spec.origin() == VolumeSpec::Origin::SeedFiles ? spec.name() + QStringLiteral("-seed.img")
                                                          : spec.name() + QStringLiteral(".qcow2");
}

} // namespace ghost
