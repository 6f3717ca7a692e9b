// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "StateViews.h"

#include <QtCore/QHash>
#include <grpcpp/support/slice.h>

#include "ghost/agent/v1/agent.pb.h"
#include "ghost/proto/CborCodec.h"

namespace ghost::api {

struct EncodedVm
{
    Vm vm;
    std::string inList; ///< a ListVMsResponse with this VM alone
    grpc::ByteBuffer status;
};

namespace {

grpc::ByteBuffer buffer(const std::string &bytes)
{
    const grpc::Slice slice(bytes);
    return grpc::ByteBuffer(&slice, 1);
}

EncodedVm encode(const Vm &vm)
{
    agent::v1::GetVMStatusResponse status;
    // Our own values in our own words: cannot fail, and a half filled answer is better than none.
    static_cast<void>(fromCbor(vm.toCbor(), *status.mutable_vm()));
    agent::v1::ListVMsResponse list;
    *list.add_vms() = status.vm();
    return {vm, list.SerializeAsString(), buffer(status.SerializeAsString())};
}

} // namespace

struct StateViews::View
{
    std::shared_ptr<const State> state; ///< held, so that the pointer identifies it
    QHash<VmId, EncodedVm> byId;
    QHash<QString, VmId> byName;
    grpc::ByteBuffer list;
};

StateViews::StateViews(Agent &agent)
    : m_agent(agent)
{}

StateViews::~StateViews() = default;

std::shared_ptr<const StateViews::View> StateViews::current()
{
    auto state = m_agent.state();
    const std::lock_guard lock(m_mutex);
    if (m_view && m_view->state == state)
        return m_view;
    if (m_view && m_view->state->generation() > state->generation())
        return m_view; // another caller was here with a later one

    auto view = std::make_shared<View>();
    // Concatenated messages are one message that has the elements of all.
    std::string list;
    for (const Vm &vm : state->vms()) {
        const auto known = m_view ? m_view->byId.constFind(vm.id()) : decltype(view->byId.constFind(vm.id()))();
        const bool same = m_view && known != m_view->byId.constEnd() && known->vm == vm;
        const auto entry = view->byId.insert(vm.id(), same ? *known : encode(vm));
        view->byName.insert(vm.name(), vm.id());
        list += entry->inList;
    }
    agent::v1::ListVMsResponse tail;
    tail.set_generation(state->generation());
    view->list = buffer(list + tail.SerializeAsString());
    view->state = std::move(state);
    m_view = view;
    return m_view;
}

grpc::ByteBuffer StateViews::vms()
{
    return current()->list;
}

Result<grpc::ByteBuffer> StateViews::vm(const QString &vm)
{
    if (vm.isEmpty())
        return Error(Code::InvalidArgument, QStringLiteral("which VM?")).withField(QStringLiteral("vm"));
    const auto view = current();
    auto found = view->byId.constFind(VmId::fromString(vm));
    if (found == view->byId.constEnd())
        found = view->byId.constFind(view->byName.value(vm));
    if (found == view->byId.constEnd())
        return Error(Code::NotFound, QStringLiteral("no VM '%1'").arg(vm)).withField(QStringLiteral("vm"));
    return found->status;
}

} // namespace ghost::api
