// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "HostFixture.h"

#include <QtCore/QPluginLoader>

namespace ghost {

namespace {

Call::Clock::time_point soon()
{
    return Call::Clock::now() + std::chrono::seconds(10);
}

} // namespace

HostFixture::HostFixture()
{
    QPluginLoader loader(qEnvironmentVariable("GHOST_PLUGIN_DIR") + QStringLiteral("/host-linux.so"));
    QObject *root = loader.instance();
    m_plugin = qobject_cast<Plugin *>(root);
    m_frontend = qobject_cast<Frontend *>(root);
    if (!m_plugin || !m_frontend)
        qFatal("%s", qPrintable(loader.errorString()));
    Call call({}, soon());
    if (const auto active = m_plugin->activate(m_context, {}, call); !active)
        qFatal("%s", qPrintable(active.error().text()));
}

HostFixture::~HostFixture()
{
    close();
    Call call({}, soon());
    if (const auto ended = m_plugin->deactivate(call); !ended)
        qWarning("%s", qPrintable(ended.error().text()));
}

void HostFixture::open()
{
    if (const auto opened = m_frontend->open(m_agent); !opened)
        qFatal("%s", qPrintable(opened.error().text()));
    m_isOpen = true;
}

void HostFixture::close()
{
    if (std::exchange(m_isOpen, false))
        m_frontend->close();
}

} // namespace ghost
