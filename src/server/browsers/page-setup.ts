/** Applies a session's plan to its pages over our own connection: headers, the first page and its size. */
import { Queue } from '../../base/queue';
import type { CdpConnection } from '../../cdp/connection';
import type { CdpEvents } from '../../cdp/protocol';
import type { SessionTargets } from '../../cdp/session-targets';
import type { SessionPlan } from './session-plan';

/** All targets that send requests: pages, cross-site frames and workers. */
const AUTO_ATTACH = { autoAttach: true, waitForDebuggerOnStart: true, flatten: true } as const;

/** Applies a plan to the pages of one browser. Without headers in the plan it attaches to no page, because that costs each page time. */
export class PageSetup {
  readonly #connection: CdpConnection;
  readonly #targets: SessionTargets;
  readonly #plan: SessionPlan;
  readonly #ensuring = new Queue();

  constructor(connection: CdpConnection, targets: SessionTargets, plan: SessionPlan) {
    this.#connection = connection;
    this.#targets = targets;
    this.#plan = plan;
  }

  /** From now on every new page gets its headers before it sends its first request. */
  async apply(): Promise<void> {
    const { extraHTTPHeaders: extraHTTPHeaders } = this.#plan.request;
    if (!extraHTTPHeaders) return;
    this.#connection.on('Target.attachedToTarget', (event) =>
      this.#prepare(event, extraHTTPHeaders),
    );
    await this.#connection.send('Target.setAutoAttach', AUTO_ATTACH);
  }

  /** Opens a page of the wanted size in the default context, unless one exists. Calls run one after the other. */
  ensurePage(): Promise<void> {
    return this.#ensuring.run(() => this.#openFirstPage());
  }

  async #openFirstPage(): Promise<void> {
    const [{ browserContextIds }] = await Promise.all([
      this.#connection.send('Target.getBrowserContexts'),
      this.#targets.ready,
    ]);
    const { pages } = this.#targets;
    if (pages.some(({ contextId = '' }) => !browserContextIds.includes(contextId))) return;
    const { targetId } = await this.#connection.send('Target.createTarget', { url: 'about:blank' });
    if (this.#plan.size) await this.#resize(targetId, this.#plan.size);
  }

  /** A headless window has a frame too, so this sets the size of the page, not of the window. */
  async #resize(targetId: string, size: { width: number; height: number }): Promise<void> {
    const { windowId } = await this.#connection.send('Browser.getWindowForTarget', { targetId });
    await this.#connection.send('Browser.setContentsSize', { windowId, ...size }).catch(() => {}); // older browsers do not support it; --window-size came close
  }

  #prepare(
    { sessionId, waitingForDebugger }: CdpEvents['Target.attachedToTarget'],
    headers: Record<string, string>,
  ): void {
    if (!waitingForDebugger) return; // attached by another part of the server, which resumes it
    const target = this.#connection.session(sessionId);
    target.on('Target.attachedToTarget', (event) => this.#prepare(event, headers));
    const prepare = (): void => {
      const steps = [
        target.send('Target.setAutoAttach', AUTO_ATTACH),
        target.send('Network.enable'),
        target.send('Network.setExtraHTTPHeaders', { headers }),
        target.send('Runtime.runIfWaitingForDebugger'),
      ];
      for (const step of steps) step.catch(() => {}); // the target may be gone already, and not every kind knows every domain
    };
    target.on('Inspector.targetReloadedAfterCrash', prepare); // a service worker that starts again, which waits for us
    prepare();
  }
}
