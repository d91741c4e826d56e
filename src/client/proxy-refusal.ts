/** A proxy that lets nothing through: what it answered, and what to correct. */

/** Nothing was sent to the host behind it. */
export class ProxyRefusal extends Error {
  readonly status: number;

  /** @param status - what it answered */
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

  /** Whether asking again changes nothing: it was the proxy's own decision, and not that it could not reach the host. */
  get isFinal(): boolean {
    return this.status < 500;
  }
}
