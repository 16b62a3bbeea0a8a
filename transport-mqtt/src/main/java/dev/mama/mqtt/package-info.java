/** Messages between agents over MQTT 5. */
@NullMarked
package dev.mama.mqtt;

import org.jspecify.annotations.NullMarked;
