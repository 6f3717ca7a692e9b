// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QJsonObject>
#include <QtCore/QString>
#include <QtCore/QStringList>

#include <sys/types.h>

#include "ghost/Result.h"

/// Files that are there completely or not at all, also after a loss of power. Every error is reported.
namespace ghost {

/// The Error that belongs to an errno: no space is ResourceExhausted, what the owner can mend FailedPrecondition, else
/// Internal.
Error fileError(const QString &what, int errorNumber);

/// Writes a folder's list of names to disk.
Result<void> syncFolder(const QString &folder);
/// Writes a file's content to disk.
Result<void> syncFile(const QString &path);
/// Renames within a folder and makes that durable; on an Error the file has its old name. A file that has the new name
/// already is left alone: AlreadyExists.
Result<void> placeFile(const QString &temporary, const QString &path);
/// Removes a file and makes that durable. No such file: Ok.
Result<void> removeFile(const QString &path);

/// Keeps a file that is of no use as `<path>.bad`, in place of an earlier one.
Result<void> moveAside(const QString &path);

/// Replaces a small file: new file, fsync, rename, fsync of the folder.
Result<void> writeFile(const QString &path, const QByteArray &content, mode_t mode);
/// The same, readable by this user only.
Result<void> writeJson(const QString &path, const QJsonObject &object);
/// No file: NotFound. Not an object: FailedPrecondition. What cannot be read now, so that nobody knows what is in it:
/// Unavailable.
Result<QJsonObject> readJson(const QString &path);
/// All names in a folder but `.` and `..`, in no order. An Error where an empty list would be a lie.
Result<QStringList> namesIn(const QString &folder);

} // namespace ghost
