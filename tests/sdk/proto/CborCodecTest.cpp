// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QCborArray>
#include <QtTest/QTest>
#include <google/protobuf/util/message_differencer.h>

#include "ghost/Event.h"
#include "ghost/Operation.h"
#include "ghost/Vm.h"
#include "ghost/agent/v1/agent.pb.h"
#include "ghost/proto/CborCodec.h"

using namespace ghost;
namespace proto = ghost::agent::v1;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

namespace {

void fill(Message &message);

void fillField(Message &message, const FieldDescriptor &field)
{
    const auto *r = message.GetReflection();
    const bool many = field.is_repeated();
    switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
        return many ? r->AddInt32(&message, &field, -7) : r->SetInt32(&message, &field, -7);
    case FieldDescriptor::CPPTYPE_INT64:
        return many ? r->AddInt64(&message, &field, 1LL << 40) : r->SetInt64(&message, &field, 1LL << 40);
    case FieldDescriptor::CPPTYPE_UINT64:
        return many ? r->AddUInt64(&message, &field, 1ULL << 50) : r->SetUInt64(&message, &field, 1ULL << 50);
    case FieldDescriptor::CPPTYPE_BOOL:
        return many ? r->AddBool(&message, &field, true) : r->SetBool(&message, &field, true);
    case FieldDescriptor::CPPTYPE_STRING: // for bytes a zero is the interesting one
        return many ? r->AddString(&message, &field, "grün") : r->SetString(&message, &field, std::string("a\0b", 3));
    case FieldDescriptor::CPPTYPE_ENUM:
        return many ? r->AddEnumValue(&message, &field, 2) : r->SetEnumValue(&message, &field, 2);
    case FieldDescriptor::CPPTYPE_MESSAGE:
        return fill(*(many ? r->AddMessage(&message, &field) : r->MutableMessage(&message, &field)));
    default:
        QFAIL(qPrintable(QStringLiteral("the test cannot fill a field of this type: ") +
                         QString::fromStdString(field.full_name())));
    }
}

/// Sets every field; of a oneof the last.
void fill(Message &message)
{
    const Descriptor *type = message.GetDescriptor();
    if (type->well_known_type() == Descriptor::WELLKNOWNTYPE_STRUCT) {
        auto &values = static_cast<google::protobuf::Struct &>(message);
        (*values.mutable_fields())["number"].set_number_value(2.5);
        (*values.mutable_fields())["none"].set_null_value(google::protobuf::NULL_VALUE);
        auto &list = *(*values.mutable_fields())["list"].mutable_list_value();
        list.add_values()->set_string_value("x");
        (*list.add_values()->mutable_struct_value()->mutable_fields())["deep"].set_bool_value(true);
    } else if (type->well_known_type() == Descriptor::WELLKNOWNTYPE_TIMESTAMP) {
        auto &time = static_cast<google::protobuf::Timestamp &>(message);
        time.set_seconds(1700000000);
        time.set_nanos(123000000);
    } else {
        for (int index = 0; index < type->field_count(); ++index)
            fillField(message, *type->field(index));
    }
}

template <class T>
std::optional<Error> errorOf(const QCborMap &map)
{
    T message;
    const auto read = fromCbor(map, message);
    return read ? std::nullopt : std::optional(read.error());
}

QCborValue nested(int depth)
{
    QCborValue value = 1;
    for (int level = 0; level < depth; ++level)
        value = QCborMap{{QStringLiteral("a"), value}};
    return value;
}

} // namespace

class CborCodecTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void bringsEveryMessageBack_data()
    {
        QTest::addColumn<int>("index");
        const auto *file = proto::CreateVMRequest::descriptor()->file();
        for (int index = 0; index < file->message_type_count(); ++index)
            QTest::newRow(file->message_type(index)->name().c_str()) << index;
    }

    void bringsEveryMessageBack()
    {
        QFETCH(int, index);
        const auto *type = proto::CreateVMRequest::descriptor()->file()->message_type(index);
        const Message *prototype = google::protobuf::MessageFactory::generated_factory()->GetPrototype(type);
        const std::unique_ptr<Message> message(prototype->New());
        fill(*message);
        const QByteArray wire = toCbor(*message).toCborValue().toCbor(); // as it is journalled
        const std::unique_ptr<Message> back(prototype->New());
        const auto read = fromCbor(QCborValue::fromCbor(wire).toMap(), *back);
        QVERIFY2(read, read ? "" : qPrintable(read.error().text()));
        QVERIFY2(google::protobuf::util::MessageDifferencer::Equals(*message, *back),
                 (message->DebugString() + "---\n" + back->DebugString()).c_str());
    }

    void leavesOutWhatIsNotSet()
    {
        QVERIFY(toCbor(proto::CreateVMRequest()).isEmpty());
        proto::CreateVMRequest request;
        request.set_cpus(0); // optional: set, even to its default
        QCOMPARE(toCbor(request), (QCborMap{{QStringLiteral("cpus"), 0}}));
    }

    void namesEnumsShortly()
    {
        proto::Vm vm;
        vm.set_state(proto::VM_STATE_RUNNING);
        QCOMPARE(toCbor(vm).value(QStringLiteral("state")).toString(), QStringLiteral("running"));
        proto::OperationResult result;
        result.set_how(proto::STOP_METHOD_GUEST_AGENT);
        QCOMPARE(toCbor(result).value(QStringLiteral("how")).toString(), QStringLiteral("guest_agent"));
        vm.set_state(proto::VM_STATE_UNSPECIFIED);
        QVERIFY(toCbor(vm).isEmpty());
    }

    void readsBothSpellingsOfAnEnum()
    {
        for (const char *name : {"InvalidArgument", "invalid_argument", "INVALID_ARGUMENT"}) {
            proto::Error error;
            QVERIFY(fromCbor({{QStringLiteral("code"), QString::fromLatin1(name)}}, error));
            QCOMPARE(int(error.code()), int(proto::ERROR_CODE_INVALID_ARGUMENT));
        }
    }

    void passesOverUnknownNames()
    {
        proto::Vm vm;
        QVERIFY(fromCbor({{QStringLiteral("state"), QStringLiteral("levitating")},
                          {QStringLiteral("reason"), QStringLiteral("unspecified")},
                          {QStringLiteral("colour"), 7},
                          {QStringLiteral("name"), nullptr}},
                         vm));
        QCOMPARE(vm.ByteSizeLong(), size_t(0));
    }

    void writesTimesAsMilliseconds()
    {
        proto::Vm vm;
        QVERIFY(
            fromCbor({{QStringLiteral("started_at"), qint64(1700000000123)}, {QStringLiteral("created_at"), -1}}, vm));
        QCOMPARE(vm.started_at().seconds(), 1700000000);
        QCOMPARE(vm.started_at().nanos(), 123000000);
        QCOMPARE(vm.created_at().seconds(), -1);
        QCOMPARE(vm.created_at().nanos(), 999000000);
        QCOMPARE(toCbor(vm).value(QStringLiteral("created_at")).toInteger(), -1);
    }

    void agreesWithTheSdk()
    {
        Operation operation;
        operation.setId(OperationId::create());
        operation.setCommand(QStringLiteral("StartVM"));
        operation.setStatus(Operation::Status::Failed);
        operation.setPrincipal(Principal(Principal::Kind::LocalUser, QStringLiteral("1000")));
        operation.setPercent(40);
        operation.setError(
            Error(Code::FailedPrecondition, QStringLiteral("it runs")).withHint(QStringLiteral("stop it")));
        operation.setNotes({QStringLiteral("note")});
        operation.setCreatedAtMs(1700000000001);
        proto::Operation message;
        QVERIFY(fromCbor(operation.toCbor(), message));
        QCOMPARE(int(message.error().code()), int(proto::ERROR_CODE_FAILED_PRECONDITION));
        QCOMPARE(Operation::fromCbor(toCbor(message)), operation);
    }

    void refusesWrongTypesAtTheirPlace_data()
    {
        QTest::addColumn<QCborMap>("map");
        QTest::addColumn<QString>("field");
        const auto row = [](const char *field, const QString &key, const QCborValue &value) {
            QTest::newRow(field) << QCborMap{{key, value}} << QString::fromLatin1(field);
        };
        row("cpus", QStringLiteral("cpus"), QStringLiteral("two"));
        QTest::newRow("cpus beyond 32 bits")
            << QCborMap{{QStringLiteral("cpus"), qint64(1) << 32}} << QStringLiteral("cpus");
        row("memory_bytes", QStringLiteral("memory_bytes"), 1.5);
        row("name", QStringLiteral("name"), QByteArray("bytes"));
        QTest::newRow("lone surrogate") << QCborMap{{QStringLiteral("name"), QString(QChar(0xd800))}}
                                        << QStringLiteral("name");
        row("stopped", QStringLiteral("stopped"), 1);
        row("accelerator", QStringLiteral("accelerator"), 1);
        row("ssh_keys", QStringLiteral("ssh_keys"), QStringLiteral("one"));
        row("ssh_keys[1]", QStringLiteral("ssh_keys"), QCborArray{QStringLiteral("one"), 2});
        row("options", QStringLiteral("options"), QCborArray());
        row("options.cache", QStringLiteral("options"), QCborMap{{QStringLiteral("cache"), 3}});
    }

    void refusesWrongTypesAtTheirPlace()
    {
        QFETCH(QCborMap, map);
        QFETCH(QString, field);
        const auto error = errorOf<proto::CreateVMRequest>(map);
        QVERIFY(error);
        QCOMPARE(error->code(), Code::InvalidArgument);
        QCOMPARE(error->field(), field);
    }

    void refusesWrongTypesInside()
    {
        const QCborMap vm{{QStringLiteral("started_at"), QStringLiteral("noon")}};
        const auto error =
            errorOf<proto::Operation>({{QStringLiteral("result"), QCborMap{{QStringLiteral("vm"), vm}}}});
        QVERIFY(error);
        QCOMPARE(error->field(), QStringLiteral("result.vm.started_at"));
        QVERIFY(errorOf<proto::Vm>({{QStringLiteral("started_at"), std::numeric_limits<qint64>::max()}}));
        QVERIFY(errorOf<proto::Event>({{QStringLiteral("sequence"), -1}}));
        QVERIFY(errorOf<proto::OpenConsoleRequest>({{QStringLiteral("input"), QStringLiteral("text")}}));
    }

    void stopsAtADepth()
    {
        QVERIFY(!errorOf<proto::Plugin>({{QStringLiteral("vm_options"), nested(20)}}));
        const auto error = errorOf<proto::Plugin>({{QStringLiteral("vm_options"), nested(500)}});
        QVERIFY(error);
        QCOMPARE(error->code(), Code::InvalidArgument);
    }
};

QTEST_GUILESS_MAIN(CborCodecTest)
#include "CborCodecTest.moc"
