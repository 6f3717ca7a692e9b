// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtTest/QTest>
#include <grpcpp/support/status.h>

#include "ghost/agent/v1/agent.pb.h"
#include "ghost/proto/Status.h"
#include "google/rpc/status.pb.h"

using namespace ghost;

class StatusTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void bringsEveryCodeBack_data()
    {
        QTest::addColumn<int>("code");
        for (int code = int(Code::InvalidArgument); code <= int(Code::Internal); ++code)
            QTest::newRow(qPrintable(codeName(static_cast<Code>(code)))) << code;
    }

    void bringsEveryCodeBack()
    {
        QFETCH(int, code);
        const Error error = Error(static_cast<Code>(code), QStringLiteral("disk 'ä': full"))
                                .withField(QStringLiteral("disk_bytes"))
                                .withHint(QStringLiteral("make room"));
        const grpc::Status status = toStatus(error);
        QVERIFY(!status.ok());
        QVERIFY(status.error_code() != grpc::StatusCode::UNKNOWN);
        QCOMPARE(QString::fromStdString(status.error_message()), error.text());
        QCOMPARE(fromStatus(status), error);
        // A client without our messages still has the code.
        QCOMPARE(fromStatus(grpc::Status(status.error_code(), "bare")).code(), error.code());
    }

    void carriesDetailsThatOthersCanRead()
    {
        const grpc::Status status = toStatus(Error(Code::NotFound, QStringLiteral("no VM 'x'")));
        google::rpc::Status details;
        QVERIFY(details.ParseFromString(status.error_details()));
        QCOMPARE(details.code(), int(grpc::StatusCode::NOT_FOUND));
        QCOMPARE(details.details_size(), 1);
        QCOMPARE(details.details(0).type_url(), std::string("type.googleapis.com/ghost.agent.v1.Error"));
    }

    void makesTheBestOfAForeignStatus()
    {
        QCOMPARE(fromStatus(grpc::Status(grpc::StatusCode::DATA_LOSS, "")).code(), Code::Internal);
        QCOMPARE(fromStatus(grpc::Status(grpc::StatusCode::OUT_OF_RANGE, "")).code(), Code::InvalidArgument);
        const Error error =
            fromStatus(grpc::Status(grpc::StatusCode::UNAVAILABLE, "no connection", "not a Status \x01"));
        QCOMPARE(error.code(), Code::Unavailable);
        QCOMPARE(error.message(), QStringLiteral("no connection"));
    }

    void neverSendsNoCode()
    {
        const grpc::Status status = toStatus(Error());
        QCOMPARE(int(status.error_code()), int(grpc::StatusCode::INTERNAL));
        QCOMPARE(fromStatus(status).code(), Code::Internal);
    }
};

QTEST_GUILESS_MAIN(StatusTest)
#include "StatusTest.moc"
