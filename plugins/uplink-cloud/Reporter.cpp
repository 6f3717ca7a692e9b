// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "Reporter.h"

#include <QtCore/QCborValue>
#include <QtCore/QDateTime>

namespace ghost::uplink {

Reporter::Reporter(Database &database, Outbox &outbox, LocalChanges &changes)
    : m_database(database)
    , m_outbox(outbox)
    , m_changes(changes)
{}

void Reporter::forget()
{
    m_picture.reset();
    m_seen.clear();
}

Result<void> Reporter::load()
{
    const auto rows = m_database.rows(QStringLiteral("SELECT vm, name, cbor FROM picture"));
    if (!rows)
        return rows.error();
    Picture picture;
    for (const QVariantList &row : *rows)
        picture.insert(row.at(0).toString(), {row.at(1).toString(), row.at(2).toByteArray()});
    m_picture = picture;
    return {};
}

Result<bool> Reporter::look(const State &state)
{
    if (!m_picture)
        if (auto loaded = load(); !loaded)
            return loaded.error();
    m_trail.follow(state);
    const QList<Report> reports = differences(state);
    bool isComplete = true;
    Picture picture = *m_picture;
    if (!reports.isEmpty()) {
        const auto written = m_database.transact([&]() -> Result<void> {
            for (const Report &report : reports) {
                const auto told = tell(report, picture);
                if (!told)
                    return told.error();
                isComplete = isComplete && *told;
            }
            return {};
        });
        if (!written)
            return written.error();
    }
    m_picture = picture;
    m_trail.settle(state);
    m_seen.clear();
    if (isComplete)
        for (const QList<Vm> vms = state.vms(); const Vm &vm : vms)
            m_seen.insert(vm.id().toString(), vm);
    return isComplete;
}

QList<Report> Reporter::differences(const State &state) const
{
    QList<Report> reports;
    const qint64 now = QDateTime::currentMSecsSinceEpoch();
    const auto add = [&](Report::Kind kind, VmId vm, const QString &name, const QByteArray &value) {
        const auto operation = m_trail.of(vm);
        reports.append({0, kind, vm.toString(), name, value, operation ? operation->id().toString() : QString(), now});
    };
    for (auto told = m_picture->begin(); told != m_picture->end(); ++told)
        if (const VmId id = VmId::fromString(told.key()); !state.vm(id))
            add(Report::Kind::Deleted, id, told->name, {});
    const QList<Vm> vms = state.vms();
    for (const Vm &vm : vms) {
        const QString id = vm.id().toString();
        if (const auto seen = m_seen.constFind(id); seen != m_seen.constEnd() && *seen == vm)
            continue;
        const QByteArray value = QCborValue(vm.toCbor()).toCbor();
        const auto told = m_picture->constFind(id);
        if (told == m_picture->constEnd())
            add(Report::Kind::Created, vm.id(), vm.name(), value);
        else if (told->value != value)
            add(Report::Kind::Changed, vm.id(), vm.name(), value);
    }
    return reports;
}

/// False: there is no room for it.
Result<bool> Reporter::tell(const Report &report, Picture &picture)
{
    const bool isGone = report.kind == Report::Kind::Deleted;
    const auto room = m_outbox.makeRoom();
    if (!room)
        return room.error();
    if (!*room) {
        auto noted = noteLocal(report, 0, isGone);
        return noted ? Result<bool>(false) : Result<bool>(noted.error());
    }
    const auto row = m_outbox.add(report);
    if (!row)
        return row.error();
    if (auto noted = noteLocal(report, *row, isGone); !noted)
        return noted.error();
    const auto drawn = isGone ? m_database.run(QStringLiteral("DELETE FROM picture WHERE vm = ?"), {report.vm})
                              : m_database.run(QStringLiteral("INSERT OR REPLACE INTO picture VALUES (?, ?, ?)"),
                                               {report.vm, report.name + QLatin1String(""), report.value});
    if (!drawn)
        return drawn.error();
    if (isGone)
        picture.remove(report.vm);
    else
        picture.insert(report.vm, {report.name, report.value});
    return true;
}

Result<void> Reporter::noteLocal(const Report &report, qint64 row, bool isGone)
{
    if (isGone)
        return m_changes.forget(report.vm); // the core answers for a VM that is gone
    const auto operation = m_trail.of(VmId::fromString(report.vm));
    bool isByOwner = operation && isLocal(*operation);
    if (!isByOwner && row != 0) { // the owner's change had no room, and is told only now
        const auto untold = m_changes.isUntold(report.vm);
        if (!untold)
            return untold.error();
        isByOwner = *untold;
    }
    return isByOwner ? m_changes.note(report.vm, row) : Result<void>();
}

} // namespace ghost::uplink
