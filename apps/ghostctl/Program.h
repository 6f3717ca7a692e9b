// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace ghost::ctl {

class Interrupts;

/// From the command line to the exit code: the one place where errors are printed.
int runProgram(int argc, const char *const *argv, Interrupts &interrupts);

} // namespace ghost::ctl
