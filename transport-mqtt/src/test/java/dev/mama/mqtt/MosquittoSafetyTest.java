package dev.mama.mqtt;

import static dev.mama.mqtt.Envelopes.BOB;
import static dev.mama.mqtt.Envelopes.envelope;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import dev.mama.ExperimentId;
import dev.mama.TransportException;
import dev.mama.spi.Envelope;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** TLS both ways, passwords, and the access rules of {@code docs/mqtt/mosquitto.acl}. */
@ExtendWith(SharedMosquitto.class)
class MosquittoSafetyTest {

  private static final ExperimentId MINE = ExperimentId.of("exp-42");
  private static final ExperimentId OTHER = ExperimentId.of("exp-43");
  private static final Path RULES = Path.of("..", "docs", "mqtt", "mosquitto.acl");

  private final Queue<Envelope> arrived = new ConcurrentLinkedQueue<>();

  @TempDir Path folder;

  @Test
  void tls_ownAuthorityAndMutual_carriesMessages() throws Exception {
    Certificates good = Certificates.authority(folder.resolve("good"), "good");
    good.issue("broker");
    good.issue("client");
    Certificates bad = Certificates.authority(folder.resolve("bad"), "bad");
    try (var broker = startTls(good)) {
      MqttBroker plain =
          broker.address().withTimeouts(Duration.ofSeconds(10), Duration.ofSeconds(10));
      MqttTls trusting = MqttTls.trusting(good.certificate("ca"));
      try (var transport =
          MqttTransport.connect(
              plain.withTls(trusting.as(good.certificate("client"), good.key("client"))))) {
        transport.subscribe(MINE, List.of(BOB), arrived::add);
        transport.send(envelope(MINE, BOB, "in secret", 1));
        await().until(() -> arrived.size() == 1);
      }
      List<MqttBroker> wrong =
          List.of(
              plain.withTls(trusting), // says not who it is
              plain.withTls(trusting.as(bad.certificate("ca"), bad.key("ca"))),
              plain.withTls(MqttTls.trusting(bad.certificate("ca"))),
              plain);
      try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        var refusals = wrong.stream().map(each -> threads.submit(() -> assertRefused(each)));
        for (Future<?> refusal : refusals.toList()) {
          refusal.get();
        }
      }
    }
  }

  private Mosquitto startTls(Certificates certificates) throws Exception {
    return Mosquitto.start(
        Files.createDirectories(folder.resolve("tls")),
        "allow_anonymous true",
        "cafile " + certificates.certificate("ca"),
        "certfile " + certificates.certificate("broker"),
        "keyfile " + certificates.key("broker"),
        "require_certificate true");
  }

  private static void assertRefused(MqttBroker broker) {
    assertThatExceptionOfType(TransportException.class)
        .isThrownBy(() ->
            MqttTransport.connect(broker.withTimeouts(Duration.ofSeconds(3), Duration.ofSeconds(3)))
                .close())
        .withMessageContaining(broker.toString());
  }

  @Test
  void tls_fileIsNoPem_saysWhich() throws Exception {
    Path nonsense = Files.writeString(folder.resolve("nonsense.pem"), "nonsense");
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            MqttTransport.connect(
                MqttBroker.at("127.0.0.1", 1).withTls(MqttTls.trusting(nonsense))))
        .withMessageContaining("nonsense.pem");
  }

  @Test
  void accessRules_confineAGroupToItsExperiment() throws Exception {
    try (var broker = startWithRules()) {
      assertRefused(broker.address());
      assertRefused(broker.address().withLogin("exp-42", "wrong"));
      try (var transport = MqttTransport.connect(broker.address().withLogin("exp-42", "right"))) {
        transport.subscribe(MINE, List.of(BOB), arrived::add);
        transport.subscribeTopic(MINE, "news", arrived::add);
        transport.send(envelope(MINE, BOB, "at home", 1));
        await().until(() -> arrived.size() == 1);

        assertThatExceptionOfType(TransportException.class)
            .isThrownBy(() -> transport.send(envelope(OTHER, BOB, "abroad", 1)))
            .withMessageContaining("access rules");
      }
      assertNothingIsHeardOfOthers(broker);
      assertUserMayOnlyChat(broker);
    }
  }

  /** Mosquitto lets anybody subscribe for anything, and then does not deliver it. */
  private void assertNothingIsHeardOfOthers(Mosquitto broker) throws Exception {
    arrived.clear();
    try (var mine = MqttTransport.connect(broker.address().withLogin("exp-42", "right"));
        var theirs = MqttTransport.connect(broker.address().withLogin("exp-43", "theirs"))) {
      mine.subscribe(OTHER, List.of(BOB), arrived::add);
      mine.subscribe(MINE, List.of(BOB), arrived::add);
      theirs.send(envelope(OTHER, BOB, "abroad", 1));
      mine.send(envelope(MINE, BOB, "at home", 2));
      await().until(() -> !arrived.isEmpty());
      assertThat(arrived).extracting(Envelope::experiment).containsExactly(MINE);
    }
  }

  private void assertUserMayOnlyChat(Mosquitto broker) throws Exception {
    try (var transport = MqttTransport.connect(broker.address().withLogin("exp-42", "right"))) {
      transport.subscribe(MINE, List.of(BOB), arrived::add);
      arrived.clear();
      for (String channel : List.of("agent-chat", "intervene", "user-chat")) {
        Process process =
            broker.client(
                "mosquitto_pub",
                "-u",
                "ann",
                "-P",
                "hers",
                "-t",
                "exps/exp-42/agents/bob/" + channel,
                "-q",
                "1",
                "-m",
                "{\"text\":\"" + channel + "\"}");
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      }
      await().until(() -> !arrived.isEmpty());
      assertThat(arrived)
          .extracting(e -> e.message().channel().level())
          .containsExactly("user-chat");
    }
  }

  private Mosquitto startWithRules() throws Exception {
    Path home = Files.createDirectories(folder.resolve("acl"));
    Path passwords = home.resolve("passwords").toAbsolutePath();
    Files.createFile(passwords);
    for (String[] user :
        new String[][] {{"exp-42", "right"}, {"exp-43", "theirs"}, {"ann", "hers"}}) {
      Process process =
          new ProcessBuilder(
                  Mosquitto.program("mosquitto_passwd").orElseThrow().toString(),
                  "-b",
                  passwords.toString(),
                  user[0],
                  user[1])
              .start();
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }
    Path rules = home.resolve("rules").toAbsolutePath();
    String template = Files.readString(RULES).replace("USER", "ann");
    Files.writeString(
        rules,
        template.replace("EXPERIMENT", "exp-42") + "user exp-43\ntopic readwrite exps/exp-43/#\n");
    return Mosquitto.start(
        home, "allow_anonymous false", "password_file " + passwords, "acl_file " + rules);
  }
}
