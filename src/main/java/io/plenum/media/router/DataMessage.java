package io.plenum.media.router;

/**
 * A message of an application, as all its consumers get it: nobody may change the content.
 *
 * @param text UTF-8; otherwise binary
 * @param content perhaps empty
 */
public record DataMessage(boolean text, byte[] content) {}
