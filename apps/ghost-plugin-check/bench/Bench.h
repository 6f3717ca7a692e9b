// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include <QtCore/QPluginLoader>

#include "Subject.h"
#include "bench/Expect.h"
#include "bench/KitCall.h"
#include "bench/KitContext.h"
#include "host/Contained.h"

namespace ghost::kit {

/// Which part of a row this process plays.
enum class Part : int {
    Unspecified = 0,
    Whole, ///< the row has no other part
    BeforeRestart,
    AfterRestart,
    Sweep, ///< the row crashed or hung: only take away what it had made
};

/// The world of one row: a folder and an agent id of its own, both kept over a restart, and the plugin in this process.
class Bench
{
public:
    /// @p room: the row's own folder. The plugin is not loaded yet.
    Bench(Subject subject, const QString &room, Part part);
    ~Bench();

    const Subject &subject() const { return m_subject; }
    const QString &room() const { return m_room; }
    Part part() const { return m_part; }
    /// What was made stays for the next process.
    bool leavesThingsBehind() const { return m_part == Part::BeforeRestart; }

    /// The plugin's root object; loads the file on first use.
    QObject &object();
    /// The interface of this IID, null when the plugin has not got it.
    template <class Interface>
    Interface *as()
    {
        return qobject_cast<Interface *>(&object());
    }

    /// Calls activate, as it comes.
    Result<void> activate(const QJsonObject &config, Call &call);
    /// Activates with the configuration under test and waits until the plugin is no longer Down.
    void start();
    /// Deactivates and destroys the root object, as the end of an agent does; the next start has a new one.
    void stop();
    bool isStarted() const { return m_started; }

    /// Of the present or the last activation.
    KitContext &context();
    /// From the next start on the plugin works for another agent, with folders of its own.
    void becomeOtherAgent() { m_agentName = QStringLiteral("other-agent"); }
    void becomeFirstAgent() { m_agentName = QStringLiteral("agent"); }

    /// Calls @p function with a Call of the usual patience; an exception becomes an Error.
    template <class Function>
    auto call(Function &&function)
    {
        KitCall usual;
        return contained(m_subject.metadata.id, [&] { return function(usual); });
    }

    /// Something is wrong, but the row goes on: found while cleaning up.
    void complain(const QString &what) { m_complaints.append(what); }
    const QStringList &complaints() const { return m_complaints; }
    QStringList logLines() const { return m_context ? m_context->logLines() : QStringList(); }

    /// Texts that the process after the restart wants to know.
    void note(const QString &key, const QString &text) const;
    QString noted(const QString &key) const;

    /// Ends this process by SIGKILL, as a crash of the agent would; the part of the row up to here has passed.
    [[noreturn]] void die() const;
    QString outcomeFile() const { return m_room + QStringLiteral("/outcome.json"); }

private:
    void makeContext();

    Subject m_subject;
    QString m_room;
    Part m_part;
    QString m_agentName = QStringLiteral("agent");
    QPluginLoader m_loader;
    std::unique_ptr<KitContext> m_context;
    bool m_started = false;
    QStringList m_complaints;
};

} // namespace ghost::kit
