import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Tiles } from '../src/tiles';

/** As much of an element as tiles ask for. */
class FakeElement {
  readonly children: FakeElement[] = [];
  readonly dataset: Record<string, string> = {};
  readonly style = { setProperty: () => {} };
  readonly classList = { toggle: () => {}, contains: () => false };
  readonly clientWidth = 800;
  readonly clientHeight = 600;
  hidden = false;
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

  setAttribute(): void {}
  addEventListener(): void {}
}

test('people stand in the document as they are seen, others first and oneself last, whoever came when', () => {
  Object.assign(globalThis, {
    document: { createElement: () => new FakeElement() },
    ResizeObserver: class {
      observe(): void {}
    },
    MediaStream: class {},
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
