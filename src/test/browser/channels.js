// Runs in a page of a call before the page's own script, beside witness.js: sends and receives on data channels of its own, so that
// a test can compare what one page sent with what another received. Messages are compared by hash; none leaves the page.
{
  const MESSAGES = 1_000;
  const MAX_BYTES = 262_144;
  /** Around what fits a packet, and where implementations change their minds. */
  const EDGES = [
    1, 2, 255, 256, 1_024, 1_130, 1_156, 1_160, 1_172, 1_173, 1_176, 1_187, 1_188, 1_200, 2_312, 2_344, 4_096, 8_192, 16_384, 65_535,
  ];
  /** What may be under way on a reliable channel: a node keeps 2 MB for a receiver, and drops what is above. */
  const WINDOW_BYTES = 1_000_000;
  const HIGH_WATER_BYTES = 256_000;
  const LOW_WATER_BYTES = 64_000;
  const CREDIT_BYTES = 100_000;
  const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

  const own = new Map();
  const heard = new Map();
  const credits = new Map();

  /**
   * 1 byte to 256 KiB: of a thousand, two are as large as may be, or a byte less, 50 are at an edge, and all others fit a packet.
   * Together 1.1 MB: with 3 % loss every lost packet may cost a second, so that more would only take longer.
   */
  const sizeOf = (index) => {
    if (index === 333 || index === 666) {
      return index === 333 ? MAX_BYTES : MAX_BYTES - 1;
    }
    return index % 20 === 10 ? EDGES[Math.floor(index / 20) % EDGES.length] : 1 + ((index * 7_919) % 900);
  };

  /** Every third is a text. */
  const contentOf = (seed, index) => {
    const bytes = new Uint8Array(sizeOf(index));
    let state = (seed * 1_000_003 + index * 7_919 + 1) >>> 0;
    for (let i = 0; i < bytes.length; i++) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      bytes[i] = index % 3 === 0 ? 32 + ((state >>> 8) & 63) : state >>> 8;
    }
    return index % 3 === 0 ? new TextDecoder().decode(bytes) : bytes.buffer;
  };

  const hashOf = (data) => {
    const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : new Uint8Array(data);
    let [a, b] = [0x811c9dc5, 0x9e3779b9];
    for (const byte of bytes) {
      a = Math.imul(a ^ byte, 0x01000193);
      b = Math.imul(b ^ (byte + (a >>> 24)), 0x85ebca6b);
    }
    return `${typeof data === 'string' ? 't' : 'b'}${bytes.length}-${(a >>> 0).toString(16)}${(b >>> 0).toString(16)}`;
  };

  const lengthOf = (data) => (typeof data === 'string' ? data.length : data.byteLength);

  const listen = (consumer, peerId) => {
    consumer.binaryType = 'arraybuffer';
    if (consumer.label === 'credit') {
      consumer.on('message', (text) => {
        const { of, label, bytes } = JSON.parse(text);
        if (of === window.plenum.state().peerId) {
          credits.set(label, bytes);
        }
      });
      return;
    }
    const hashes = [];
    heard.set(consumer.label, { consumer, hashes });
    let bytes = 0;
    let told = 0;
    consumer.on('message', (data) => {
      hashes.push(hashOf(data));
      bytes += lengthOf(data);
      if (bytes - told >= CREDIT_BYTES || hashes.length === MESSAGES) {
        told = bytes;
        own.get('credit').send(JSON.stringify({ of: peerId, label: consumer.label, bytes }));
      }
    });
  };

  const room = async (producer) => {
    while (producer.bufferedAmount > HIGH_WATER_BYTES) {
      await new Promise((done) => producer.once('bufferedamountlow', done));
    }
  };

  window.channels = {
    /** To be called once in each page, before anybody opens one: nobody is told of a channel that was there before. */
    listen() {
      window.plenum.onChannel(listen);
    },

    /** To be called once, when all listen. */
    async start() {
      await this.open('credit', {});
    },

    /** Opens a channel of one's own. `options` as in RTCDataChannelInit. */
    async open(label, options) {
      const producer = await window.plenum.openChannel({ label, ...options });
      producer.bufferedAmountLowThreshold = LOW_WATER_BYTES;
      own.set(label, producer);
      while (producer.readyState !== 'open') {
        await sleep(20);
      }
      return true;
    },

    /** Labels of others' channels that are open here. */
    heard: () => [...heard].filter(([, { consumer }]) => consumer.readyState === 'open').map(([label]) => label),

    /** Starts to send the messages of this seed. What was sent, once it all was: {@link sent}. */
    send(label, reliable, seed) {
      const state = { hashes: [], bytes: 0, done: false, error: null };
      this.sending = state;
      const producer = own.get(label);
      const run = async () => {
        for (let index = 0; index < MESSAGES; index++) {
          await room(producer);
          while (reliable && state.bytes - (credits.get(label) ?? 0) > WINDOW_BYTES) {
            await sleep(10);
          }
          const content = contentOf(seed, index);
          state.hashes.push(hashOf(content));
          state.bytes += lengthOf(content);
          producer.send(content);
        }
        while (producer.bufferedAmount > 0) {
          await sleep(10);
        }
        state.done = true;
      };
      run().catch((error) => (state.error = String(error)));
      return true;
    },

    /** How sending fares; the hashes only at the end. */
    sent() {
      const { hashes, bytes, done, error } = this.sending;
      return { count: hashes.length, bytes, done, error, hashes: done ? hashes : [] };
    },

    count: (label) => heard.get(label)?.hashes.length ?? 0,
    received: (label) => heard.get(label)?.hashes ?? [],
    contentHash: async (name) => {
      const blob = window.plenum.fileContent(name);
      return blob ? hashOf(await blob.arrayBuffer()) : null;
    },

    /** A file whose content follows from its size. @returns its hash */
    async sendFile(name, size, dropped) {
      const bytes = new Uint8Array(size);
      for (let i = 0, state = size; i < size; i++) {
        state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
        bytes[i] = state >>> 16;
      }
      this.offer(new File([bytes], name), dropped);
      return hashOf(bytes.buffer);
    },

    /** A small picture, as a person would drop one. @returns its hash */
    async sendPicture(name) {
      const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 180 });
      const context = canvas.getContext('2d');
      context.fillStyle = '#f4a259';
      context.fillRect(0, 0, 320, 180);
      context.fillStyle = '#274690';
      context.fillRect(40, 40, 120, 100);
      const blob = await new Promise((done) => canvas.toBlob(done, 'image/png'));
      this.offer(new File([blob], name, { type: 'image/png' }), true);
      return hashOf(await blob.arrayBuffer());
    },

    offer(file, dropped) {
      if (!dropped) {
        window.plenum.sendFiles([file]);
        return;
      }
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(file);
      for (const type of ['dragover', 'drop']) {
        document.getElementById('tiles').dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
      }
    },
  };
}
