// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/Streams.h"

#include <sys/socket.h>

#include "WorkerPool.h"
#include "commands/CommandRouter.h"
#include "commands/Facet.h"
#include "commands/ImportImageHandler.h"
#include "commands/Power.h"
#include "host/Contained.h"
#include "host/Drivers.h"
#include "state/StateStore.h"
#include "state/Transitions.h"

namespace ghost {

namespace {
constexpr std::chrono::seconds openLimit{20};
} // namespace

Streams::Streams(const Services &services, CommandRouter &router, ImportImageHandler &import)
    : m_services(services)
    , m_router(router)
    , m_import(import)
{}

void Streams::open(const Query &request, const Principal &principal, const std::shared_ptr<StreamSink> &sink)
{
    if (request.name() == QStringLiteral("OpenConsole"))
        openConsole(request, sink);
    else if (request.name() == QStringLiteral("ImportImage"))
        importImage(request, principal, sink);
    else
        sink->opened(Error(Code::Unsupported, QStringLiteral("unknown stream '%1'").arg(request.name().left(80))), {});
}

void Streams::openConsole(const Query &request, const std::shared_ptr<StreamSink> &sink)
{
    Arguments arguments(request.arguments());
    const auto vm = findVm(arguments.text(QStringLiteral("vm")), m_services.store);
    const auto fields = arguments.finish();
    if (!vm || !fields) {
        sink->opened(fields ? vm.error() : fields.error(), {});
        return;
    }
    const auto driver = m_services.drivers.hypervisor(vm->hypervisor());
    const auto allowed = checkTransition(QStringLiteral("OpenConsole"), *vm, false);
    if (!driver || !allowed) {
        sink->opened(driver ? allowed.error() : driver.error(), {});
        return;
    }
    const auto console = facetOf<VmConsole>(*driver, QStringLiteral("has no consoles"));
    if (!console) {
        sink->opened(console.error(), {});
        return;
    }
    driver->questions->post([console = *console, plugin = driver->plugin, id = vm->id(), sink] {
        Call call({}, Call::Clock::now() + openLimit);
        sink->opened(contained(plugin, [&] { return console->openConsole(id, call); }), {});
    });
}

void Streams::importImage(const Query &request, const Principal &principal, const std::shared_ptr<StreamSink> &sink)
{
    int ends[2] = {-1, -1};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        sink->opened(Error(Code::ResourceExhausted, QStringLiteral("cannot make a stream: no file descriptors left")),
                     {});
        return;
    }
    UniqueFd writing(ends[0]);
    const QString stream = OperationId::create().toString();
    m_import.offer(stream, UniqueFd(ends[1]));
    QCborMap fields = request.arguments();
    const QString requestId = fields.take(QStringLiteral("request_id")).toString();
    fields.insert(QStringLiteral("stream"), stream);
    Command command(QStringLiteral("ImportImage"), fields);
    command.setRequestId(requestId);
    const auto operation = m_router.submit(command, principal);
    if (!operation) {
        m_import.takeBack(stream);
        sink->opened(operation.error(), {});
        return;
    }
    // A repeated request: the first one's operation, and nothing to write into.
    if (!feeds(*operation, stream) && m_import.takeBack(stream))
        writing.reset();
    sink->opened(std::move(writing), *operation);
}

bool Streams::feeds(OperationId operation, const QString &stream) const
{
    for (const JournalEntry &entry : m_services.store.journal())
        if (entry.operation.id() == operation)
            return entry.command.arguments().value(QStringLiteral("stream")).toString() == stream;
    return false;
}

} // namespace ghost
