// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "Row.h"

namespace ghost::kit {

// Of every plugin.
Rows fileRows();       ///< what can be told of the file, and of loading it
Rows activationRows(); ///< activate, deactivate, health
Rows traceRows();      ///< what is left behind in the process and on disk

// Of hypervisors.
Rows lifeRows();         ///< create, start, stop, remove, list
Rows repetitionRows();   ///< the same call ten times
Rows refusalRows();      ///< unknown ids, bad specs, odd names
Rows stopRows();         ///< polite and forced stops
Rows parallelRows();     ///< several calls at once
Rows interruptionRows(); ///< cancel and deadlines
Rows restartRows();      ///< what a new process finds
Rows pauseRows();        ///< facet VmPause
Rows consoleRows();      ///< facet VmConsole
Rows facetRows();        ///< counters, ports
Rows enduranceRows();    ///< two hundred lives

Rows networkRows();
Rows storageRows();

} // namespace ghost::kit
