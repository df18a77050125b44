import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { HeldSound } from '../src/held-sound';

let page: EventTarget;
let allowed: boolean;
let plays: number;
let told: boolean[];
let sound: HeldSound;

const press = (type: string) => page.dispatchEvent(new Event(type));

beforeEach(() => {
  [page, allowed, plays, told] = [new EventTarget(), false, 0, []];
  const play = () => {
    plays += 1;
    return allowed;
  };
  sound = new HeldSound(page, play, (held) => told.push(held));
});

test('as long as the browser lets sound play, presses are not looked at', () => {
  press('pointerdown');
  assert.deepEqual([plays, told], [0, []]);
});

for (const type of ['pointerdown', 'pointerup', 'click', 'keydown']) {
  test(`sound that is held back plays at the first ${type}, wherever it is, and once`, () => {
    sound.onRefused();
    sound.onRefused();
    assert.deepEqual(told, [true]);
    allowed = true;
    press(type);
    press(type);
    assert.deepEqual([plays, told], [1, [true, false]]);
  });
}

test('a press that is not enough for the browser is followed by the next, and nothing is said again', () => {
  sound.onRefused();
  press('pointerdown');
  sound.onRefused();
  allowed = true;
  press('pointerup');
  assert.deepEqual([plays, told], [2, [true, false]]);
});

test('sound that is held back a second time is played a second time', () => {
  for (let i = 1; i <= 2; i++) {
    allowed = false;
    sound.onRefused();
    allowed = true;
    press('keydown');
    assert.equal(plays, i);
  }
  assert.deepEqual(told, [true, false, true, false]);
});
