// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include <ghost/NetworkSpec.h>

#include "Subnet.h"

namespace ghost::nat {

/// A network's spec in the types of this plugin.
struct CheckedNetworkSpec
{
    NetworkId id;
    QString name;
    std::optional<Subnet> subnet; ///< as configured; nothing: free to choose
};

/// InvalidArgument with the field for a null id, a name that is no DNS label, a cidr that is no IPv4 /24.
Result<CheckedNetworkSpec> checkNetworkSpec(const NetworkSpec &spec);
/// InvalidArgument with the field for a null VM or a name that is no DNS label.
Result<void> checkPortSpec(const PortSpec &spec);

} // namespace ghost::nat
