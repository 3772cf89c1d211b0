import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { HubServer } from '../testing/hub-server';
import { readHubRepository } from './hub-repository';
import { readHubId } from './hub-id';
import { proxyFetch } from './proxy-fetch';

let hub: HubServer;
let endpoint: string;
let proxy: Server;
let address: string;
let refuses: boolean;
/** What the proxy was asked to connect to. */
let asked: string[];
const sockets = new Set<Duplex>();

beforeEach(async () => {
  hub = new HubServer('org/small', { 'config.json': '{}', 'model.safetensors': 'weights' });
  endpoint = await hub.start();
  [asked, refuses] = [[], false];
  proxy = createServer();
  proxy.on('connect', (request, socket, head) => {
    asked.push(request.url ?? '');
    sockets.add(socket);
    if (refuses) {
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      return;
    }
    const { hostname, port } = new URL(`http://${request.url ?? ''}`);
    const through = connect(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      through.write(head);
      socket.pipe(through).pipe(socket);
    });
    sockets.add(through);
  });
  await new Promise<void>((resolve) => {
    proxy.listen(0, '127.0.0.1', resolve);
  });
  address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  await hub.stop();
  await new Promise((resolve) => proxy.close(resolve));
});

const read = async (environment: NodeJS.ProcessEnv): Promise<string> =>
  (await readHubRepository(readHubId('org/small'), { HF_ENDPOINT: endpoint, ...environment }, new AbortController().signal)).commit;

it.each(['HTTP_PROXY', 'http_proxy'])('asks the hub through the proxy of %s', async (name) => {
  await expect(read({ [name]: address, HF_TOKEN: 'secret' })).resolves.toBe(hub.commit);
  expect(new Set(asked)).toEqual(new Set([new URL(endpoint).host]));
});

it('goes past the proxy where the environment says so, or names none', async () => {
  await expect(read({ HTTP_PROXY: address, NO_PROXY: '127.0.0.1' })).resolves.toBe(hub.commit);
  await expect(read({ HTTP_PROXY: '' })).resolves.toBe(hub.commit);
  expect(asked).toEqual([]);
});

it('says that the hub cannot be reached where the proxy refuses or is not there', async () => {
  refuses = true;
  await expect(read({ HTTP_PROXY: address })).rejects.toMatchObject({ code: 'unreachable' });
  await expect(read({ HTTP_PROXY: 'http://127.0.0.1:1' })).rejects.toMatchObject({ code: 'unreachable' });
});

it('carries headers, ranges and ends with its signal', async () => {
  const fetchThrough = proxyFetch({ HTTP_PROXY: address });
  const url = `${endpoint}/org/small/resolve/${hub.commit}/model.safetensors`;
  const response = await fetchThrough(url, { headers: { Range: 'bytes=3-' } });
  expect([response.status, response.headers.get('content-range'), await response.text()]).toEqual([206, 'bytes 3-6/7', 'ghts']);
  hub.mood.silent = true;
  await expect(fetchThrough(url, { signal: AbortSignal.timeout(50) })).rejects.toMatchObject({ name: 'TimeoutError' });
});
