/** Where the list is kept, so that a page that is loaded again knows it before any server has spoken. */
export interface ServerMemory {
  read(): string[];
  write(urls: string[]): void;
}

/** More than a node sends: what comes above is not from one. */
const MAX_SERVERS = 64;

/**
 * Which server to try next. After a loss first the one that was lost (often only the line broke, or it restarts), then each of
 * the others that it has named, at last the page's own; then over again.
 */
export class Servers {
  private others: string[];
  private current: string;
  /** What is tried one after the other since the last connection that was of use. */
  private round: string[];
  private tries = 0;

  /** @param home origin of the page */
  constructor(
    private readonly home: string,
    private readonly memory: ServerMemory,
  ) {
    this.current = home;
    this.others = this.usable(memory.read());
    this.round = [...new Set([...this.known, this.home])];
  }

  /** The origin to connect to now. */
  get address(): string {
    return this.round[this.tries % this.round.length]!;
  }

  /** Whether that is another than the one that was lost. */
  get elsewhere(): boolean {
    return this.address !== this.round[0];
  }

  get alone(): boolean {
    return this.round.length === 1;
  }

  /** How often all have been tried since the last connection that was of use. */
  get rounds(): number {
    return Math.floor(this.tries / this.round.length);
  }

  /** All that are known, this one first. */
  get known(): string[] {
    return [...new Set([this.current, ...this.others])];
  }

  /** The list of the server that we are connected to. Its own address stands first, and may be spelled unlike ours: ours works. */
  onList(urls: unknown): void {
    if (Array.isArray(urls)) {
      this.others = this.usable(urls.slice(1));
      this.memory.write(this.known);
    }
  }

  /** The connection has proved useful: after its loss all begins here. */
  settled(): void {
    const former = this.current;
    this.current = this.address;
    if (former !== this.current) {
      this.others.push(former);
    }
    this.memory.write(this.known);
    this.startRound();
  }

  /** A connection that was of use is gone, or a person wants to come back: the list as it is now holds. */
  startRound(): void {
    this.tries = 0;
    this.round = [...new Set([...this.known, this.home])];
  }

  /** Those of a list that can be spoken to from this page. */
  named(urls: unknown): string[] {
    return Array.isArray(urls) ? this.usable(urls) : [];
  }

  /** A server that takes nobody has named these: they come first. */
  redirectTo(urls: string[]): void {
    this.tries = 0;
    this.round = [...new Set([...urls, ...this.round])];
  }

  /** The try came to nothing. */
  failed(): void {
    this.tries += 1;
  }

  private usable(urls: unknown[]): string[] {
    const origins = urls.slice(0, MAX_SERVERS).map((url) => origin(url));
    // A page over https may not speak to a server without.
    const secure = this.home.startsWith('https:');
    return origins.filter((url): url is string => url !== null && (!secure || url.startsWith('https:')));
  }
}

function origin(url: unknown): string | null {
  try {
    const { protocol, origin } = new URL(String(url));
    return protocol === 'http:' || protocol === 'https:' ? origin : null;
  } catch {
    return null;
  }
}
