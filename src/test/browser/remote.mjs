// Remote control of real browsers, for tests in another language.
//
// One JSON command per line on stdin, one JSON answer per line on stdout, matched by `id`; commands run side by side.
//   {id, cmd: "launch", browser: "chromium" | "firefox", executablePath, args?, prefs?}  → {browserId, version}
//   {id, cmd: "newPage", browserId, url, width?, height?, dark?, beforeLoad?}            → {pageId}
//     beforeLoad: JavaScript that runs in every document of the page before the document's own
//   {id, cmd: "goto", pageId, url} · {id, cmd: "reload", pageId}                         → {}
//   {id, cmd: "evaluate", pageId, expression, timeoutMs?}     → {value}: JSON; promises are awaited
//   {id, cmd: "click", pageId, selector}                      → {}: a real click, with user activation
//   {id, cmd: "type", pageId, selector, text}                 → {}
//   {id, cmd: "screenshot", pageId, path, width?, height?}    → {}
//   {id, cmd: "logs", pageId}                                 → {logs: [{type, text}]}: console and page errors since the last time
//   {id, cmd: "closePage", pageId} · {id, cmd: "close", browserId}                       → {}
// An answer has ok: true, or ok: false and `error`. When stdin closes, everything ends: browsers first, then this.
import { createInterface } from 'node:readline';
import puppeteer from 'puppeteer-core';

/** Needed to run headless, as root, without a camera, and to reach a server on 127.0.0.1. */
const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--disable-dev-shm-usage',
  '--disable-gpu',
  '--mute-audio',
  // Without =fps=30 the fake camera gives 20 frames per second.
  '--use-fake-device-for-media-stream=fps=30',
  '--use-fake-ui-for-media-stream',
  '--auto-select-desktop-capture-source=Entire screen',
  '--autoplay-policy=no-user-gesture-required',
  '--disable-features=WebRtcHideLocalIpsWithMdns',
  '--allow-loopback-in-peer-connection',
];
const FIREFOX_PREFS = {
  'media.navigator.streams.fake': true,
  'media.navigator.permission.disabled': true,
  'media.peerconnection.ice.loopback': true,
  'media.peerconnection.ice.obfuscate_host_addresses': false,
  'media.autoplay.default': 0,
  'network.dns.disableIPv6': true,
  'media.gmp-manager.updateEnabled': false,
};
const EVALUATE_TIMEOUT_MS = 30_000;
const CLOSE_TIMEOUT_MS = 5_000;
const MAX_LOGS_PER_PAGE = 1_000;
const DEFAULT_VIEWPORT = { width: 1280, height: 800 };

const browsers = new Map();
const pages = new Map();
let lastId = 0;

