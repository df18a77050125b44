import { byId } from './dom';
import { rememberedName, rememberName, suggestRoom } from './identity';
import type { Options } from './options';
import { words } from './strings';

export interface Entry {
  room: string;
  name: string;
  audio: boolean;
  video: boolean;
}

/** The form that asks for name and room. @returns what was chosen, when the person presses Join */
export function askWhereTo(options: Options): Promise<Entry> {
  const screen = byId('start');
  const form = byId<HTMLFormElement>('start-form');
  const name = byId<HTMLInputElement>('start-name');
  const room = byId<HTMLInputElement>('start-room');
  const audio = byId<HTMLInputElement>('start-audio');
  const video = byId<HTMLInputElement>('start-video');
  name.value = options.name || rememberedName();
  room.value = options.room || suggestRoom();
  audio.checked = options.audio;
  video.checked = options.video;
  screen.hidden = false;
  (name.value ? room : name).focus();
  return new Promise((resolve) => {
    form.onsubmit = (event) => {
      event.preventDefault();
      const missing = [check(name, words.nameMissing), check(room, words.roomMissing)].find((field) => field !== null);
      if (missing) {
        missing.focus();
        return;
      }
      screen.hidden = true;
      rememberName(name.value.trim());
      resolve({ room: room.value.trim(), name: name.value.trim(), audio: audio.checked, video: video.checked });
    };
  });
}

/** The browser's own check would take spaces for a name. @returns the field if nothing is in it, having said so below it */
function check(field: HTMLInputElement, complaint: string): HTMLInputElement | null {
  const missing = field.value.trim() === '';
  const error = byId(`${field.id}-error`);
  const show = (wrong: boolean) => {
    error.textContent = wrong ? complaint : '';
    field.setAttribute('aria-invalid', String(wrong));
  };
  show(missing);
  field.oninput = () => show(false);
  return missing ? field : null;
}
