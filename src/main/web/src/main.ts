import './app.css';
import { CallScreen } from './call-screen';
import { rememberedName, suggestName, tabPeerId } from './identity';
import { inspector } from './inspect';
import { parseOptions } from './options';
import { askWhereTo, type Entry } from './start-screen';

const options = parseOptions(location.search);
let entry: Entry = { ...options, name: options.name || rememberedName() || suggestName() };
if (!options.room || !options.autojoin) {
  entry = await askWhereTo(options);
  // Reloading, or sharing the address, leads to the same room.
  const query = new URLSearchParams(location.search);
  query.set('room', entry.room);
  query.delete('autojoin');
  history.replaceState(null, '', `?${query}`);
}
const peerId = options.peerId || (await tabPeerId());
const screen = new CallScreen(entry.room, peerId, entry.name, options);
window.plenum = inspector(screen);
await screen.call.start(entry.audio, entry.video);
