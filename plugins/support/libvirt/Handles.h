// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <vector>

#include <QtCore/QString>
#include <libvirt/libvirt.h>

namespace ghost::libvirt {

/// Frees one of libvirt's objects. Freeing needs no answer from the daemon: only closing a connection does.
struct Free
{
    void operator()(virDomainPtr domain) const { virDomainFree(domain); }
    void operator()(virNetworkPtr network) const { virNetworkFree(network); }
    void operator()(virNWFilterPtr filter) const { virNWFilterFree(filter); }
    void operator()(virStreamPtr stream) const { virStreamFree(stream); }
};

/// Each holds a reference to its connection: let go of it before the Lease that it came from.
using DomainHandle = std::unique_ptr<virDomain, Free>;
using NetworkHandle = std::unique_ptr<virNetwork, Free>;
using FilterHandle = std::unique_ptr<virNWFilter, Free>;
using StreamHandle = std::unique_ptr<virStream, Free>;

/// Takes over what a virConnectListAll… wrote: `count` objects and the array that holds them. Negative counts give
/// none.
template <class Handle>
std::vector<Handle> adoptList(typename Handle::pointer *array, int count)
{
    std::vector<Handle> handles;
    handles.reserve(static_cast<size_t>(std::max(count, 0)));
    for (int i = 0; i < count; ++i)
        handles.emplace_back(array[i]);
    if (count >= 0)
        std::free(array);
    return handles;
}

/// Takes over a string that libvirt allocated; a null pointer gives a null string.
inline QString adoptString(char *text)
{
    const std::unique_ptr<char, decltype(&std::free)> owned(text, &std::free);
    return QString::fromUtf8(text);
}

} // namespace ghost::libvirt
