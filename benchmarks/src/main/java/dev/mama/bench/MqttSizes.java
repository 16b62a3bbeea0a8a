package dev.mama.bench;

import java.util.List;

/**
 * How much the MQTT bench does.
 *
 * @param agents sizes of the ring
 * @param hops messages per round
 * @param rounds rounds of each, ours and the bare client's in turn
 * @param coldRounds rounds before those that do not count; two JVMs and a broker that have just
 *     started on two cores need a good 200,000 messages until their code is compiled
 */
record MqttSizes(List<Integer> agents, int hops, int rounds, int coldRounds) {

  static MqttSizes of(Size size) {
    return size.of(
        new MqttSizes(List.of(10, 1_000, 5_000), 40_000, 7, 5),
        new MqttSizes(List.of(10, 1_000, 5_000), 4_000, 3, 1),
        new MqttSizes(List.of(4), 40, 1, 0));
  }
}