const commands = {
  async launch({ browser, executablePath, args = [], prefs = {} }) {
    const firefox = browser === 'firefox';
    const launched = await puppeteer.launch({
      browser: firefox ? 'firefox' : 'chrome',
      executablePath,
      headless: true,
      // A pipe, where there is one: the browser ends with us even if we are killed. Each launch gets a fresh profile.
      pipe: !firefox,
      args: firefox ? args : [...CHROMIUM_ARGS, ...args],
      ...(firefox ? { extraPrefsFirefox: { ...FIREFOX_PREFS, ...prefs } } : {}),
      acceptInsecureCerts: true,
      // Each page gets its size by resize().
      defaultViewport: null,
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
    });
    const browserId = `b${++lastId}`;
    browsers.set(browserId, launched);
    return { browserId, version: await launched.version() };
  },

  async newPage({ browserId, url, width, height, dark, beforeLoad }) {
    // A context of its own: two pages are two people, who share no storage.
    const context = await known(browsers, browserId).createBrowserContext();
    const page = await context.newPage();
    const pageId = `p${++lastId}`;
    const logs = [];
    const log = (type, text) => {
      logs.push({ type, text });
      if (logs.length > MAX_LOGS_PER_PAGE) {
        logs.shift();
      }
    };
    page.on('console', (message) => log(message.type(), message.text()));
    page.on('pageerror', (error) => log('pageerror', error instanceof Error ? (error.stack ?? error.message) : String(error)));
    page.on('requestfailed', (request) => log('requestfailed', `${request.url()} ${request.failure()?.errorText ?? ''}`));
    pages.set(pageId, { page, context, logs });
    await resize(page, width && height ? { width, height } : DEFAULT_VIEWPORT);
    if (dark !== undefined) {
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }]);
    }
    if (beforeLoad) {
      await page.evaluateOnNewDocument(beforeLoad);
    }
    await page.goto(url, { waitUntil: 'domcontentloaded' });
    return { pageId };
  },

  async goto({ pageId, url }) {
    await known(pages, pageId).page.goto(url, { waitUntil: 'domcontentloaded' });
  },

  async reload({ pageId }) {
    await known(pages, pageId).page.reload({ waitUntil: 'domcontentloaded' });
  },

  async evaluate({ pageId, expression, timeoutMs = EVALUATE_TIMEOUT_MS }) {
    const value = await within(timeoutMs, known(pages, pageId).page.evaluate(expression));
    return { value: value ?? null };
  },

  async click({ pageId, selector }) {
    await known(pages, pageId).page.click(selector);
  },

  async type({ pageId, selector, text }) {
    await known(pages, pageId).page.type(selector, text);
  },

  async screenshot({ pageId, path, width, height }) {
    const { page } = known(pages, pageId);
    if (width && height) {
      await resize(page, { width, height });
    }
    await page.screenshot({ path });
  },

  async logs({ pageId }) {
    return { logs: known(pages, pageId).logs.splice(0) };
  },

  async closePage({ pageId }) {
    const { context } = known(pages, pageId);
    pages.delete(pageId);
    await context.close();
  },

  async close({ browserId }) {
    const browser = known(browsers, browserId);
    browsers.delete(browserId);
    for (const [pageId, { page }] of pages) {
      if (page.browser() === browser) {
        pages.delete(pageId);
      }
    }
    await end(browser);
  },
};

function known(map, id) {
  const found = map.get(id);
  if (!found) {
    throw new Error(`there is no ${id}`);
  }
  return found;
}

/**
 * Older Firefoxes (the ESR of Debian without its updates is 140) know how to set a size, but not the screen's orientation, which
 * Puppeteer sets with it: that part they may refuse.
 */
async function resize(page, viewport) {
  try {
    await page.setViewport(viewport);
  } catch (error) {
    if (!String(error).includes('unknown command emulation.setScreenOrientationOverride')) {
      throw error;
    }
  }
}

function within(timeoutMs, promise) {
  let timer;
  const timeout = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  });
  return Promise.race([promise, timeout]).finally(() => clearTimeout(timer));
}

/** Asks it to close; if it does not, ends its process. */
async function end(browser) {
  try {
    await within(CLOSE_TIMEOUT_MS, browser.close());
  } catch {
    browser.process()?.kill('SIGKILL');
  }
}

function answer(message) {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

async function run(line) {
  let id = null;
  try {
    const command = JSON.parse(line);
    id = command.id ?? null;
    const handler = Object.hasOwn(commands, command.cmd) ? commands[command.cmd] : null;
    if (!handler) {
      throw new Error(`unknown cmd ${command.cmd}`);
    }
    answer({ id, ok: true, ...(await handler(command)) });
  } catch (error) {
    answer({ id, ok: false, error: error instanceof Error ? error.message : String(error) });
  }
}

async function endAll() {
  await Promise.all([...browsers.values()].map(end));
  process.exit(0);
}

const input = createInterface({ input: process.stdin, crlfDelay: Infinity });
input.on('line', (line) => {
  if (line.trim()) {
    void run(line);
  }
});
input.on('close', () => void endAll());
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) {
  process.on(signal, () => void endAll());
}
