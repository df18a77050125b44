import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { Tile, type TileSource } from '../src/tile';
import { Tiles } from '../src/tiles';

/** As much of an element as tiles ask for. */
class FakeElement {
  readonly children: FakeElement[] = [];
  readonly dataset: Record<string, string> = {};
  readonly style = { setProperty: () => {} };
  readonly classes = new Set<string>();
  readonly classList = {
    toggle: (name: string, on: boolean) => (on ? this.classes.add(name) : this.classes.delete(name)),
    contains: (name: string) => this.classes.has(name),
  };
  srcObject: unknown = null;
  readonly clientWidth = 800;
  readonly clientHeight = 600;
  hidden = false;
  className = '';
  private parent: FakeElement | null = null;

  append(...children: FakeElement[]): void {
    children.forEach((child) => this.insertBefore(child, null));
  }

  insertBefore(child: FakeElement, next: FakeElement | null): void {
    assert.equal(child.parent, null, 'a picture that is moved stops for a moment');
    child.parent = this;
    this.children.splice(next ? this.children.indexOf(next) : this.children.length, 0, child);
  }

  remove(): void {
    this.parent!.children.splice(this.parent!.children.indexOf(this), 1);
  }

  private readonly listeners = new Map<string, () => void>();

  setAttribute(): void {}
  addEventListener(type: string, listener: () => void): void {
    this.listeners.set(type, listener);
  }
  emit(type: string): void {
    this.listeners.get(type)!();
  }
  async play(): Promise<void> {}
}

class FakeStream {
  constructor(private readonly tracks: unknown[]) {}
  getTracks(): unknown[] {
    return this.tracks;
  }
}

let made: FakeElement[];

beforeEach(() => {
  made = [];
  const createElement = () => {
    made.push(new FakeElement());
    return made.at(-1);
  };
  Object.assign(globalThis, { document: { createElement }, MediaStream: FakeStream });
});

const listener = { onPin: () => {}, onRename: () => {}, onSoundBlocked: () => {} };

test('the avatar stays until the first frame of each track, and comes back when there is none', () => {
  const tile = new Tile('ada', 'video', false, listener);
  const [element, video] = made as [FakeElement, FakeElement];
  const shown = () => element.classes.has('has-picture');
  const [first, second] = [{}, {}] as MediaStreamTrack[];

  tile.setVideo(first!);
  assert.equal(shown(), false, 'a stream that is offered has no picture yet');
  video.emit('loadeddata');
  assert.equal(shown(), true);
  tile.setVideo(first!);
  assert.equal(shown(), true, 'the same track goes on');
  tile.setVideo(second!);
  assert.equal(shown(), false);
  video.emit('loadeddata');
  tile.setVideo(null);
  assert.equal(shown(), false);
});

test('others are marked as muted until their microphone is heard of, oneself is not', () => {
  const marked = (source: TileSource, local: boolean) => {
    made = [];
    new Tile('ada', source, local, listener);
    return made.some(({ className, hidden }) => className === 'tile-mic' && !hidden);
  };
  assert.equal(marked('video', false), true, 'without a microphone, and without a word of it');
  assert.equal(marked('video', true), false);
  assert.equal(marked('screensharing', false), false, 'a screen has no microphone');
});

test('people stand in the document as they are seen, others first and oneself last, whoever came when', () => {
  Object.assign(globalThis, {
    ResizeObserver: class {
      observe(): void {}
    },
  });
  const container = new FakeElement();
  const tiles = new Tiles(container as never, { onRename: () => {}, onSoundBlocked: () => {} });
  const order = () => container.children.map(({ dataset }) => `${dataset.peer} ${dataset.source}`);

  tiles.ensure('me', 'video', true, 'Me');
  tiles.ensure('ada', 'video', false, 'Ada');
  tiles.ensure('me', 'screensharing', true, 'Me');
  tiles.ensure('bob', 'video', false, 'Bob');
  tiles.ensure('ada', 'screensharing', false, 'Ada');
  assert.deepEqual(order(), ['ada video', 'bob video', 'ada screensharing', 'me video', 'me screensharing']);

  tiles.remove('me', 'video');
  tiles.ensure('carol', 'video', false, 'Carol');
  assert.deepEqual(order(), ['ada video', 'bob video', 'ada screensharing', 'carol video', 'me screensharing']);
});
