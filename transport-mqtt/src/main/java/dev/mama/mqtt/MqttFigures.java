package dev.mama.mqtt;

/**
 * What a transport has done since it was opened.
 *
 * <p>Immutable.
 *
 * @param sent messages the broker has taken
 * @param received messages that arrived for somebody here
 * @param reconnects times the connection came back
 * @param redelivered messages sent again because the connection was lost before they were
 *     acknowledged
 * @param repeated arrivals dropped here because they had come before; a group drops others, which
 *     its meter {@code mama.messages.duplicates} counts
 * @param malformed arrivals dropped because they could not be read
 * @param dropped arrivals at QoS 0 dropped because too many waited
 * @param waiting messages that wait on disk for room in memory, or for their agent to be started
 */
public record MqttFigures(
    long sent,
    long received,
    long reconnects,
    long redelivered,
    long repeated,
    long malformed,
    long dropped,
    long waiting) {}
