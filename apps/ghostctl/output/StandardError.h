// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QString>

namespace ghost::ctl {

/// Whether it understands the escape sequence below.
bool standardErrorIsTerminal();
/// Goes to the start of the line and empties it.
inline constexpr char clearLine[] = "\r\x1b[K";

/// One line on standard error, made harmless for a terminal. A closed standard error is no reason to fail.
/// On a terminal it takes the place of a progress line.
void printErrorLine(QStringView line);
/// `note: …` on standard error: worth knowing although it went well.
void printNote(QStringView note);
/// Bytes as they are, for the progress line.
void writeStandardError(const QByteArray &bytes);

} // namespace ghost::ctl
