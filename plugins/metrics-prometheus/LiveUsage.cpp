// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: GPL-3.0-only
#include "LiveUsage.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include <QtCore/QCborArray>

namespace ghost::metrics {

namespace {

VmUsage usageFromCbor(const QCborMap &map)
{
    const auto number = [&](const char *key) { return map.value(QLatin1String(key)).toInteger(); };
    VmUsage usage;
    usage.setVm(VmId::fromString(map.value(QStringLiteral("vm")).toString()));
    usage.setCpuTimeNanoseconds(number("cpu_time_nanoseconds"));
    usage.setMemoryBytes(number("memory_bytes"));
    usage.setDiskReadBytes(number("disk_read_bytes"));
    usage.setDiskWrittenBytes(number("disk_written_bytes"));
    usage.setNetworkReceivedBytes(number("network_received_bytes"));
    usage.setNetworkSentBytes(number("network_sent_bytes"));
    return usage;
}

QList<VmUsage> usagesOf(const QCborMap &reply)
{
    QList<VmUsage> usages;
    for (const QCborValue value : reply.value(QStringLiteral("usages")).toArray())
        usages.append(usageFromCbor(value.toMap()));
    return usages;
}

} // namespace

struct LiveUsage::Shared
{
    std::mutex mutex;
    std::condition_variable_any changed;
    std::map<QString, Answer> answers;
};

class LiveUsage::Sink : public ReplySink
{
public:
    Sink(std::shared_ptr<Shared> shared, const QString &hypervisor)
        : m_shared(std::move(shared))
        , m_hypervisor(hypervisor)
    {}

    void answered(const Result<QCborMap> &reply) override
    {
        const std::scoped_lock lock(m_shared->mutex);
        Answer &answer = m_shared->answers[m_hypervisor];
        answer.isAwaited = false;
        answer.error.reset();
        if (reply) {
            answer.usages = usagesOf(*reply);
            answer.at = Clock::now();
        } else {
            answer.error = reply.error();
        }
        m_shared->changed.notify_all();
    }

private:
    const std::shared_ptr<Shared> m_shared;
    const QString m_hypervisor;
};

LiveUsage::LiveUsage(Agent &agent)
    : m_agent(agent)
    , m_shared(std::make_shared<Shared>())
{}

void LiveUsage::refresh(const QStringList &hypervisors, std::chrono::milliseconds patience, std::stop_token stop)
{
    const auto deadline = Clock::now() + patience;
    QStringList asked;
    {
        const std::scoped_lock lock(m_shared->mutex);
        std::erase_if(m_shared->answers, [&](const auto &entry) { return !hypervisors.contains(entry.first); });
        for (const QString &hypervisor : hypervisors)
            if (!std::exchange(m_shared->answers[hypervisor].isAwaited, true))
                asked.append(hypervisor);
    }
    for (const QString &hypervisor : std::as_const(asked))
        m_agent.query(Query(QStringLiteral("GetVMUsage"), {{QStringLiteral("hypervisor"), hypervisor}}),
                      Principal(Principal::Kind::Agent, QStringLiteral("metrics")),
                      std::make_shared<Sink>(m_shared, hypervisor));

    std::unique_lock lock(m_shared->mutex);
    m_shared->changed.wait_until(lock, std::move(stop), deadline, [&] {
        return std::none_of(asked.begin(), asked.end(),
                            [&](const QString &hypervisor) { return m_shared->answers[hypervisor].isAwaited; });
    });
}

std::map<QString, LiveUsage::Answer> LiveUsage::answers() const
{
    const std::scoped_lock lock(m_shared->mutex);
    return m_shared->answers;
}

} // namespace ghost::metrics
