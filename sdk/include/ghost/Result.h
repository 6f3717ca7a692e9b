// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include <QtCore/QString>
#include <tl/expected.hpp>

#include "ghost/Value.h"

namespace ghost {

/// Why a call failed. The set is closed; each code carries its retry rule. Programs branch on the code, never on text.
enum class Code : int {
    Unspecified = 0,    ///< never sent
    InvalidArgument,    ///< the request is wrong in itself; Error::field() names the place. Never retry.
    NotFound,           ///< no such VM, image, plugin… Never retry.
    AlreadyExists,      ///< the name or id is taken by something else. Never retry.
    FailedPrecondition, ///< right request, wrong moment (start of a running VM). Retry after changing the state.
    ResourceExhausted,  ///< memory, disk, addresses. Retry after making room.
    PermissionDenied,   ///< known caller, not allowed. Never retry.
    Unauthenticated,    ///< unknown caller. Never retry.
    Unsupported,        ///< this driver cannot do it at all. Never retry.
    Busy,               ///< another operation holds the VM. Retry with back-off.
    Unavailable,        ///< the backend cannot be reached; says nothing about the outcome. Retry with back-off.
    DeadlineExceeded,   ///< says nothing about the outcome: it may still happen. Inspect, then retry.
    Cancelled,          ///< a promise that nothing is left behind.
    Internal,           ///< a defect. Report it.
};

/// The code's stable name as it stands in logs and JSON, for example `InvalidArgument`.
GHOST_SDK_EXPORT QString codeName(Code code);
/// The code of that name, `Unspecified` for an unknown one.
GHOST_SDK_EXPORT Code codeFromName(QStringView name);

/// A failed call: a code for programs, a message and a hint for people. One pointer in size.
class GHOST_SDK_EXPORT Error
{
    GHOST_VALUE(Error)
public:
    /// @p message says what failed and why, without a full stop: `disk 'a.qcow2': no space left`.
    Error(Code code, const QString &message);

    Code code() const;
    QString message() const;
    /// Path of the offending field, for example `memory_bytes` or `options.cache`; empty if no field is to blame.
    QString field() const;
    /// What to do about it; shown in parentheses behind the message.
    QString hint() const;

    Error withField(const QString &field) const;
    Error withHint(const QString &hint) const;
    /// The same error with `@p what: ` before its message.
    Error within(const QString &what) const;
    /// `message (hint)`.
    QString text() const;
};

/// A value or an Error. Dropping one unread is a compiler warning.
template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error>
{
    using Base = tl::expected<T, Error>;

public:
    using Base::Base;
    Result(Error error)
        : Base(tl::unexpect, std::move(error))
    {}
};

template <>
class [[nodiscard]] Result<void> : public tl::expected<void, Error>
{
    using Base = tl::expected<void, Error>;

public:
    using Base::Base;
    Result() = default;
    Result(Error error)
        : Base(tl::unexpect, std::move(error))
    {}
};

} // namespace ghost
