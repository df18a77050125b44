import { byId } from './dom';
import { rememberedName, rememberName, suggestRoom } from './identity';
import type { Options } from './options';

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
      screen.hidden = true;
      rememberName(name.value.trim());
      resolve({ room: room.value.trim(), name: name.value.trim(), audio: audio.checked, video: video.checked });
    };
  });
}
