// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "ghost/Capabilities.h"

#include <tuple>

#include "ValueImpl.h"

namespace ghost {

struct Capabilities::Data : QSharedData
{
    QStringList architectures;
    QList<Accelerator> accelerators;
    QString kvmProblem;
    int maxCpus = 0;
    bool usesVolumes = false;
    bool usesNetwork = false;
    QList<NicSource::Kind> nicKinds;
    GHOST_FIELDS(architectures, accelerators, kvmProblem, maxCpus, usesVolumes, usesNetwork, nicKinds)
};

GHOST_VALUE_IMPL(Capabilities)
GHOST_PROPERTY_REF(Capabilities, QStringList, architectures, setArchitectures)
GHOST_PROPERTY_REF(Capabilities, QList<Accelerator>, accelerators, setAccelerators)
GHOST_PROPERTY_REF(Capabilities, QString, kvmProblem, setKvmProblem)
GHOST_PROPERTY(Capabilities, int, maxCpus, setMaxCpus)
GHOST_PROPERTY(Capabilities, bool, usesVolumes, setUsesVolumes)
GHOST_PROPERTY(Capabilities, bool, usesNetwork, setUsesNetwork)
GHOST_PROPERTY_REF(Capabilities, QList<NicSource::Kind>, nicKinds, setNicKinds)

} // namespace ghost
