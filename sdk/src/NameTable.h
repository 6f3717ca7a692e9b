// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>

#include <QtCore/QString>

namespace ghost {

/// The stable names of an enum's values, indexed by value; used both ways.
template <size_t N>
using NameTable = std::array<std::string_view, N>;

template <class Enum, size_t N>
QString nameIn(const NameTable<N> &table, Enum value)
{
    const auto index = static_cast<size_t>(value);
    const std::string_view name = index < N ? table[index] : table[0];
    return QString::fromLatin1(name.data(), qsizetype(name.size()));
}

/// The value of that name, 0 (Unspecified) for an unknown one.
template <class Enum, size_t N>
Enum valueIn(const NameTable<N> &table, QStringView name)
{
    for (size_t index = 1; index < N; ++index)
        if (name == QLatin1String(table[index].data(), qsizetype(table[index].size())))
            return static_cast<Enum>(index);
    return static_cast<Enum>(0);
}

} // namespace ghost
