import { layoutGrid, layoutStage } from './grid';
import { Tile, type TileListener, type TileSource } from './tile';

const GAP_PX = 10;
const GAP_PHONE_PX = 6;
const PHONE_WIDTH_PX = 600;

/** All tiles, and where they go. */
export class Tiles {
  private readonly tiles = new Map<string, Tile>();
  private pinned: Tile | null = null;
  private readonly resize: ResizeObserver;

  constructor(
    private readonly container: HTMLElement,
    private readonly listener: Omit<TileListener, 'onPin'>,
  ) {
    this.resize = new ResizeObserver(() => this.layout());
    this.resize.observe(container);
  }

  get all(): Tile[] {
    return [...this.tiles.values()];
  }

  find(peerId: string, source: TileSource): Tile | null {
    return this.tiles.get(key(peerId, source)) ?? null;
  }

  /** The tile of this person's camera or screen; made if there is none yet. */
  ensure(peerId: string, source: TileSource, local: boolean, name: string): Tile {
    const existing = this.find(peerId, source);
    if (existing) {
      return existing;
    }
    const tile = new Tile(peerId, source, local, { ...this.listener, onPin: (pressed) => this.togglePin(pressed) });
    tile.setName(name);
    this.tiles.set(key(peerId, source), tile);
    this.container.insertBefore(tile.element, local ? null : this.firstOwn);
    if (source === 'screensharing' && !local) {
      this.pin(tile); // Who shares a screen wants it to be seen.
    }
    this.layout();
    return tile;
  }

  private get firstOwn(): HTMLElement | null {
    return this.all.find(({ local }) => local)?.element ?? null;
  }

  remove(peerId: string, source: TileSource): void {
    const tile = this.find(peerId, source);
    if (tile) {
      this.tiles.delete(key(peerId, source));
      tile.close();
      if (this.pinned === tile) {
        this.pinned = null;
      }
      this.layout();
    }
  }

  close(): void {
    this.resize.disconnect();
    this.all.forEach((tile) => tile.close());
    this.tiles.clear();
  }

  private togglePin(tile: Tile): void {
    this.pin(this.pinned === tile ? null : tile);
    this.layout();
  }

  private pin(tile: Tile | null): void {
    this.pinned?.setPinned(false);
    this.pinned = tile;
    tile?.setPinned(true);
  }

  private layout(): void {
    // Others first, oneself last: the eye starts at the top left. In the document they stand in the same order, for those who read
    // it or go through it with the keyboard. An enlarged tile keeps its place there: to move it would take the focus from its button.
    const ordered = this.all.sort((a, b) => Number(a.local) - Number(b.local));
    const { clientWidth: width, clientHeight: height } = this.container;
    const gap = width < PHONE_WIDTH_PX ? GAP_PHONE_PX : GAP_PX;
    const stage = this.pinned ? ordered.indexOf(this.pinned) : -1;
    const rects =
      stage < 0 ? layoutGrid(ordered.length, width, height, gap) : layoutStage(ordered.length, stage, width, height, gap);
    ordered.forEach(({ element }, index) => {
      const { left, top, width: tileWidth, height: tileHeight } = rects[index]!;
      element.style.transform = `translate(${left}px, ${top}px)`;
      element.style.width = `${tileWidth}px`;
      element.style.height = `${tileHeight}px`;
      element.classList.toggle('is-small', tileWidth < 240);
      // While they move, the small ones pass before the large one.
      element.style.zIndex = index === stage ? '0' : '1';
    });
  }
}

function key(peerId: string, source: TileSource): string {
  return `${source}/${peerId}`;
}
