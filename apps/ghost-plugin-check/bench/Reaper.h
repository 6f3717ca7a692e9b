// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace ghost::kit {

/// Goes on in a child of this process. The parent stays and does what init does for an agent: it takes in what the
/// child's descendants leave behind, detached or not, and waits for it. So Traces can count all of them, and none
/// lingers as a zombie that a driver would take for its guest. When the child ends the parent ends in the same way.
///
/// To be called while this process has one thread.
void goOnBelowAReaper();

} // namespace ghost::kit
