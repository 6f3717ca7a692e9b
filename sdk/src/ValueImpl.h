// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The definitions behind GHOST_VALUE. They stand in the library, so that Data may grow.

#define GHOST_VALUE_IMPL(Class)                                                                                        \
    Class::Class()                                                                                                     \
        : d(new Data)                                                                                                  \
    {}                                                                                                                 \
    Class::~Class() = default;                                                                                         \
    Class::Class(const Class &other) = default;                                                                        \
    Class::Class(Class &&other) noexcept = default;                                                                    \
    Class &Class::operator=(const Class &other) = default;                                                             \
    Class &Class::operator=(Class &&other) noexcept = default;                                                         \
    bool Class::operator==(const Class &other) const                                                                   \
    {                                                                                                                  \
        return d == other.d || (d && other.d && d->fields() == other.d->fields());                                     \
    }

/// A getter and a setter for the field of the same name. (The trailing return type is looked up inside the class.)
#define GHOST_PROPERTY(Class, Type, name, setName)                                                                     \
    auto Class::name() const->Type                                                                                     \
    {                                                                                                                  \
        return d->name;                                                                                                \
    }                                                                                                                  \
    void Class::setName(Type value)                                                                                    \
    {                                                                                                                  \
        d->name = std::move(value);                                                                                    \
    }

/// The same for types that are passed by const reference.
#define GHOST_PROPERTY_REF(Class, Type, name, setName)                                                                 \
    auto Class::name() const->Type                                                                                     \
    {                                                                                                                  \
        return d->name;                                                                                                \
    }                                                                                                                  \
    void Class::setName(const Type &value)                                                                             \
    {                                                                                                                  \
        d->name = value;                                                                                               \
    }

/// Lists the fields for comparison.
#define GHOST_FIELDS(...)                                                                                              \
    auto fields() const                                                                                                \
    {                                                                                                                  \
        return std::tie(__VA_ARGS__);                                                                                  \
    }
