// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/ImageCbor.h"

namespace ghost {

QCborMap imageToCbor(const ImageInfo &image)
{
    return {{QStringLiteral("name"), image.name()},
            {QStringLiteral("format"), image.format()},
            {QStringLiteral("file_bytes"), image.fileBytes()},
            {QStringLiteral("disk_bytes"), image.diskBytes()},
            {QStringLiteral("imported_at"), image.importedAtMs()}};
}

} // namespace ghost
