package dev.mama.embedded;

import com.hivemq.extension.sdk.api.ExtensionMain;
import com.hivemq.extension.sdk.api.client.parameter.ServerInformation;
import com.hivemq.extension.sdk.api.events.client.ClientLifecycleEventListener;
import com.hivemq.extension.sdk.api.events.client.parameters.AuthenticationSuccessfulInput;
import com.hivemq.extension.sdk.api.events.client.parameters.ConnectionStartInput;
import com.hivemq.extension.sdk.api.events.client.parameters.DisconnectEventInput;
import com.hivemq.extension.sdk.api.interceptor.publish.PublishInboundInterceptor;
import com.hivemq.extension.sdk.api.interceptor.subscribe.SubscribeInboundInterceptor;
import com.hivemq.extension.sdk.api.packets.publish.PublishPacket;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartOutput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopOutput;
import com.hivemq.extension.sdk.api.services.Services;
import dev.mama.embedded.EmbeddedBroker.Published;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The extension by which {@link EmbeddedBroker} sees connections, filters and messages.
 *
 * <p>Thread-safe.
 */
final class BrokerWitness implements ExtensionMain, ClientLifecycleEventListener {

  private final Set<String> clients = ConcurrentHashMap.newKeySet();
  private final AtomicLong connections = new AtomicLong();
  private final List<Consumer<Published>> observers = new CopyOnWriteArrayList<>();
  private final List<Consumer<String>> filterObservers = new CopyOnWriteArrayList<>();
  private volatile @Nullable ServerInformation server;

  /** The port that the broker's only listener was bound to; known once the broker has started. */
  int port() {
    return Objects.requireNonNull(server, "the extension has not been started")
        .getListener()
        .stream()
        .findFirst()
        .orElseThrow()
        .getPort();
  }

  Set<String> clients() {
    return Set.copyOf(clients);
  }

  long connections() {
    return connections.get();
  }

  void observe(Consumer<Published> observer) {
    observers.add(observer);
  }

  void observeFilters(Consumer<String> observer) {
    filterObservers.add(observer);
  }

  @Override
  public void extensionStart(ExtensionStartInput input, ExtensionStartOutput output) {
    server = input.getServerInformation();
    Services.eventRegistry().setClientLifecycleEventListener(client -> this);
    PublishInboundInterceptor publishes = (in, out) -> published(in.getPublishPacket());
    SubscribeInboundInterceptor subscribes =
        (in, out) ->
            in.getSubscribePacket()
                .getSubscriptions()
                .forEach(subscription -> subscribed(subscription.getTopicFilter()));
    Services.initializerRegistry()
        .setClientInitializer((client, context) -> {
          // Who is not observed shall not wait.
          if (!filterObservers.isEmpty()) {
            context.addSubscribeInboundInterceptor(subscribes);
          }
          if (!observers.isEmpty()) {
            context.addPublishInboundInterceptor(publishes);
          }
        });
  }

  @Override
  public void extensionStop(ExtensionStopInput input, ExtensionStopOutput output) {}

  private void subscribed(String filter) {
    filterObservers.forEach(observer -> observer.accept(filter));
  }

  private void published(PublishPacket packet) {
    Map<String, String> properties = new HashMap<>();
    packet
        .getUserProperties()
        .asList()
        .forEach(property -> properties.putIfAbsent(property.getName(), property.getValue()));
    var published = new Published(packet.getTopic(), properties, packet.getQos().getQosNumber());
    observers.forEach(observer -> observer.accept(published));
  }

  @Override
  public void onMqttConnectionStart(ConnectionStartInput input) {
    connections.incrementAndGet();
  }

  @Override
  public void onAuthenticationSuccessful(AuthenticationSuccessfulInput input) {
    clients.add(input.getClientInformation().getClientId());
  }

  @Override
  public void onDisconnect(DisconnectEventInput input) {
    clients.remove(input.getClientInformation().getClientId());
  }
}
