/** The error for a proxy that refuses a connection: its answer, and what to correct. */

/** Thrown before the request reached its host. */
export class ProxyRefusal extends Error {
  readonly status: number;

  /** @param status - status of the proxy's answer */
  constructor(proxy: URL, status: number) {
    const cure =
      status === 407
        ? "Correct the proxy's user name and password in the environment"
        : 'Have it let this host and port through';
    super(
      `the proxy ${proxy.host} answered ${status}. ${cure}, or name the host in NO_PROXY if it is reached without`,
    );
    this.status = status;
  }

  /** Whether retries are useless: the proxy itself refused, and did not just fail to reach the host. */
  get isFinal(): boolean {
    return this.status < 500;
  }
}
