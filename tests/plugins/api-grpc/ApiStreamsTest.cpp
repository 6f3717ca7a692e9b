// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QRandomGenerator>
#include <QtTest/QTest>
#include <sys/socket.h>

#include "ApiFixture.h"
#include "ghost/agent/v1/agent.grpc.pb.h"
#include "ghost/proto/Status.h"

using namespace ghost;
namespace proto = ghost::agent::v1;

namespace {

constexpr int chunkBytes = 200'000;

QByteArray randomBytes(qsizetype size)
{
    QByteArray bytes(size, Qt::Uninitialized);
    QRandomGenerator::global()->fillRange(reinterpret_cast<quint32 *>(bytes.data()), size / 4);
    return bytes;
}

/// The client's side of an upload.
struct Upload
{
    Upload(proto::AgentService::Stub &stub, qint64 size)
        : writer(stub.ImportImage(&context, &response))
    {
        proto::ImportImageRequest request;
        request.mutable_start()->set_name("mini");
        request.mutable_start()->set_size_bytes(size);
        request.mutable_start()->set_request_id("r1");
        writer->Write(request);
    }
    bool send(const QByteArray &bytes)
    {
        for (qsizetype at = 0; at < bytes.size(); at += chunkBytes) {
            proto::ImportImageRequest request;
            request.set_chunk(bytes.mid(at, chunkBytes).toStdString());
            if (!writer->Write(request))
                return false;
        }
        return true;
    }
    grpc::Status finish()
    {
        writer->WritesDone();
        return writer->Finish();
    }

    BoundedContext context;
    proto::ImportImageResponse response;
    std::unique_ptr<grpc::ClientWriter<proto::ImportImageRequest>> writer;
};

/// The client's side of a console.
struct Console
{
    Console(proto::AgentService::Stub &stub, const std::string &vm)
        : stream(stub.OpenConsole(&context))
    {
        proto::OpenConsoleRequest request;
        request.set_vm(vm);
        stream->Write(request);
    }
    void type(const std::string &input)
    {
        proto::OpenConsoleRequest request;
        request.set_input(input);
        stream->Write(request);
    }
    /// At least @p size bytes, less at the end.
    std::string read(size_t size)
    {
        std::string output;
        proto::OpenConsoleResponse response;
        while (output.size() < size && stream->Read(&response))
            output += response.output();
        return output;
    }

    BoundedContext context;
    std::unique_ptr<grpc::ClientReaderWriter<proto::OpenConsoleRequest, proto::OpenConsoleResponse>> stream;
};

/// A guest that sends everything back, until the client's end is closed.
std::jthread echo(UniqueFd guest)
{
    return std::jthread([fd = std::make_shared<UniqueFd>(std::move(guest))] {
        std::array<char, 4096> buffer = {};
        for (ssize_t got = 0; (got = ::recv(fd->get(), buffer.data(), buffer.size(), 0)) > 0;)
            ::send(fd->get(), buffer.data(), size_t(got), MSG_NOSIGNAL);
    });
}

} // namespace

