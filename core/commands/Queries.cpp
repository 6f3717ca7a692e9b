// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/Queries.h"

#include <algorithm>

#include <QtCore/QCborArray>
#include <QtCore/QSet>

#include "WorkerPool.h"
#include "commands/Facet.h"
#include "commands/Forwards.h"
#include "commands/ImageCbor.h"
#include "commands/Power.h"
#include "host/Contained.h"
#include "host/Drivers.h"
#include "state/OperationArchive.h"
#include "state/StateStore.h"

namespace ghost {

namespace {

constexpr std::chrono::seconds questionLimit{20};
constexpr qint64 defaultLimit = 100;
constexpr qint64 largestLimit = 1000;

QCborMap operationsReply(const QList<Operation> &operations)
{
    QCborArray array;
    for (const Operation &operation : operations)
        array.append(operation.toCbor());
    return {{QStringLiteral("operations"), array}};
}

QCborMap usageToCbor(const VmUsage &usage)
{
    return {{QStringLiteral("vm"), usage.vm().toString()},
            {QStringLiteral("cpu_time_nanoseconds"), usage.cpuTimeNanoseconds()},
            {QStringLiteral("memory_bytes"), usage.memoryBytes()},
            {QStringLiteral("disk_read_bytes"), usage.diskReadBytes()},
            {QStringLiteral("disk_written_bytes"), usage.diskWrittenBytes()},
            {QStringLiteral("network_received_bytes"), usage.networkReceivedBytes()},
            {QStringLiteral("network_sent_bytes"), usage.networkSentBytes()}};
}

} // namespace

Queries::Queries(const Services &services, OperationArchive &archive)
    : m_services(services)
    , m_archive(archive)
{}

void Queries::ask(const Query &query, const std::shared_ptr<ReplySink> &sink)
{
    if (query.name() == QStringLiteral("ListImages"))
        listImages(sink);
    else if (query.name() == QStringLiteral("ListOperations"))
        listOperations(query, sink);
    else if (query.name() == QStringLiteral("GetOperation"))
        getOperation(query, sink);
    else if (query.name() == QStringLiteral("GetVMUsage"))
        getVmUsage(query, sink);
    else if (query.name() == QStringLiteral("GetVMForwards"))
        getVmForwards(query, sink);
    else if (query.name() == QStringLiteral("GetCloudStatus"))
        getCloudStatus(query, sink);
    else
        sink->answered(Error(Code::Unsupported, QStringLiteral("unknown query '%1'").arg(query.name().left(80))));
}

void Queries::listImages(const std::shared_ptr<ReplySink> &sink)
{
    const auto images = m_services.drivers.imageSource({});
    if (!images) {
        sink->answered(images.error());
        return;
    }
    images->questions->post([driver = *images, sink] {
        Call call({}, Call::Clock::now() + questionLimit);
        const auto list = contained(driver.plugin, [&] { return driver->list(call); });
        if (!list) {
            sink->answered(list.error());
            return;
        }
        QCborArray array;
        for (const ImageInfo &image : *list)
            array.append(imageToCbor(image));
        sink->answered(QCborMap{{QStringLiteral("images"), array}});
    });
}

void Queries::listOperations(const Query &query, const std::shared_ptr<ReplySink> &sink)
{
    Arguments arguments(query.arguments());
    const QString vmName = arguments.text(QStringLiteral("vm"));
    const bool ended = arguments.flag(QStringLiteral("include_ended"));
    const qint64 limit = arguments.integer(QStringLiteral("limit")).value_or(defaultLimit);
    if (const auto ok = arguments.finish(); !ok) {
        sink->answered(ok.error());
        return;
    }
    if (limit < 1 || limit > largestLimit) {
        sink->answered(
            Error(Code::InvalidArgument, QStringLiteral("a limit of %1: 1 to %2").arg(limit).arg(largestLimit))
                .withField(QStringLiteral("limit")));
        return;
    }
    // A VM that is gone is still found by its id.
    VmId vm = VmId::fromString(vmName);
    if (!vmName.isEmpty() && vm.isNull()) {
        const auto found = findVm(vmName, m_services.store);
        if (!found) {
            sink->answered(found.error());
            return;
        }
        vm = found->id();
    }
    QList<Operation> present;
    for (const Operation &operation : m_services.store.state()->operations())
        if ((ended || !operation.isEnded()) && (vm.isNull() || operation.vm() == vm))
            present.prepend(operation);
    if (!ended) {
        sink->answered(operationsReply(present.first(std::min(qsizetype(limit), present.size()))));
        return;
    }
    m_archive.list(vm, int(limit), [present, limit, sink](const QList<Operation> &archived) {
        QList<Operation> all = present;
        QSet<OperationId> known;
        for (const Operation &operation : present)
            known.insert(operation.id());
        for (const Operation &operation : archived)
            if (!known.contains(operation.id()))
                all.append(operation);
        sink->answered(operationsReply(all.first(std::min(qsizetype(limit), all.size()))));
    });
}

void Queries::getOperation(const Query &query, const std::shared_ptr<ReplySink> &sink)
{
    Arguments arguments(query.arguments());
    const QString text = arguments.text(QStringLiteral("id"));
    const OperationId id = OperationId::fromString(text);
    if (id.isNull()) {
        sink->answered(Error(Code::InvalidArgument, QStringLiteral("'%1' is no operation id").arg(text.left(80)))
                           .withField(QStringLiteral("id")));
        return;
    }
    if (const auto operation = m_services.store.state()->operation(id)) {
        sink->answered(QCborMap{{QStringLiteral("operation"), operation->toCbor()}});
        return;
    }
    m_archive.find(id, [sink](const Result<Operation> &operation) {
        sink->answered(operation ? Result<QCborMap>({{QStringLiteral("operation"), operation->toCbor()}})
                                 : operation.error());
    });
}

// One hypervisor a question: a hung one keeps no answer of another waiting.
void Queries::getVmUsage(const Query &query, const std::shared_ptr<ReplySink> &sink)
{
    Arguments arguments(query.arguments());
    const auto hypervisor = m_services.drivers.hypervisor(arguments.text(QStringLiteral("hypervisor")));
    if (const auto ok = arguments.finish(); !ok) {
        sink->answered(ok.error());
        return;
    }
    if (!hypervisor) {
        sink->answered(hypervisor.error());
        return;
    }
    const auto facet = facetOf<VmStats>(*hypervisor, QStringLiteral("has no live counters"));
    if (!facet) {
        sink->answered(facet.error());
        return;
    }
    hypervisor->questions->post([plugin = hypervisor->plugin, stats = *facet, sink] {
        Call call({}, Call::Clock::now() + questionLimit);
        const auto usages = contained(plugin, [&] { return stats->usage(call); });
        if (!usages) {
            sink->answered(usages.error());
            return;
        }
        QCborArray array;
        for (const VmUsage &usage : *usages)
            array.append(usageToCbor(usage));
        sink->answered(QCborMap{{QStringLiteral("usages"), array}});
    });
}

void Queries::getVmForwards(const Query &query, const std::shared_ptr<ReplySink> &sink)
{
    Arguments arguments(query.arguments());
    const auto vm = findVm(arguments.text(QStringLiteral("vm")), m_services.store);
    if (const auto ok = arguments.finish(); !ok || !vm) {
        sink->answered(ok ? vm.error() : ok.error());
        return;
    }
    const auto network = forwardingNetwork(*vm, m_services.drivers);
    if (!network) {
        sink->answered(network.error());
        return;
    }
    network->driver.questions->post([network = *network, id = vm->id(), sink] {
        Call call({}, Call::Clock::now() + questionLimit);
        const auto forwards = contained(network.driver.plugin, [&] { return network.forwards->forwards(id, call); });
        if (!forwards) {
            sink->answered(forwards.error());
            return;
        }
        QCborArray array;
        for (const PortForward &forward : *forwards)
            array.append(forwardToCbor(forward));
        sink->answered(QCborMap{{QStringLiteral("forwards"), array}});
    });
}

void Queries::getCloudStatus(const Query &query, const std::shared_ptr<ReplySink> &sink)
{
    const auto cloud = m_services.drivers.cloudLink();
    if (const auto none = Arguments(query.arguments()).finish(); !none || !cloud) {
        sink->answered(none ? cloud.error() : none.error());
        return;
    }
    cloud->questions->post([link = *cloud, sink] {
        Call call({}, Call::Clock::now() + questionLimit);
        const auto status = contained(link.plugin, [&] { return link->status(call); });
        sink->answered(status ? Result<QCborMap>({{QStringLiteral("status"), *status}}) : status.error());
    });
}

} // namespace ghost
