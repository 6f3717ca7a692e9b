// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>

#include <ghost/Call.h>

namespace ghost {

/// The installed QEMU.
class QemuProgram
{
public:
    /// @p program: a name, looked up in the system's folders, or an absolute path.
    explicit QemuProgram(const QString &program);

    /// Absolute path; Unavailable with the package to install when it is missing.
    Result<QString> locate() const;
    /// What `q35` stands for with this QEMU: `pc-q35-7.2`. Asked once for each QEMU that is installed.
    Result<QString> newestMachine(Call &call);
    /// Changes with each other QEMU.
    Result<QString> fingerprint() const;

private:
    QString m_program;
    std::mutex m_mutex; ///< for what follows
    QString m_askedOf;
    QString m_machine;
};

} // namespace ghost
