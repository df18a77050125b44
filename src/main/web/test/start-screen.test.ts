import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseOptions } from '../src/options';
import { askWhereTo, type Entry } from '../src/start-screen';

/** As much of an element as the form asks for. */
class FakeElement {
  value = '';
  checked = false;
  hidden = true;
  textContent = '';
  invalid = 'false';
  oninput: () => void = () => {};
  onsubmit: (event: object) => void = () => {};
  focused = 0;

  constructor(readonly id: string) {}

  focus(): void {
    this.focused += 1;
  }

  setAttribute(_: string, value: string): void {
    this.invalid = value;
  }
}

test('a name or a room of spaces is refused in words below it, and the form stays; with both it is done', async () => {
  const elements = new Map<string, FakeElement>();
  const find = (id: string) => elements.get(id) ?? elements.set(id, new FakeElement(id)).get(id)!;
  Object.assign(globalThis, {
    document: { getElementById: find },
    localStorage: { getItem: () => null, setItem: () => {} },
  });
  let entry: Entry | null = null;
  void askWhereTo(parseOptions('')).then((chosen) => (entry = chosen));
  const [name, room] = [find('start-name'), find('start-room')];
  const submit = async (theName: string, theRoom: string) => {
    [name.value, room.value, name.focused, room.focused] = [theName, theRoom, 0, 0];
    find('start-form').onsubmit({ preventDefault: () => {} });
    await new Promise(setImmediate);
    return [name, room].map(({ id, invalid, focused }) => [find(`${id}-error`).textContent !== '', invalid, focused]);
  };

  assert.deepEqual(await submit('Ada', ' \t '), [[false, 'false', 0], [true, 'true', 1]]);
  assert.deepEqual(await submit('  ', 'r'), [[true, 'true', 1], [false, 'false', 0]]);
  assert.deepEqual(await submit('', ''), [[true, 'true', 1], [true, 'true', 0]], 'the first that is missing is where to go on');
  room.oninput();
  assert.equal(find('start-room-error').textContent, '', 'who mends it is not told so any more');
  assert.deepEqual([entry, find('start').hidden], [null, false]);

  await submit(' Ada ', ' r ');
  assert.deepEqual(entry, { room: 'r', name: 'Ada', audio: true, video: true });
  assert.equal(find('start').hidden, true);
});
