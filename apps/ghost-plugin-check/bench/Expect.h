// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <initializer_list>
#include <type_traits>

#include "bench/Describe.h"
#include "ghost/Result.h"

namespace ghost::kit {

/// Ends a row: the rule was broken. Thrown and caught within the kit, never across a plugin's boundary.
struct RowFailed
{
    QString seen;
};

/// Ends a row: the rule does not apply to this plugin on this machine.
struct RowSkipped
{
    QString reason;
};

/// `expect("inspect", vms.inspect(id)).fails(Code::NotFound);`
template <class T>
class ResultExpectation
{
public:
    ResultExpectation(const char *what, Result<T> result)
        : m_what(what)
        , m_result(std::move(result))
    {}

    /// The value; an error is not what was expected.
    T ok()
    {
        if (!m_result)
            unexpected(QStringLiteral("Ok"));
        if constexpr (!std::is_void_v<T>)
            return *std::move(m_result);
    }

    /// The error, which must have this code.
    Error fails(Code code)
    {
        if (m_result || m_result.error().code() != code)
            unexpected(codeName(code));
        return m_result.error();
    }

    /// Ok, or one of these codes. True when Ok.
    bool okOr(std::initializer_list<Code> codes)
    {
        if (m_result || std::find(codes.begin(), codes.end(), m_result.error().code()) != codes.end())
            return m_result.has_value();
        QStringList names{QStringLiteral("Ok")};
        for (const Code code : codes)
            names.append(codeName(code));
        unexpected(names.join(QStringLiteral(" or ")));
    }

private:
    [[noreturn]] void unexpected(const QString &wanted) const
    {
        const QString seen =
            m_result ? QStringLiteral("Ok")
                     : QStringLiteral("%1 '%2'").arg(codeName(m_result.error().code()), m_result.error().text());
        throw RowFailed{QStringLiteral("%1: wanted %2, got %3").arg(QLatin1String(m_what), wanted, seen)};
    }

    const char *m_what;
    Result<T> m_result;
};

/// `expect("state after powerOn", info.state()).is(VmState::Running);`
template <class T>
class ValueExpectation
{
public:
    ValueExpectation(const char *what, T value)
        : m_what(what)
        , m_value(std::move(value))
    {}

    void is(const T &wanted) const { check(m_value == wanted, QStringLiteral("wanted"), wanted); }
    void isNot(const T &unwanted) const
    {
        check(!(m_value == unwanted), QStringLiteral("wanted anything but"), unwanted);
    }
    void isAtLeast(const T &least) const { check(!(m_value < least), QStringLiteral("wanted at least"), least); }
    void isAtMost(const T &most) const { check(!(most < m_value), QStringLiteral("wanted at most"), most); }

private:
    void check(bool holds, const QString &wanted, const T &reference) const
    {
        if (!holds)
            throw RowFailed{QStringLiteral("%1: %2 %3, got %4")
                                .arg(QLatin1String(m_what), wanted, describe(reference), describe(m_value))};
    }

    const char *m_what;
    T m_value;
};

template <class T>
ResultExpectation<T> expect(const char *what, Result<T> result)
{
    return {what, std::move(result)};
}

template <class T>
ValueExpectation<T> expect(const char *what, T value)
{
    return {what, std::move(value)};
}

/// For what no value tells: @p seen is said when @p holds is not so.
inline void must(bool holds, const QString &seen)
{
    if (!holds)
        throw RowFailed{seen};
}

} // namespace ghost::kit
