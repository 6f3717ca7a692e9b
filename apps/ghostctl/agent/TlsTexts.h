// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "agent/AgentPlace.h"

namespace ghost::ctl {

/// The content of the three files for a TLS connection.
struct TlsTexts
{
    std::string authorities;
    std::string chain;
    std::string key;

    /// An error names the file: it is not there (NotFound), may not be read (PermissionDenied), or is not what it
    /// should be (InvalidArgument).
    static Result<TlsTexts> read(const AgentPlace &place);
};

} // namespace ghost::ctl
