// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtTest/QTest>

#include "ApiFixture.h"
#include "ghost/agent/v1/agent.grpc.pb.h"
#include "ghost/proto/Status.h"

using namespace ghost;
namespace proto = ghost::agent::v1;

class ApiReadsTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init()
    {
        api = std::make_unique<ApiFixture>();
        api->start();
        stub = proto::AgentService::NewStub(api->connect());
    }
    void cleanup() { api.reset(); }

    void listsWhatIsThereNow()
    {
        QCOMPARE(list().vms_size(), 0);
        const Vm one = putVm(QStringLiteral("one"), VmState::Running);
        putVm(QStringLiteral("two"), VmState::Stopped);
        auto listed = list();
        QCOMPARE(listed.vms_size(), 2);
        QCOMPARE(listed.vms(0).name(), std::string("one"));
        QCOMPARE(listed.vms(1).name(), std::string("two"));
        QCOMPARE(listed.generation(), api->agent().state()->generation());

        Vm changed = one;
        changed.setState(VmState::Stopped);
        api->agent().putVm(changed);
        listed = list();
        QCOMPARE(listed.vms_size(), 2);
        QCOMPARE(int(listed.vms(0).state()), int(proto::VM_STATE_STOPPED));
        QCOMPARE(int(listed.vms(1).state()), int(proto::VM_STATE_STOPPED));
    }

    void findsAVmByIdAndByName()
    {
        const Vm vm = putVm(QStringLiteral("my-vm"), VmState::Running);
        for (const QString &key : {vm.name(), vm.id().toString()}) {
            const auto [status, response] = get(key);
            QVERIFY2(status.ok(), status.error_message().c_str());
            QCOMPARE(response.vm().id(), vm.id().toString().toStdString());
            QCOMPARE(response.vm().memory_bytes(), qint64(1) << 32);
            QCOMPARE(response.vm().started_at().seconds(), qint64(1700000000));
        }
        QCOMPARE(fromStatus(get(QStringLiteral("other")).first).code(), Code::NotFound);
        QCOMPARE(fromStatus(get(VmId::create().toString()).first).code(), Code::NotFound);
        QCOMPARE(fromStatus(get(QString()).first).code(), Code::InvalidArgument);
    }

    void tellsAgentAndPlugins()
    {
        putVm(QStringLiteral("a"), VmState::Running);
        putVm(QStringLiteral("b"), VmState::Stopped);
        BoundedContext context;
        proto::GetAgentStatusResponse response;
        QVERIFY(stub->GetAgentStatus(&context, {}, &response).ok());
        QCOMPARE(response.status().vms_total(), 2);
        QCOMPARE(response.status().vms_running(), 1);
        QCOMPARE(response.status().version(), std::string("0.1-fake"));
        PluginStatus plugin;
        plugin.setId(QStringLiteral("hypervisor-x"));
        plugin.setFacets({QStringLiteral("VmPause"), QStringLiteral("VmStats")});
        api->agent().putPlugin(plugin);
        BoundedContext other;
        proto::ListPluginsResponse plugins;
        QVERIFY(stub->ListPlugins(&other, {}, &plugins).ok());
        QCOMPARE(plugins.plugins_size(), 1);
        QCOMPARE(plugins.plugins(0).facets_size(), 2);
        QCOMPARE(plugins.plugins(0).facets(0), std::string("VmPause"));
    }

private:
    Vm putVm(const QString &name, VmState state)
    {
        Vm vm;
        vm.setId(VmId::create());
        vm.setName(name);
        vm.setState(state);
        vm.setMemoryBytes(qint64(1) << 32);
        vm.setStartedAtMs(1700000000000);
        api->agent().putVm(vm);
        return vm;
    }

    proto::ListVMsResponse list()
    {
        BoundedContext context;
        proto::ListVMsResponse response;
        if (const auto status = stub->ListVMs(&context, {}, &response); !status.ok())
            qWarning("%s", status.error_message().c_str());
        return response;
    }

    std::pair<grpc::Status, proto::GetVMStatusResponse> get(const QString &vm)
    {
        BoundedContext context;
        proto::GetVMStatusRequest request;
        request.set_vm(vm.toStdString());
        proto::GetVMStatusResponse response;
        auto status = stub->GetVMStatus(&context, request, &response);
        return {status, response};
    }

    std::unique_ptr<ApiFixture> api;
    std::unique_ptr<proto::AgentService::Stub> stub;
};

QTEST_GUILESS_MAIN(ApiReadsTest)
#include "ApiReadsTest.moc"
