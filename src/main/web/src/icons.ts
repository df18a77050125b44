/** Line icons on a 24 × 24 grid, drawn for this page. */
const PATHS = {
  mic: '<rect x="9" y="3" width="6" height="11" rx="3"/><path d="M5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3"/>',
  micOff:
    '<path d="M9 9.5V6a3 3 0 0 1 6 0v4.5M15 14a3 3 0 0 1-6-1.5M5.5 11.5a6.5 6.5 0 0 0 10.6 5M18.3 13a6.5 6.5 0 0 0 .2-1.5M12 18v3M4 4l16 16"/>',
  camera: '<rect x="3" y="6" width="12" height="12" rx="2.5"/><path d="m15 10.5 6-3.5v10l-6-3.5"/>',
  cameraOff: '<path d="M9.5 6h3A2.5 2.5 0 0 1 15 8.5v3l6-4.5v10l-3-1.8M15 15.5a2.5 2.5 0 0 1-2.5 2.5h-7A2.5 2.5 0 0 1 3 15.5v-7A2.5 2.5 0 0 1 5 6.1M4 4l16 16"/>',
  screen: '<rect x="3" y="4" width="18" height="12" rx="2"/><path d="M8.5 20h7M12 13V7.5M9.5 9.5 12 7l2.5 2.5"/>',
  screenOff: '<rect x="3" y="4" width="18" height="12" rx="2"/><path d="M8.5 20h7M9.7 7.7l4.6 4.6M14.3 7.7l-4.6 4.6"/>',
  sound: '<path d="M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM15.5 9a4 4 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11"/>',
  soundOff: '<path d="M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM16 9.5l5 5M21 9.5l-5 5"/>',
  leave: '<path d="M3.2 14.8c-.9-1-.9-2.5.1-3.5 4.8-4.6 12.6-4.6 17.4 0 1 1 1 2.5.1 3.5l-.8.9c-.5.5-1.2.6-1.8.3l-2.3-1.2c-.6-.3-.9-.9-.8-1.5l.2-1.3a10 10 0 0 0-6.6 0l.2 1.3c.1.6-.2 1.2-.8 1.5L5.8 16c-.6.3-1.3.2-1.8-.3z"/>',
  info: '<path d="M4 19v-5M9.3 19V9M14.7 19v-7M20 19V5"/>',
  link: '<path d="M10 13.5a4 4 0 0 0 5.7.3l3-3a4 4 0 0 0-5.7-5.7l-1.5 1.5M14 10.5a4 4 0 0 0-5.7-.3l-3 3a4 4 0 0 0 5.7 5.7l1.5-1.5"/>',
  people: '<circle cx="9" cy="8" r="3.5"/><path d="M2.5 20a6.5 6.5 0 0 1 13 0M16 4.8a3.5 3.5 0 0 1 0 6.4M18 14.2a6.5 6.5 0 0 1 3.5 5.8"/>',
  enlarge: '<path d="M14 4h6v6M10 20H4v-6M20 4l-7 7M4 20l7-7"/>',
  shrink: '<path d="M19.5 10.5h-6v-6M4.5 13.5h6v6M13.5 10.5 20 4M10.5 13.5 4 20"/>',
  close: '<path d="M6 6l12 12M18 6 6 18"/>',
  chat: '<path d="M5 4.5h14a1.8 1.8 0 0 1 1.8 1.8v9.4a1.8 1.8 0 0 1-1.8 1.8h-7.2L7 21.5v-4H5a1.8 1.8 0 0 1-1.8-1.8V6.3A1.8 1.8 0 0 1 5 4.5zM8 9.3h8M8 12.8h5"/>',
  attach: '<path d="m20 11.5-8 8a5 5 0 0 1-7.1-7.1l8.3-8.3a3.4 3.4 0 0 1 4.8 4.8l-8.2 8.2a1.7 1.7 0 0 1-2.4-2.4l7.5-7.5"/>',
  send: '<path d="M4.5 12 3.6 4.8a.8.8 0 0 1 1.1-.8l16.1 7.3a.8.8 0 0 1 0 1.4L4.7 20a.8.8 0 0 1-1.1-.8zM4.5 12H12"/>',
  file: '<path d="M13.5 3H7a1.8 1.8 0 0 0-1.8 1.8v14.4A1.8 1.8 0 0 0 7 21h10a1.8 1.8 0 0 0 1.8-1.8V8.3zM13.5 3v5.3h5.3"/>',
  edit: '<path d="M4 20h4L19 9l-4-4L4 16zM13 7l4 4"/>',
} as const;

export type IconName = keyof typeof PATHS;

/** An icon as markup. It says nothing to a screen reader: the button around it has the words. */
export function icon(name: IconName): string {
  return `<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">${PATHS[name]}</svg>`;
}
