#!/usr/bin/python3 -B
# SPDX-FileCopyrightText: Ghost Agent authors
# SPDX-License-Identifier: Apache-2.0
"""client.py ADDRESS TLS_FOLDER PROTO_FOLDER VM: uses the agent as a program in Python does, with grpcio and messages
made by protoc, and prints what it saw as JSON. client.js does the same."""

import importlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import grpc

SECONDS = 20
SERVICE = "/ghost.agent.v1.AgentService/"


def messages(protos: Path, folder: str):
    files = ["ghost/agent/v1/agent.proto", "grpc/health/v1/health.proto"]
    subprocess.run(["protoc", f"-I{protos}", f"--python_out={folder}", *files], check=True)
    sys.path.insert(0, folder)
    # The health messages have the name of grpcio's own package, which has no such folder.
    sys.path.insert(0, f"{folder}/grpc/health/v1")
    return importlib.import_module("ghost.agent.v1.agent_pb2"), importlib.import_module("health_pb2")


def code_of(call) -> str:
    try:
        call()
        return "OK"
    except grpc.RpcError as error:
        return error.code().name


def main() -> None:
    address, tls, protos, vm = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4]
    text = {name: (tls / name).read_bytes() for name in ("ca.crt", "client.key", "client.crt")}
    seen = {}
    with tempfile.TemporaryDirectory() as folder:
        api, health = messages(protos, folder)

        def unary(channel, method, request, answer):
            path = method if method.startswith("/") else SERVICE + method
            call = channel.unary_unary(path, type(request).SerializeToString, answer.FromString)
            return call(request, timeout=SECONDS)

        credentials = grpc.ssl_channel_credentials(text["ca.crt"], text["client.key"], text["client.crt"])
        with grpc.secure_channel(address, credentials) as channel:
            watch = channel.unary_stream(
                SERVICE + "WatchEvents", api.WatchEventsRequest.SerializeToString, api.WatchEventsResponse.FromString
            )
            events = watch(api.WatchEventsRequest(kinds=["vm.created"]), timeout=SECONDS)
            events.initial_metadata()  # from here on nothing is missed
            created = unary(channel, "CreateVM", api.CreateVMRequest(name=vm), api.CreateVMResponse)
            seen["principal"] = created.operation.principal
            seen["event"] = next(events).event.vm.name
            listed = unary(channel, "ListVMs", api.ListVMsRequest(), api.ListVMsResponse)
            seen["vms"] = [found.name for found in listed.vms]
            unknown = api.GetVMStatusRequest(vm="nobody")
            seen["unknown"] = code_of(lambda: unary(channel, "GetVMStatus", unknown, api.GetVMStatusResponse))
            status = unary(
                channel, "/grpc.health.v1.Health/Check", health.HealthCheckRequest(), health.HealthCheckResponse
            ).status
            seen["health"] = health.HealthCheckResponse.ServingStatus.Name(status)
            events.cancel()

        for name, other in {
            "without_certificate": grpc.secure_channel(address, grpc.ssl_channel_credentials(text["ca.crt"])),
            "plain": grpc.insecure_channel(address),
        }.items():
            with other:
                seen[name] = code_of(lambda: unary(other, "ListVMs", api.ListVMsRequest(), api.ListVMsResponse))
    print(json.dumps(seen))


if __name__ == "__main__":
    main()
