// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/Drivers.h"

namespace ghost {

/// What a plugin may be able to do beside its role. One that is absent is said so, never tried: Unsupported, naming the
/// plugin and @p lack, which is as in `has no consoles`.
template <class Facet, class Role>
Result<Facet *> facetOf(const Driver<Role> &driver, const QString &lack)
{
    if (auto *facet = qobject_cast<Facet *>(driver.object))
        return facet;
    return Error(Code::Unsupported, driver.plugin + u' ' + lack)
        .withHint(QStringLiteral("`ghostctl plugin info %1` shows what it can").arg(driver.plugin));
}

} // namespace ghost
