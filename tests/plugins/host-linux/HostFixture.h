// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "FakeAgent.h"
#include "ghost/Frontend.h"
#include "support/FakePluginContext.h"

namespace ghost {

/// The built plugin, as the agent loads it, active and not yet open.
class HostFixture
{
public:
    HostFixture();
    ~HostFixture();

    void open();
    void close();

    FakeAgent &agent() { return m_agent; }
    const FakePluginContext &context() const { return m_context; }

private:
    FakePluginContext m_context;
    FakeAgent m_agent;
    Plugin *m_plugin = nullptr;
    Frontend *m_frontend = nullptr;
    bool m_isOpen = false;
};

} // namespace ghost
