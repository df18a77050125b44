/** The browser, as the others may want to show it. */
export function describeBrowser(userAgent: string): { flag: string; name: string; version: string } {
  for (const [flag, name, pattern] of [
    ['edge', 'Edge', /Edg\/([\d.]+)/],
    ['firefox', 'Firefox', /Firefox\/([\d.]+)/],
    ['chrome', 'Chrome', /Chrome\/([\d.]+)/],
    ['safari', 'Safari', /Version\/([\d.]+).*Safari/],
  ] as const) {
    const version = pattern.exec(userAgent)?.[1];
    if (version) {
      return { flag, name, version };
    }
  }
  return { flag: 'unknown', name: 'Browser', version: '' };
}
