// Runs in a page of a call before the page's own script, and gives a test eyes: what a <video> really shows, and how
// counters move over time. Everything else is asked of window.plenum, which the page itself provides.
{
  const THUMBNAIL = { width: 32, height: 18 };
  const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

  const videoOf = (peerId, source) =>
    document.querySelector(`.tile[data-peer="${CSS.escape(peerId)}"][data-source="${source}"] video`);

  const tileOf = async (peerId, source) =>
    (await window.plenum.tiles()).find((tile) => tile.peerId === peerId && tile.source === source) ?? null;

  const connections = [];
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...options) {
      super(...options);
      connections.push(this);
    }
  };

  window.witness = {
    tile: tileOf,

    /** Of each connection that has been negotiated: ours, and the server's. Not every browser has them in its counters. */
    usernameFragments: () =>
      connections
        .filter((connection) => connection.connectionState !== 'closed' && connection.currentRemoteDescription)
        .flatMap(({ currentLocalDescription, currentRemoteDescription }) =>
          [currentLocalDescription, currentRemoteDescription].map(({ sdp }) => /^a=ice-ufrag:(\S+)/m.exec(sdp)?.[1])),

    /** Sends the camera otherwise from now on: changes to its one encoding, as RTCRtpSender.setParameters takes them. */
    async changeEncoding(changes) {
      const senders = connections.flatMap((connection) => connection.getSenders());
      const sender = senders.find(({ track }) => track?.kind === 'video');
      const parameters = sender.getParameters();
      Object.assign(parameters.encodings[0], changes);
      await sender.setParameters(parameters);
      return true;
    },

    /** What the tile shows now, made small: red, green, blue of each of 32×18 pixels in one list; null for nothing. */
    thumbnail(peerId, source) {
      const video = videoOf(peerId, source);
      if (!video || video.hidden || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA || !video.videoWidth) {
        return null;
      }
      const canvas = Object.assign(document.createElement('canvas'), THUMBNAIL);
      const context = canvas.getContext('2d', { willReadFrequently: true });
      context.imageSmoothingQuality = 'high';
      context.drawImage(video, 0, 0, canvas.width, canvas.height);
      const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
      return [...data].filter((_, index) => index % 4 < 3);
    },

    /** The same tile in numbers, again and again. */
    async tilesOver(peerId, source, durationMs, intervalMs) {
      const samples = [];
      for (const endMs = performance.now() + durationMs; performance.now() < endMs; await sleep(intervalMs)) {
        samples.push({ atMs: performance.now(), tile: await tileOf(peerId, source) });
      }
      return samples;
    },
  };

  // All pages of one browser have the same fake camera. A tint tells them apart: what I show is not what I am shown.
  if (window.tintDegrees !== undefined) {
    const { mediaDevices } = navigator;
    const getUserMedia = mediaDevices.getUserMedia.bind(mediaDevices);
    mediaDevices.getUserMedia = async (constraints) => {
      const stream = await getUserMedia(constraints);
      const [camera] = stream.getVideoTracks();
      if (camera) {
        const { width, height } = camera.getSettings();
        const video = document.createElement('video');
        video.muted = true;
        video.srcObject = new MediaStream([camera]);
        await video.play();
        const canvas = Object.assign(document.createElement('canvas'), { width, height });
        const context = canvas.getContext('2d');
        context.filter = `hue-rotate(${window.tintDegrees}deg)`;
        setInterval(() => context.drawImage(video, 0, 0, width, height), 33);
        stream.removeTrack(camera);
        stream.addTrack(canvas.captureStream(30).getVideoTracks()[0]);
      }
      return stream;
    };
  }
}
