// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "FakeDrivers.h"

namespace ghost {

inline Error unknownVm(VmId id)
{
    return Error(Code::NotFound, QStringLiteral("no VM %1").arg(id.toString()));
}

/// The hook before @p call, its work under the world's lock, the hook after it.
template <class Work>
auto within(FakeWorld &world, const char *name, Call &call, Work work) -> decltype(work())
{
    if (const auto ok = world.enter(QLatin1String(name), call); !ok)
        return ok.error();
    auto result = [&] {
        const std::scoped_lock lock(world.mutex);
        return work();
    }();
    if (const auto ok = world.leave(QLatin1String(name), call); !ok)
        return ok.error();
    return result;
}

} // namespace ghost
