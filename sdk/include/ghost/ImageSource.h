// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QList>

#include "ghost/ImageInfo.h"
#include "ghost/Plugin.h"

namespace ghost {

/// A driver that knows images. Same rules for threads and repetition as Hypervisor.
class GHOST_SDK_EXPORT ImageSource
{
public:
    virtual ~ImageSource();
    /// What is known without fetching. Unknown name: NotFound with what there is.
    virtual Result<ImageInfo> resolve(const ImageRef &ref, Call &call) = 0;
    /// The image is complete on this host afterwards.
    virtual Result<LocalImage> fetch(const ImageRef &ref, Call &call) = 0;
    /// Reads exactly @p sizeBytes from @p input and keeps them as image @p name. Fewer or more bytes, a file that is no
    /// image or points at other files: InvalidArgument, nothing left. Taken name: AlreadyExists. Does not close @p
    /// input.
    virtual Result<ImageInfo> import(const QString &name, int input, qint64 sizeBytes, Call &call) = 0;
    /// Unknown name: Ok.
    virtual Result<void> remove(const ImageRef &ref, Call &call) = 0;
    virtual Result<QList<ImageInfo>> list(Call &call) = 0;
};

} // namespace ghost

Q_DECLARE_INTERFACE(ghost::ImageSource, "org.ghost.ImageSource/1")
