// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QStringList>

namespace ghost::agent::v1 {
class ListVMsResponse;
class Vm;
} // namespace ghost::agent::v1

namespace ghost::ctl {

/// One line a VM.
QString vmTableText(const agent::v1::ListVMsResponse &list);
/// One line a property; @p supported are those of the commands that not every VM has.
QString vmDetailsText(const agent::v1::Vm &vm, const QStringList &supported);
/// Where its guest is reached; empty while nowhere.
QString reachableAt(const agent::v1::Vm &vm);

} // namespace ghost::ctl