class ApiStreamsTest : public QObject
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

    void uploadsEveryByte()
    {
        const QByteArray image = randomBytes(16LL * 1024 * 1024);
        Upload upload(*stub, image.size());
        QVERIFY(upload.send(image));
        const grpc::Status status = upload.finish();
        QVERIFY2(status.ok(), status.error_message().c_str());
        QCOMPARE(int(upload.response.operation().status()), int(proto::OPERATION_STATUS_SUCCEEDED));
        QVERIFY(api->agent().uploaded() == image);
        const auto [query, principal] = api->agent().asked().back();
        QCOMPARE(query.name(), QStringLiteral("ImportImage"));
        QCOMPARE(query.arguments().value(QStringLiteral("size_bytes")).toInteger(), image.size());
        QCOMPARE(query.arguments().value(QStringLiteral("request_id")).toString(), QStringLiteral("r1"));
        QCOMPARE(principal.toString(), QStringLiteral("uid:%1").arg(::getuid()));
    }

    void reportsAShortUpload()
    {
        Upload upload(*stub, 1000);
        QVERIFY(upload.send(QByteArray(600, 'x')));
        const Error error = fromStatus(upload.finish());
        QCOMPARE(error.code(), Code::InvalidArgument);
        QCOMPARE(error.message(), QStringLiteral("600 of 1000 bytes came"));
        QCOMPARE(upload.context.GetServerTrailingMetadata().count("ghost-operation-id"), size_t(1));
    }

    void endsTheUploadOfAClientThatVanishes()
    {
        Upload upload(*stub, 1 << 20);
        QVERIFY(upload.send(QByteArray(1 << 16, 'x')));
        QVERIFY(api->agent().waitUntil([this] { return !api->agent().uploaded().isEmpty(); }));
        upload.context.TryCancel();
        QVERIFY(api->agent().waitUntil([this] {
            const auto operations = api->agent().state()->operations();
            return operations.front().status() == Operation::Status::Failed;
        }));
        QVERIFY(api->agent().waitUntil([this] { return api->agent().subscriptions() == 0; }));
        upload.writer->Finish();
    }

    void anUploadThatNobodyKnowsAnyMoreIsNotFound()
    {
        api->agent().replyTo(QStringLiteral("GetOperation"),
                             Error(Code::NotFound, QStringLiteral("no such operation")));
        Upload upload(*stub, 1000);
        QVERIFY(api->agent().waitUntil([this] { return api->agent().subscriptions() == 1; }));
        api->agent().forget(api->agent().state()->operations().front().id());
        QCOMPARE(fromStatus(upload.writer->Finish()).code(), Code::NotFound);
    }

    void refusesAnUploadWithoutStart()
    {
        BoundedContext context;
        proto::ImportImageResponse response;
        const auto writer = stub->ImportImage(&context, &response);
        proto::ImportImageRequest request;
        request.set_chunk("x");
        writer->Write(request);
        QCOMPARE(fromStatus(writer->Finish()).code(), Code::InvalidArgument);
        QVERIFY(api->agent().asked().empty());
    }

    void refusesAnUploadThatTheAgentRefuses()
    {
        api->agent().refuse(Error(Code::ResourceExhausted, QStringLiteral("no room")));
        Upload upload(*stub, 1 << 30);
        QCOMPARE(fromStatus(upload.finish()).code(), Code::ResourceExhausted);
    }

    void carriesTheConsoleBothWays()
    {
        Console console(*stub, "my-vm");
        console.stream->WaitForInitialMetadata(); // open
        QCOMPARE(api->agent().asked().back().first.arguments().value(QStringLiteral("vm")).toString(),
                 QStringLiteral("my-vm"));
        const std::jthread guest = echo(api->agent().takeConsole());
        console.type("ls\n");
        QCOMPARE(console.read(3), std::string("ls\n"));

        const std::string much = randomBytes(300'000).toStdString(); // more than the sockets hold
        std::thread typist([&] {
            for (size_t at = 0; at < much.size(); at += 10'000)
                console.type(much.substr(at, 10'000));
            console.stream->WritesDone();
        });
        const std::string echoed = console.read(much.size());
        typist.join();
        QVERIFY(echoed == much);
        QCOMPARE(console.read(1), std::string()); // half-closed, so the guest has closed, too
        QVERIFY(console.stream->Finish().ok());
    }

    void endsTheConsoleWithTheVm()
    {
        Console console(*stub, "my-vm");
        console.stream->WaitForInitialMetadata();
        UniqueFd guest = api->agent().takeConsole();
        QCOMPARE(::send(guest.get(), "bye", 3, MSG_NOSIGNAL), ssize_t(3));
        guest.reset();
        QCOMPARE(console.read(100), std::string("bye"));
        QVERIFY(console.stream->Finish().ok());
    }

    void closesTheConsoleOfAClientThatVanishes()
    {
        Console console(*stub, "my-vm");
        console.stream->WaitForInitialMetadata();
        const UniqueFd guest = api->agent().takeConsole();
        console.context.TryCancel();
        console.stream->Finish();
        char byte = 0;
        QCOMPARE(::recv(guest.get(), &byte, 1, 0), ssize_t(0));
    }

    void refusesAConsoleWithoutAVm()
    {
        BoundedContext context;
        const auto stream = stub->OpenConsole(&context);
        proto::OpenConsoleRequest request;
        request.set_input("x");
        stream->Write(request);
        QCOMPARE(fromStatus(stream->Finish()).field(), QStringLiteral("vm"));

        api->agent().refuse(Error(Code::NotFound, QStringLiteral("no VM 'x'")));
        Console console(*stub, "x");
        QCOMPARE(fromStatus(console.stream->Finish()).code(), Code::NotFound);
    }

private:
    std::unique_ptr<ApiFixture> api;
    std::unique_ptr<proto::AgentService::Stub> stub;
};

QTEST_GUILESS_MAIN(ApiStreamsTest)
#include "ApiStreamsTest.moc"
