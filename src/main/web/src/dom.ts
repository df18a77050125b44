import { icon, type IconName } from './icons';

/** Makes an element: `element('p', 'hint', 'text')`. Text is always text, never markup. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className = '',
  text = '',
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

/** A button with an icon, and its words for everybody: as a tooltip and for a screen reader. */
export function iconButton(name: IconName, label: string, className: string, onPress: () => void): HTMLButtonElement {
  const button = element('button', className);
  button.type = 'button';
  button.addEventListener('click', onPress);
  setIcon(button, name, label);
  return button;
}

export function setIcon(button: HTMLElement, name: IconName, label: string): void {
  if (button.dataset.icon !== name) {
    button.dataset.icon = name;
    button.innerHTML = icon(name);
  }
  button.title = label;
  button.setAttribute('aria-label', label);
}

export function textButton(label: string, className: string, onPress: () => void): HTMLButtonElement {
  const button = element('button', className, label);
  button.type = 'button';
  button.addEventListener('click', onPress);
  return button;
}

export function byId<T extends HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}
