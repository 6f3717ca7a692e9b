// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QString>

#include <array>

#include "ghost/Result.h"

namespace ghost::ctl {

/// What the shell sees. The numbers are part of ghostctl's interface: never renumber one, only add.
namespace ExitCode {
constexpr int Ok = 0;
constexpr int Usage = 2;        ///< the command line is wrong; nothing was asked of the agent
constexpr int OutputFailed = 3; ///< standard output could not be written
constexpr int Interrupted = 130;
constexpr int ReaderGone = 141; ///< whoever read standard output closed it
} // namespace ExitCode

struct CodeExit
{
    Code code;
    int exit;
    const char *meaning;
};

/// One exit code for each ghost::Code.
inline constexpr std::array codeExits = {
    CodeExit{Code::InvalidArgument, 10, "the request is wrong in itself"},
    CodeExit{Code::NotFound, 11, "no such VM, image, operation or plugin"},
    CodeExit{Code::AlreadyExists, 12, "its name is taken, or it is there already"},
    CodeExit{Code::FailedPrecondition, 13, "right request, wrong moment"},
    CodeExit{Code::ResourceExhausted, 14, "not enough memory, disk or addresses"},
    CodeExit{Code::PermissionDenied, 15, "not allowed"},
    CodeExit{Code::Unauthenticated, 16, "the agent does not know who asks, or is not who it should be"},
    CodeExit{Code::Unsupported, 17, "this agent or plugin cannot do it"},
    CodeExit{Code::Busy, 18, "another operation holds the VM: try again"},
    CodeExit{Code::Unavailable, 19, "no agent, or its backend is away: try again"},
    CodeExit{Code::DeadlineExceeded, 20, "not done in time; it may still happen"},
    CodeExit{Code::Cancelled, 21, "cancelled by someone else; nothing is left of it"},
    CodeExit{Code::Internal, 22, "a defect: please report it"},
};

int exitCodeOf(Code code);
/// The whole table for people, as it stands below `ghostctl --help`.
QString exitCodesText();

} // namespace ghost::ctl
