// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QJsonObject>
#include <QtCore/QString>

#include <ghost/Result.h>
#include <ghost/UniqueFd.h>

namespace ghost {

/// The files of one VM, in a folder that only this user enters: `spec.json` what it is, `run.json` how its last run
/// goes or went, `qemu.log` what QEMU complained about, and its sockets. The folder with a spec in it is the VM.
///
/// The driver makes the sockets itself and gives them to QEMU listening: whoever connects afterwards need not wait for
/// them to appear. Their paths may be as long as they like: bind() and connect() are given `/proc/self/fd/N/name`,
/// which is far from the 108 bytes that a socket's address holds.
class VmFolder
{
public:
    explicit VmFolder(QString path);

    const QString &path() const { return m_path; }
    /// Surely: what cannot be looked at now may have one.
    bool lacksSpec() const;
    Result<void> writeSpec(const QJsonObject &spec) const;
    Result<QJsonObject> readSpec() const;
    Result<void> writeRun(const QJsonObject &run) const;
    /// No such file: an empty object.
    Result<QJsonObject> readRun() const;

    /// A listening stream socket; one that is there from an earlier run goes.
    Result<UniqueFd> listen(const char *name) const;
    /// Does not block: a QEMU that takes no more connections is Unavailable.
    Result<UniqueFd> connect(const char *name) const;
    /// Empty, for a new run.
    Result<UniqueFd> openLog(const QString &name) const;
    /// The last lines that a program left in its log, in one.
    QString lastWords(const QString &name) const;

    /// First the spec: what is left after a loss of power is no VM any more.
    Result<void> remove() const;

private:
    Result<UniqueFd> open() const;
    Result<void> make() const;

    QString m_path;
};

inline constexpr char qmpSocket[] = "qmp.sock";
inline constexpr char consoleSocket[] = "console.sock";
inline constexpr char guestAgentSocket[] = "guest-agent.sock";

} // namespace ghost
