// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agents/Heartbeats.h"
#include "agents/Reports.h"
#include "agents/Watch.h"
#include "commands/Dispatch.h"
#include "commands/OperatorDesk.h"
#include "storage/Ledger.h"

namespace ghost::cloud {

/// Everything that the Core knows and decides, on the ledger's thread.
class CloudBook final : public LedgerBook
{
public:
    CloudBook(const QString &file, Clock clock, Intervals intervals, Ledger &ledger);
    ~CloudBook() override;

    Result<void> open();

    Registration &registration() { return m_registration; }
    Heartbeats &heartbeats() { return m_heartbeats; }
    Reports &reports() { return m_reports; }
    Dispatch &dispatch() { return m_dispatch; }
    OperatorDesk &desk() { return m_desk; }
    const Clock &clock() const { return m_clock; }

    Database &database() override { return m_database; }
    void tick() override { m_watch.look(); }
    void takenBack() override;

private:
    const Clock m_clock;
    const Intervals m_intervals;
    Database m_database;
    History m_history{m_database, m_clock};
    VmTable m_vms{m_database};
    CommandTable m_commands{m_database, m_clock};
    Roster m_roster{m_database};
    Dispatch m_dispatch;
    const Registration::Rooms m_rooms{m_clock, m_intervals, m_roster, m_vms, m_history, m_dispatch};
    Registration m_registration{m_rooms};
    Heartbeats m_heartbeats{m_rooms, m_registration};
    Reports m_reports{m_rooms, m_registration};
    OperatorDesk m_desk{m_rooms, m_commands};
    Watch m_watch{m_rooms, m_commands};
};

} // namespace ghost::cloud
