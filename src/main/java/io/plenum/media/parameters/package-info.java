/**
 * What peers and the router agree on before a packet flows: the ORTC dictionaries as mediasoup spells them.
 *
 * <p>The way of a producer's parameters: {@link io.plenum.media.parameters.RtpParameters#fromJson} reads what the client
 * signalled, {@link io.plenum.media.parameters.ProducerParameters} maps it onto the router's payload types and SSRCs, and
 * {@link io.plenum.media.parameters.ConsumerParameters} cuts from that what one consumer gets. The router's side is
 * {@link io.plenum.media.parameters.RouterCapabilities}.
 *
 * <p>Records that come from a client have one door, {@code fromJson(Object)}, which takes the tree of maps, lists, strings
 * and numbers that a JSON parser makes and either returns a record that keeps every rule or throws
 * {@link io.plenum.media.parameters.IllegalParameters} with a sentence that names the field. Jackson uses the same door
 * ({@code @JsonCreator}), so a record bound by Jackson keeps the rules too. Unknown fields are ignored.
 */
package io.plenum.media.parameters;
