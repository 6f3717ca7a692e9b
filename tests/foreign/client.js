// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
//
// client.js MODULE_FOLDER ADDRESS TLS_FOLDER PROTO_FOLDER VM: uses the agent as a program in Node does, with
// @grpc/grpc-js, and prints what it saw as JSON. client.py does the same.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const {createRequire} = require('node:module');

const [modules, address, tls, protos, vm] = process.argv.slice(2);
const requireFrom = createRequire(path.join(path.resolve(modules), 'package.json'));
const grpc = requireFrom('@grpc/grpc-js');
const loader = requireFrom('@grpc/proto-loader');

const patienceMs = 20000;

function load(file) {
    const definition = loader.loadSync(file, {includeDirs: [protos], keepCase: true, enums: String});
    return grpc.loadPackageDefinition(definition);
}

function call(client, method, request) {
    return new Promise((resolve, reject) => {
        const options = {deadline: Date.now() + patienceMs};
        client[method](request, options, (error, answer) => (error ? reject(error) : resolve(answer)));
    });
}

async function codeOf(promise) {
    try {
        await promise;
        return 'OK';
    } catch (error) {
        return grpc.status[error.code] ?? String(error);
    }
}

async function main() {
    const text = (name) => fs.readFileSync(path.join(tls, name));
    const {AgentService} = load('ghost/agent/v1/agent.proto').ghost.agent.v1;
    const {Health} = load('grpc/health/v1/health.proto').grpc.health.v1;
    const ca = text('ca.crt');
    const credentials = grpc.credentials.createSsl(ca, text('client.key'), text('client.crt'));
    const agent = new AgentService(address, credentials);
    const seen = {};

    const events = agent.WatchEvents({kinds: ['vm.created']}, {deadline: Date.now() + patienceMs});
    const event = new Promise((resolve, reject) => events.once('data', resolve).on('error', reject));
    event.catch(() => {}); // looked at below
    await new Promise((resolve, reject) => events.once('metadata', resolve).once('error', reject));
    seen.principal = (await call(agent, 'CreateVM', {name: vm})).operation.principal;
    seen.event = (await event).event.vm.name;
    events.cancel();
    seen.vms = (await call(agent, 'ListVMs', {})).vms.map((found) => found.name);
    seen.unknown = await codeOf(call(agent, 'GetVMStatus', {vm: 'nobody'}));
    seen.health = (await call(new Health(address, credentials), 'Check', {})).status;

    for (const [name, other] of [
        ['without_certificate', grpc.credentials.createSsl(ca)],
        ['plain', grpc.credentials.createInsecure()],
    ])
        seen[name] = await codeOf(call(new AgentService(address, other), 'ListVMs', {}));
    process.stdout.write(JSON.stringify(seen) + '\n', () => process.exit(0));
}

main().catch((error) => {
    console.error(error);
    process.exit(1);
});
