/** A Selenium Grid whose nodes are lost and come back, and whose hub is started anew. */
import { gridParts } from '../../scripts/lib/grid-parts.mjs';
import { startGrid, whereIs, type LocalGrid } from '../../scripts/lib/grid.mjs';

/** A Grid that can be struck. */
export class StruckGrid {
  readonly #grid: LocalGrid;
  /** The nodes that are coming back. */
  #recovering: Promise<void> = Promise.resolve();

  private constructor(grid: LocalGrid) {
    this.#grid = grid;
  }

  /** What a Grid on this machine lacks, in words; undefined when it lacks nothing. */
  static missing(): string | undefined {
    const names = ['java', 'chromedriver'].filter((name) => whereIs(name) === undefined);
    return names.length > 0 ? `no ${names.join(' and no ')} on the PATH` : undefined;
  }

  static async open(): Promise<StruckGrid> {
    return new StruckGrid(await startGrid({ parts: await gridParts() }));
  }

  get url(): string {
    return this.#grid.url;
  }

  /** How many nodes it has. */
  get size(): number {
    return this.#grid.nodes.length;
  }

  /** A node dies with its browsers, as a machine that is gone, and comes back meanwhile. One that is gone already is waited for. */
  async loseNode(index: number): Promise<void> {
    await this.#recovering;
    await this.#grid.nodes[index]?.kill();
    this.#recovering = this.#grid.startNode(index);
    this.#recovering.catch(() => undefined); // whoever waits for it is told
  }

  async restartHub(): Promise<void> {
    await this.#grid.killHub();
    await this.#grid.startHub();
  }

  /** Every node is there. */
  async recovered(): Promise<void> {
    await this.#recovering;
  }

  async sessions(): Promise<string[]> {
    const used = await this.#grid.usedSlots();
    return used === 0 ? [] : [`${used} slots of the Grid`];
  }

  async close(): Promise<void> {
    await this.#recovering.catch(() => undefined);
    await this.#grid.close();
  }
}
