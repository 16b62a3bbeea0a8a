package dev.mama.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.mama.AgentCard;
import dev.mama.AgentCard.Details;
import dev.mama.AgentCard.Endpoint;
import dev.mama.AgentCard.Skill;
import dev.mama.AgentId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class A2aCardsTest {

  private static final AgentId ADA = AgentId.of("ada");
  private static final AgentCard CARD =
      new AgentCard(
          ADA,
          "bicycles",
          "repairs bicycles",
          new Details(
              "lab-1",
              "1.2",
              List.of(new Skill("wheels", "Wheels", "trues them", List.of("bicycle"))),
              List.of(new Endpoint("https://ada.example/a2a", "JSONRPC", "1.0")),
              4));

  @Test
  void write_card_isTheGoldenFileAndReadAgain() throws Exception {
    String golden = resource("card-1.0.json").strip();
    assertThat(A2aCards.write(CARD)).isEqualToNormalizingNewlines(golden);
    assertThat(A2aCards.read(ADA, golden)).isEqualTo(CARD);
  }

  @Test
  void write_bareCard_hasAllThatA2aAsksFor() {
    var bare = new AgentCard(ADA, "", "repairs bicycles");
    AgentCard read = A2aCards.read(ADA, A2aCards.write(bare));
    assertThat(read.description()).isEqualTo("repairs bicycles");
    assertThat(read.specialty()).isEmpty();
    assertThat(read.details().version()).isEqualTo("0");
    assertThat(read.details().skills())
        .containsExactly(new Skill("all", "ada", "repairs bicycles", List.of("ada")));
  }

  @Test
  void read_version03_hasItsAddressesAndOwner() throws Exception {
    AgentCard card = A2aCards.read(AgentId.of("routes"), resource("card-0.3.json"));
    assertThat(card.agent()).isEqualTo(AgentId.of("routes"));
    assertThat(card.specialty()).isEqualTo("Plan a route");
    assertThat(card.details().owner()).isEqualTo("Routes Ltd");
    assertThat(card.details().endpoints())
        .containsExactly(
            new Endpoint("https://routes.example/a2a/v1", "JSONRPC", "0.3.0"),
            new Endpoint("https://routes.example/a2a/v1", "JSONRPC", "0.3.0"),
            new Endpoint("https://routes.example/a2a/grpc", "GRPC", "0.3.0"));
    assertThat(card.details().skills())
        .extracting(Skill::tags)
        .containsExactly(List.of("route", "bicycle"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{}",
        "{\"skills\":[],\"description\":\"d\"}",
        "{\"skills\":[{\"id\":\"a\"}],\"description\":\"d\",\"version\":\"1\"}",
        "{\"skills\":[],\"description\":\" \",\"version\":\"1\"}",
        "{\"skills\":{},\"description\":\"d\",\"version\":\"1\"}"
      })
  void read_noCard_isRefusedByName(String json) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> A2aCards.read(ADA, json))
        .satisfies(e -> assertThat(e.getMessage()).isNotBlank());
  }

  @Test
  void read_veryLong_isRefusedUnread() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> A2aCards.read(ADA, "x".repeat(10_000_000)))
        .withMessageContaining("10000000");
  }

  private static String resource(String name) throws IOException {
    return Files.readString(Path.of("src/test/resources/a2a", name));
  }
}
