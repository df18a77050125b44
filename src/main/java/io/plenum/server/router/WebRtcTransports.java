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
  private final List<String> announcedAddresses;
  private final IceOptions iceOptions;

  /** @param announcedAddresses what clients are told to send to, the preferred one first */
  public WebRtcTransports(DtlsSessions dtls, List<String> announcedAddresses, PlenumConfig.Media options) {
    this.dtls = dtls;
    this.announcedAddresses = List.copyOf(announcedAddresses);
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
    List<IceCandidate> candidates = candidates(announcedAddresses, socket.port(), forceTcp);
    WebRtcTransport transport = new WebRtcTransport(id, router, socket, candidates, iceOptions, policer,
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

  /** UDP at every address before TCP at any. */
  static List<IceCandidate> candidates(List<String> addresses, int port, boolean forceTcp) {
    List<IceCandidate> candidates = new ArrayList<>();
    for (Protocol protocol : forceTcp ? List.of(Protocol.TCP) : List.of(Protocol.UDP, Protocol.TCP)) {
      for (int base = 0; base < addresses.size(); base++) {
        candidates.add(IceCandidate
            .host(protocol, addresses.get(base), port, candidates.size(), protocol == Protocol.UDP)
            .ofBase(base));
      }
    }
    return List.copyOf(candidates);
  }
}
