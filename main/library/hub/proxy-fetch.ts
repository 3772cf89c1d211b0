import type { Dispatcher } from 'undici';

/** As programs of the shell spell them; the lower-case one goes first, as it does for curl. */
function variable(environment: NodeJS.ProcessEnv, name: string): string | undefined {
  const value = environment[name] ?? environment[name.toUpperCase()];
  return value === '' ? undefined : value;
}

/**
 * `fetch` through the proxies the user's environment names (`HTTP_PROXY`, `HTTPS_PROXY`, `NO_PROXY`, in either case), which Node's own
 * leaves aside; Node's own where none is named.
 */
export function proxyFetch(environment: NodeJS.ProcessEnv): typeof globalThis.fetch {
  const httpProxy = variable(environment, 'http_proxy');
  const httpsProxy = variable(environment, 'https_proxy') ?? httpProxy;
  if (httpProxy === undefined && httpsProxy === undefined) return fetch;
  let dispatcher: Dispatcher | null = null;
  return async (input, init) => {
    // Only now: its 15 MB would stay with every engine, which most never need.
    const { EnvHttpProxyAgent, fetch: fetchThrough } = await import('undici');
    dispatcher ??= new EnvHttpProxyAgent({
      httpProxy: httpProxy ?? '',
      httpsProxy: httpsProxy ?? '',
      noProxy: variable(environment, 'no_proxy') ?? '',
    });
    const { method = 'GET', headers, signal } = init ?? {};
    const response = await fetchThrough(input instanceof Request ? input.url : input, {
      method,
      headers: Object.fromEntries(new Headers(headers)),
      ...(signal && { signal }),
      dispatcher,
    });
    // The same class from another copy of the library that Node carries.
    return response as unknown as Response;
  };
}
