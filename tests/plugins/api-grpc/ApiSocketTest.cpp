// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <future>

#include <QtCore/QElapsedTimer>
#include <QtCore/QFile>
#include <QtTest/QTest>
#include <grpcpp/generic/generic_stub.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "ApiFixture.h"
#include "ghost/agent/v1/agent.grpc.pb.h"
#include "ghost/proto/Status.h"

using namespace ghost;
namespace proto = ghost::agent::v1;

namespace {

const QJsonObject noGroup{{QStringLiteral("group"), QString()}};

/// Leaves a socket file behind, as a killed agent does.
void leaveStaleSocket(const QString &path)
{
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    qstrncpy(address.sun_path, path.toLocal8Bit().constData(), sizeof(address.sun_path));
    const UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM, 0));
    if (::bind(fd.get(), reinterpret_cast<const sockaddr *>(&address), sizeof(address)) != 0 ||
        ::listen(fd.get(), 1) != 0)
        qFatal("cannot make a socket file");
}

bool answers(const std::shared_ptr<grpc::Channel> &channel)
{
    BoundedContext context;
    proto::ListVMsResponse response;
    return proto::AgentService::NewStub(channel)->ListVMs(&context, {}, &response).ok();
}

/// One request to the reflection service, written by hand: its messages are in no header of Debian's.
std::string reflect(const std::shared_ptr<grpc::Channel> &channel, const std::string &request)
{
    grpc::GenericStub stub(channel);
    grpc::CompletionQueue queue;
    BoundedContext context;
    const auto step = [&queue] {
        void *tag = nullptr;
        bool ok = false;
        return queue.Next(&tag, &ok) && ok;
    };
    const auto call =
        stub.PrepareCall(&context, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", &queue);
    call->StartCall(nullptr);
    const grpc::Slice slice(request);
    grpc::ByteBuffer answer;
    std::vector<grpc::Slice> slices;
    std::string text;
    if (step()) {
        call->Write(grpc::ByteBuffer(&slice, 1), nullptr);
        step();
        call->Read(&answer, nullptr);
        if (step() && answer.Dump(&slices).ok())
            for (const grpc::Slice &part : slices)
                text.append(reinterpret_cast<const char *>(part.begin()), part.size());
    }
    context.TryCancel();
    grpc::Status status;
    call->Finish(&status, nullptr);
    step();
    return text;
}

} // namespace

class ApiSocketTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { api = std::make_unique<ApiFixture>(); }
    void cleanup() { api.reset(); }

    void listensWithTheModeThatIsSet()
    {
        QVERIFY(api->activate(
            {{QStringLiteral("group"), QString()}, {QStringLiteral("socket_mode"), QStringLiteral("0640")}}));
        QVERIFY(api->open());
        QCOMPARE(mode(), 0640);
        QCOMPARE(api->context().health().status(), Health::Status::Ready);
        QVERIFY(answers(api->connect()));
    }

    void keepsToItselfWithoutItsGroup()
    {
        QVERIFY(api->activate({{QStringLiteral("group"), QStringLiteral("no-such-group")}}));
        QVERIFY(api->open());
        QCOMPARE(mode(), 0600);
        QCOMPARE(api->context().health().status(), Health::Status::Degraded);
        QVERIFY(api->context().health().reason().contains(QStringLiteral("no-such-group")));
    }

    void refusesAModeThatIsNone()
    {
        const auto result = api->activate({{QStringLiteral("socket_mode"), QStringLiteral("rw")}});
        QVERIFY(!result);
        QCOMPARE(result.error().field(), QStringLiteral("socket_mode"));
    }

    void replacesAStaleSocket()
    {
        leaveStaleSocket(api->socketPath());
        api->start();
        QVERIFY(answers(api->connect()));
    }

    void leavesALiveSocketAlone()
    {
        api->start();
        const auto client = api->connect();
        QVERIFY(answers(client));
        const auto second = api->openAgain();
        QVERIFY(!second);
        QCOMPARE(second.error().code(), Code::AlreadyExists);
        QVERIFY(answers(client));
        QVERIFY(answers(api->connect()));
    }

    void leavesAFileThatIsNoSocketAlone()
    {
        QFile file(api->socketPath());
        QVERIFY(file.open(QIODevice::WriteOnly));
        QVERIFY(api->activate(noGroup));
        const auto result = api->open();
        QVERIFY(!result);
        QCOMPARE(result.error().code(), Code::FailedPrecondition);
        QCOMPARE(api->context().health().status(), Health::Status::Down);
        QVERIFY(file.exists());
    }

    void refusesAPathThatIsTooLong()
    {
        QVERIFY(api->activate(
            {{QStringLiteral("group"), QString()}, {QStringLiteral("socket"), QString(120, QLatin1Char('x'))}}));
        const auto result = api->open();
        QVERIFY(!result);
        QCOMPARE(result.error().field(), QStringLiteral("socket"));
        QVERIFY2(result.error().message().contains(QStringLiteral("120")), qPrintable(result.error().message()));
    }

    void knowsWhoCalls()
    {
        if (::geteuid() != 0)
            QSKIP("only root can be somebody else");
        api->start();
        const auto channel = api->connectAs(1234);
        QVERIFY(channel);
        BoundedContext context;
        proto::StartVMRequest request;
        request.set_async(true);
        proto::StartVMResponse response;
        QVERIFY(proto::AgentService::NewStub(channel)->StartVM(&context, request, &response).ok());
        QCOMPARE(response.operation().principal(), std::string("uid:1234"));
        BoundedContext own;
        QVERIFY(proto::AgentService::NewStub(api->connect())->StartVM(&own, request, &response).ok());
        QCOMPARE(response.operation().principal(), std::string("uid:0"));
    }

    void listsItsServicesByReflection()
    {
        api->start();
        const std::string services = reflect(api->connect(), "\x3a\x01*"); // list_services = 7: "*"
        QVERIFY2(services.find("ghost.agent.v1.AgentService") != std::string::npos, services.c_str());
    }

    void endsEverythingWhenItCloses()
    {
        api->start();
        const auto channel = api->connect();
        const auto stub = proto::AgentService::NewStub(channel);
        BoundedContext eventsContext;
        const auto events = stub->WatchEvents(&eventsContext, {});
        BoundedContext consoleContext;
        const auto console = stub->OpenConsole(&consoleContext);
        proto::OpenConsoleRequest open;
        open.set_vm("my-vm");
        console->Write(open);
        console->WaitForInitialMetadata();
        BoundedContext uploadContext;
        proto::ImportImageResponse imported;
        const auto upload = stub->ImportImage(&uploadContext, &imported);
        proto::ImportImageRequest start;
        start.mutable_start()->set_size_bytes(1000);
        upload->Write(start);
        BoundedContext commandContext;
        auto command = std::async(std::launch::async, [&] {
            proto::StartVMResponse response;
            return stub->StartVM(&commandContext, {}, &response);
        });
        BoundedContext queryContext; // never answered by the core
        auto query = std::async(std::launch::async, [&] {
            proto::ListImagesResponse response;
            return stub->ListImages(&queryContext, {}, &response);
        });
        QVERIFY(api->agent().waitUntil(
            [this] { return api->agent().subscriptions() == 3 && api->agent().asked().size() == 3; }));

        QElapsedTimer timer;
        timer.start();
        api->close();
        qInfo("closed in %lld ms", timer.elapsed());
        QVERIFY(timer.elapsed() < 3000);
        QCOMPARE(api->agent().subscriptions(), size_t(0));
        QVERIFY(!QFile::exists(api->socketPath()));
        for (const grpc::Status &status :
             {events->Finish(), console->Finish(), upload->Finish(), command.get(), query.get()})
            QCOMPARE(fromStatus(status).code(), Code::Unavailable);
    }

    void opensAgainAfterClose()
    {
        api->start();
        QVERIFY(answers(api->connect()));
        api->close();
        QVERIFY(api->open());
        QVERIFY(answers(api->connect()));
    }

private:
    int mode() const
    {
        struct stat status = {};
        ::stat(api->socketPath().toLocal8Bit().constData(), &status);
        return int(status.st_mode & 0777);
    }

    std::unique_ptr<ApiFixture> api;
};

QTEST_GUILESS_MAIN(ApiSocketTest)
#include "ApiSocketTest.moc"
