import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server the app must never talk to; it notes who tried. */
export interface Outside {
  readonly address: string;
  readonly requests: readonly string[];
  close(): Promise<void>;
}

export async function openOutside(): Promise<Outside> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    response.setHeader('access-control-allow-origin', '*').end('outside');
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
      }),
  };
}
