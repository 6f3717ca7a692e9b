// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QSharedDataPointer>

#include "ghost/Global.h"

/// Declares the members that every growable value of the SDK has: it may be copied freely between threads, a copy costs
/// one reference count, and new fields can be added without a change of layout.
#define GHOST_VALUE(Class)                                                                                             \
public:                                                                                                                \
    Class();                                                                                                           \
    ~Class();                                                                                                          \
    Class(const Class &other);                                                                                         \
    Class(Class &&other) noexcept;                                                                                     \
    Class &operator=(const Class &other);                                                                              \
    Class &operator=(Class &&other) noexcept;                                                                          \
    bool operator==(const Class &other) const;                                                                         \
                                                                                                                       \
private:                                                                                                               \
    struct Data;                                                                                                       \
    QSharedDataPointer<Data> d;
