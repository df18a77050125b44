package io.plenum.media.router;

import io.plenum.media.parameters.KnownHeaderExtension;
import io.plenum.media.parameters.RtpHeaderExtensionParameters;
import java.util.List;

/** Which id each RTP header extension has in one place: at a publisher, or in the router. 0 means not there. */
public final class HeaderExtensionIds {
  public final int mid;
  public final int rid;
  public final int repairedRid;
  public final int absSendTime;
  public final int transportCc;
  public final int audioLevel;
  public final int dependencyDescriptor;
  public final int videoOrientation;
  public final int timeOffset;
  public final int absCaptureTime;
  public final int playoutDelay;

  public HeaderExtensionIds(List<RtpHeaderExtensionParameters> extensions) {
    mid = id(extensions, KnownHeaderExtension.MID);
    rid = id(extensions, KnownHeaderExtension.RID);
    repairedRid = id(extensions, KnownHeaderExtension.REPAIRED_RID);
    absSendTime = id(extensions, KnownHeaderExtension.ABS_SEND_TIME);
    transportCc = id(extensions, KnownHeaderExtension.TRANSPORT_CC);
    audioLevel = id(extensions, KnownHeaderExtension.AUDIO_LEVEL);
    dependencyDescriptor = id(extensions, KnownHeaderExtension.DEPENDENCY_DESCRIPTOR);
    videoOrientation = id(extensions, KnownHeaderExtension.VIDEO_ORIENTATION);
    timeOffset = id(extensions, KnownHeaderExtension.TOFFSET);
    absCaptureTime = id(extensions, KnownHeaderExtension.ABS_CAPTURE_TIME);
    playoutDelay = id(extensions, KnownHeaderExtension.PLAYOUT_DELAY);
  }

  private static int id(List<RtpHeaderExtensionParameters> extensions, KnownHeaderExtension wanted) {
    for (RtpHeaderExtensionParameters extension : extensions) {
      if (extension.uri().equals(wanted.uri())) {
        return extension.id();
      }
    }
    return 0;
  }
}
