package io.plenum.server.router;

import io.plenum.media.parameters.DtlsParameters;
import io.plenum.media.parameters.SctpParameters;
import io.plenum.media.router.Router;
import io.plenum.media.transport.MediaPolicer;
import io.plenum.media.transport.WebRtcTransport;
import io.plenum.protocol.dtls.DtlsRole;
import io.plenum.protocol.ice.IceCandidate;
import io.plenum.protocol.ice.IceOptions;
import io.plenum.protocol.ice.TransportTuple.Protocol;
import io.plenum.server.config.PlenumConfig;
import io.plenum.server.dtls.DtlsSessions;
import io.plenum.server.net.MediaSocketVerticle;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes transports for browsers, and says what a client must know to use one. Called on the router's loop. */
public final class WebRtcTransports {
  private final DtlsSessions dtls;
  private final String announcedAddress;
  private final IceOptions iceOptions;

  /** @param announcedAddress what clients are told to send to */
  public WebRtcTransports(DtlsSessions dtls, String announcedAddress, PlenumConfig.Media options) {
    this.dtls = dtls;
    this.announcedAddress = announcedAddress;
    this.iceOptions = IceOptions.ofConsentExpirySeconds(options.consentTimeoutS());
  }

  /**
   * Makes a transport of that id and describes it in mediasoup's fields.
   *
   * @param policer of the peer; used on this loop only
   * @param forceTcp offer no UDP
   * @param sctp offer data channels
   * @param label whose it is, for the log
   */
  public Map<String, Object> create(String id, Router router, MediaLoop loop, MediaPolicer policer, boolean forceTcp,
      boolean sctp, String label) {
    MediaSocketVerticle socket = loop.socket();
    List<IceCandidate> candidates = new ArrayList<>();
    if (!forceTcp) {
      candidates.add(IceCandidate.host(Protocol.UDP, announcedAddress, socket.port(), 0, true));
    }
    candidates.add(IceCandidate.host(Protocol.TCP, announcedAddress, socket.port(), candidates.size(), false));
    WebRtcTransport transport = new WebRtcTransport(id, router, socket, List.copyOf(candidates), iceOptions, policer,
        sink -> dtls.create(action -> loop.context().runOnContext(v -> {
          action.run();
          loop.onChanged();
        }), sink, label));
    Map<String, Object> description = new LinkedHashMap<>();
    description.put("id", id);
    description.put("transportId", id);
    description.put("iceParameters", transport.iceParameters());
    description.put("iceCandidates", transport.iceCandidates());
    description.put("dtlsParameters", new DtlsParameters(DtlsRole.AUTO, dtls.certificate().fingerprints()));
    if (sctp) {
      description.put("sctpParameters", SctpParameters.ofDataChannels());
    }
    return description;
  }
}
