// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "Qcow2Header.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <QtCore/QFile>
#include <QtCore/QtEndian>

#include "files/DurableFiles.h"
#include "ghost/UniqueFd.h"

namespace ghost {

// Numbers and names are those of docs/interop/qcow2.txt in QEMU.
struct Qcow2Header::Fields
{
    quint32 version = 0;
    quint64 backingFileOffset = 0;
    quint32 backingFileSize = 0;
    quint32 clusterBits = 0;
    quint64 size = 0;
    quint32 cryptMethod = 0;
    quint32 l1Size = 0;
    quint64 l1TableOffset = 0;
    quint64 refcountTableOffset = 0;
    quint32 refcountTableClusters = 0;
    quint64 incompatible = 0;
};

namespace {

constexpr int version2Bytes = 72;
constexpr int version3Bytes = 104;
constexpr quint64 dirtyBit = 1 << 0;
constexpr quint64 corruptBit = 1 << 1;
constexpr quint64 dataFileBit = 1 << 2;
constexpr quint64 compressionBit = 1 << 3;
constexpr quint64 extendedL2Bit = 1 << 4;
constexpr quint64 knownBits = dirtyBit | corruptBit | dataFileBit | compressionBit | extendedL2Bit;
constexpr quint64 largestDiskBytes = quint64(64) << 40; ///< 64 TiB: more is a slip or an attack, not a disk on a PC
constexpr quint64 largestTableBytes = 32 << 20;         ///< QEMU's own bound for an L1 table
constexpr quint32 largestNameBytes = 1023;              ///< QEMU's own bound for a backing file's name

Error notUsable(const QString &why)
{
    return Error(Code::InvalidArgument, why);
}

/// From the start of the file at most @p count bytes; fewer when the file is shorter.
Result<QByteArray> readAt(int fd, quint64 offset, quint32 count)
{
    QByteArray bytes(static_cast<qsizetype>(count), '\0');
    qsizetype got = 0;
    while (got < bytes.size()) {
        const ssize_t step =
            ::pread(fd, bytes.data() + got, static_cast<size_t>(bytes.size() - got), static_cast<off_t>(offset) + got);
        if (step < 0 && errno != EINTR)
            return fileError(QStringLiteral("image"), errno);
        if (step == 0)
            break;
        got += step > 0 ? step : 0;
    }
    bytes.truncate(got);
    return bytes;
}

quint32 word(const QByteArray &bytes, int offset)
{
    return qFromBigEndian<quint32>(bytes.constData() + offset);
}

quint64 longWord(const QByteArray &bytes, int offset)
{
    return qFromBigEndian<quint64>(bytes.constData() + offset);
}

bool fits(quint64 offset, quint64 bytes, qint64 fileBytes)
{
    const quint64 end = static_cast<quint64>(fileBytes);
    return offset <= end && bytes <= end - offset;
}

} // namespace

Result<Qcow2Header::Fields> Qcow2Header::parse(const QByteArray &bytes)
{
    if (!bytes.startsWith("QFI\xfb"))
        return notUsable(QStringLiteral("not a qcow2 image"))
            .withHint(QStringLiteral("qemu-img convert -O qcow2 makes one"));
    if (bytes.size() < version2Bytes)
        return notUsable(QStringLiteral("the image is cut off within its header"));
    Fields fields;
    fields.version = word(bytes, 4);
    if (fields.version != 2 && fields.version != 3)
        return notUsable(QStringLiteral("qcow2 version %1 is not known").arg(fields.version));
    fields.backingFileOffset = longWord(bytes, 8);
    fields.backingFileSize = word(bytes, 16);
    fields.clusterBits = word(bytes, 20);
    fields.size = longWord(bytes, 24);
    fields.cryptMethod = word(bytes, 32);
    fields.l1Size = word(bytes, 36);
    fields.l1TableOffset = longWord(bytes, 40);
    fields.refcountTableOffset = longWord(bytes, 48);
    fields.refcountTableClusters = word(bytes, 56);
    if (fields.version == 2)
        return fields;
    if (bytes.size() < version3Bytes || word(bytes, 100) < version3Bytes)
        return notUsable(QStringLiteral("the image is cut off within its header"));
    fields.incompatible = longWord(bytes, 72);
    return fields;
}

Result<void> Qcow2Header::requirePlausible(const Fields &fields, qint64 fileBytes)
{
    if (fields.clusterBits < 9 || fields.clusterBits > 21)
        return notUsable(QStringLiteral("the image's cluster size is not allowed"));
    if (fields.incompatible & ~knownBits)
        return notUsable(QStringLiteral("the image uses qcow2 features that are not known here"));
    if (fields.incompatible & corruptBit)
        return notUsable(QStringLiteral("the image is marked as corrupt"))
            .withHint(QStringLiteral("qemu-img check -r all"));
    if (fields.size == 0 || fields.size > largestDiskBytes)
        return notUsable(QStringLiteral("the image's disk size of %1 bytes is not plausible").arg(fields.size));

    const quint64 clusterBytes = quint64(1) << fields.clusterBits;
    const quint64 entryBytes = fields.incompatible & extendedL2Bit ? 16 : 8;
    const quint64 bytesPerL1Entry = clusterBytes * (clusterBytes / entryBytes);
    const quint64 l1Bytes = quint64(fields.l1Size) * 8;
    const quint64 l1Needed = (fields.size + bytesPerL1Entry - 1) / bytesPerL1Entry;
    if (fields.l1Size < l1Needed || l1Bytes > largestTableBytes)
        return notUsable(QStringLiteral("the image's tables do not fit its disk size"));
    const quint64 refcountBytes = quint64(fields.refcountTableClusters) << fields.clusterBits;
    if (fields.refcountTableClusters == 0 || refcountBytes > largestTableBytes)
        return notUsable(QStringLiteral("the image's tables do not fit its disk size"));
    if (!fits(fields.l1TableOffset, l1Bytes, fileBytes) || !fits(fields.refcountTableOffset, refcountBytes, fileBytes))
        return notUsable(QStringLiteral("the image is cut off: its tables lie behind its end"));
    if (fields.backingFileOffset != 0 && (fields.backingFileSize > largestNameBytes ||
                                          !fits(fields.backingFileOffset, fields.backingFileSize, fileBytes)))
        return notUsable(QStringLiteral("the image's header is damaged"));
    return {};
}

Result<Qcow2Header> Qcow2Header::read(int fd)
{
    struct stat status = {};
    if (::fstat(fd, &status) != 0)
        return fileError(QStringLiteral("image"), errno);
    if (!S_ISREG(status.st_mode))
        return notUsable(QStringLiteral("not a regular file"));
    const Result<QByteArray> bytes = readAt(fd, 0, version3Bytes);
    if (!bytes)
        return bytes.error();
    const Result<Fields> fields = parse(*bytes);
    if (!fields)
        return fields.error();
    if (auto plausible = requirePlausible(*fields, status.st_size); !plausible)
        return plausible.error();

    Qcow2Header header;
    header.m_virtualBytes = static_cast<qint64>(fields->size);
    header.m_hasDataFile = fields->incompatible & dataFileBit;
    header.m_isEncrypted = fields->cryptMethod != 0;
    if (fields->backingFileOffset != 0) {
        const Result<QByteArray> name = readAt(fd, fields->backingFileOffset, fields->backingFileSize);
        if (!name)
            return name.error();
        // An offset with an empty name is a backing file, too: whatever QEMU makes of it, it is not ours to guess.
        header.m_backingFile = name->isEmpty() ? QStringLiteral("?") : QFile::decodeName(*name);
    }
    return header;
}

Result<Qcow2Header> Qcow2Header::readFile(const QString &path)
{
    // O_NONBLOCK: a FIFO of that name must not hold us.
    const UniqueFd fd(::open(QFile::encodeName(path).constData(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (!fd)
        return fileError(path, errno);
    return read(fd.get());
}

Result<void> Qcow2Header::requireSelfContained() const
{
    if (!m_backingFile.isEmpty())
        return notUsable(QStringLiteral("the image points to a backing file ('%1')").arg(m_backingFile.left(200)))
            .withHint(QStringLiteral("qemu-img convert -O qcow2 makes one file of both"));
    if (m_hasDataFile)
        return notUsable(QStringLiteral("the image keeps its data in an external file"))
            .withHint(QStringLiteral("qemu-img convert -O qcow2 makes one file of both"));
    if (m_isEncrypted)
        return notUsable(QStringLiteral("the image is encrypted"));
    return {};
}

} // namespace ghost
